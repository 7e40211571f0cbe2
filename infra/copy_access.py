"""Who reaches the copy of the trail from the service stack: the functions that write it, and whoever verifies."""

from __future__ import annotations

from typing import Any

from infra.permissions import allow, arn, read_permissions
from infra.stages import Stage

Resources = dict[str, Any]
COPY_BUCKET = {"Type": "String", "Description": "The bucket with the copy of the trail (infra/copy.yaml)"}
VERIFIER = {
    "Description": "Attach it to whoever runs make verify: it reads, and nothing else",
    "Value": {"Ref": "Verifier"},
}


def in_copy(step: str) -> Resources:
    """Where it is, for the functions whose row names it."""
    if "copy" not in read_permissions()[step]:
        return {}
    return {"Environment": {"Variables": {"PORTAL_COPY_BUCKET": {"Ref": "CopyBucket"}}}}


def verifier(stage: Stage) -> Resources:
    """What `make verify` needs, as a policy for a role of its own (TR-15)."""
    prefix, secret = stage.shared["PORTAL_TABLE_PREFIX"], stage.shared["PORTAL_KEYS_SECRET"]
    table, copy = arn(f"dynamodb:{{r}}:{{a}}:table/{prefix}*"), "arn:${AWS::Partition}:s3:::${CopyBucket}"
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "Description": f"make verify STAGE={stage.name}: reads",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    allow("dynamodb", ["BatchGetItem", "Query", "Scan"], table),
                    allow("s3", ["ListBucketVersions"], {"Fn::Sub": copy}),
                    allow("s3", ["GetObject", "GetObjectVersion"], {"Fn::Sub": f"{copy}/*"}),
                    allow(
                        "secretsmanager",
                        ["GetSecretValue"],
                        arn(f"secretsmanager:{{r}}:{{a}}:secret:{secret}/trail-??????"),
                    ),
                    allow(
                        "cloudformation",
                        ["DescribeStacks"],
                        arn(f"cloudformation:{{r}}:{{a}}:stack/{stage.stack}/*"),
                    ),
                ],
            },
        },
    }
