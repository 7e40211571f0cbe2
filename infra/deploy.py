"""`python -m infra.deploy STAGE`: one stage, from its settings to a portal that answers. Running it again is safe.

First it says everything that is missing, and begins nothing. Then: the data stack, the first keys, the package under
its digest, the service stack, and the invitation of the first administrator. A stack that fails rolls itself back.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.keys import InvalidKeys
from infra.account import certificate
from infra.choices import chosen
from infra.copy_stack import Elsewhere, copy_bucket
from infra.data_stack import DATA, data_parameters
from infra.edge import settle_name
from infra.keys import first_keys, former_is_there
from infra.package import package_stage
from infra.permissions import function_name
from infra.preflight import lacking
from infra.sender import sends
from infra.stacks import Failed, change, imported
from infra.stages import ROOT, Stage, stage_of, usage
from infra.warm import ALIAS, warm

MISSING, WAITING = 2, 3
Clients = Callable[[str], Any]


def main(arguments: list[str]) -> int:
    """Deploy the stage that is named."""
    if wrong := usage("deploy", arguments):
        print(wrong, file=sys.stderr)
        return MISSING
    stage = stage_of(arguments[0])
    session = boto3.Session()
    missing = lacking(stage, session)
    if missing:
        print(f"Nothing was begun. To deploy {stage.name}, this is missing:", file=sys.stderr)
        print("\n".join(f"  - {one}" for one in missing), file=sys.stderr)
        return MISSING
    try:
        return deploy(stage, clients(session), ROOT / "build" / stage.name, elsewhere=other_account(session))
    except (ClientError, BotoCoreError, Failed, InvalidKeys) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1


def clients(session: boto3.Session) -> Clients:
    """Clients of one account."""
    config = Config(retries={"total_max_attempts": 5, "mode": "standard"})
    return lambda service: session.client(service, config=config)


def other_account(session: boto3.Session) -> Elsewhere:
    """Those of the account that is to hold the copy of the trail, and the portal's own number; None: the same."""
    profile = chosen("COPY_PROFILE")
    if not profile:
        return None
    own = session.client("sts").get_caller_identity()["Account"]
    return clients(boto3.Session(profile_name=profile, region_name=session.region_name)), own


def deploy(
    stage: Stage,
    client: Clients,
    build: Path,
    package: Callable[[Stage, Path], None] = package_stage,
    keys: Callable[[Any, str], bool] | None = None,
    elsewhere: Elsewhere = None,
) -> int:
    """The whole of it, once nothing is missing. The rehearsal packages and makes keys in its own way."""
    stacks = client("cloudformation")
    print(f"1/6 {stage.data_stack}")
    manager, keys_secret = client("secretsmanager"), stage.shared["PORTAL_KEYS_SECRET"]
    parameters = data_parameters(stage) | {
        "FormerKeys": "yes" if former_is_there(manager, keys_secret) else "no",
        "FormerStream": imported(stacks, stage.data_stack, f"{stage.data_stack}-events-stream"),
    }
    made = change(stacks, stage.data_stack, {"TemplateBody": DATA.read_text()}, parameters, keeps=True)
    print(f"2/6 {stage.copy_stack}")
    bucket = copy_bucket(stage, client, elsewhere)
    print("3/6 keys")
    (keys or first_keys)(manager, keys_secret)
    if not sends(client("sesv2"), stage):
        return WAITING
    print("4/6 package")
    package(stage, build)
    has_name = bool(certificate(stage, stacks))
    template = uploaded(client("s3"), made["PackagesBucket"], build, has_name=has_name)
    print(f"5/6 {stage.stack}")
    parameters = {"CertificateArn": chosen("CERTIFICATE_ARN"), "CopyBucket": bucket}
    told = change(stacks, stage.stack, template, parameters)
    print("6/6 first administrator")
    print(f"      {stage.shared['PORTAL_ADMIN_EMAIL']}: {set_up(client('lambda'), stage)}")
    print(answers_at(stage, told))
    return 0


def answers_at(stage: Stage, told: dict[str, str]) -> str:
    """Where it answers, and what is to be done for that."""
    if "NameTarget" in told:
        url = stage.shared["PORTAL_URL"]
        return f"{url} (API: {told['Url']}): point {stage.host} at {told['NameTarget']} by an alias record"
    return f"{told['Url']}: a trial. Without a certificate no link and no cookie works; nobody can log on"


def uploaded(s3: Any, bucket: str, build: Path, *, has_name: bool) -> dict[str, str]:
    """The package and the template that names it, each under its own digest: a rollback finds the former ones."""
    archive = (build / "deployment.zip").read_bytes()
    key = f"{hashlib.sha256(archive).hexdigest()}.zip"
    s3.put_object(Bucket=bucket, Key=key, Body=archive)
    template = json.loads((build / "sam.json").read_text(encoding="utf-8"))
    settle_name(template, has_name=has_name)
    for one in template["Resources"].values():
        if one["Type"] == "AWS::Serverless::Function":
            one["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    body = json.dumps(template, separators=(",", ":")).encode()
    name = f"{hashlib.sha256(body).hexdigest()}.json"
    s3.put_object(Bucket=bucket, Key=name, Body=body)
    # The address of the region, with the bucket in the path: what CloudFormation documents. The one of no region
    # answers for a new bucket with a redirect for hours.
    return {"TemplateURL": f"{s3.meta.endpoint_url}/{bucket}/{name}"}


def set_up(functions: Any, stage: Stage) -> str:
    """Invite the first administrator, again as long as nobody has used the invitation; what was done, in words."""
    name = {"FunctionName": function_name(stage.name, "setup")}
    if warm(stage, "setup"):
        name["Qualifier"] = ALIAS
        functions.get_waiter("published_version_active").wait(**name)  # its snapshot takes a while
    answer = functions.invoke(**name, Payload=b"{}")
    told = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise Failed(f"setup: {told}")
    if not told["invited"]:
        return "was there already"
    return "invited by mail once more, since nobody has logged on yet" if told["again"] else "invited by mail"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
