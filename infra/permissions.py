"""What each step may do, read from infra/permissions.yaml, as IAM policies and as a question to ask."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from chalicelib.domain.keys import Use
from infra.attributes import condition, limits
from infra.documents import read_yaml
from infra.stages import Stage

FILE = Path(__file__).with_suffix(".yaml")
STREAM_ACTIONS = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
WITHOUT_RESOURCE = {"DeleteSuppressedDestination", "GetAccount"}
# What AWS does around a function: Lambda reads streams and puts aside in its name, EventBridge calls it by the clock.
BY_AWS = {"stream", "put_aside", "schedule"}
NOT_TABLES = {"ses", "event_bus", "keys", "copy", *BY_AWS}
# The permission for a call, where it has another name.
PERMISSION_FOR = {"ListObjectVersions": "ListBucketVersions"}
Row = dict[str, Any]


def read_permissions(file: Path = FILE) -> dict[str, Row]:
    """One row for each step. Whose keys it may read its own NEEDS say: what it asks for is what its role allows."""
    rows: dict[str, Row] = read_yaml(file)
    keys = {step: uses_of(step) for step in rows}
    return {step: row | {"keys": keys[step]} if keys[step] else row for step, row in rows.items()}


def uses_of(step: str) -> list[Use]:
    """The uses of keys that a step's NEEDS name."""
    return list(importlib.import_module(f"chalicelib.steps.{step}").NEEDS.keys)


def may_use_table(row: Row, table: str, action: str) -> bool:
    """Whether a row allows an action on a table, or on an index written table/index/name."""
    return table not in NOT_TABLES and action in row.get(table, [])


def policy(row: Row, stage: Stage, step: str) -> dict[str, Any]:
    """The step's whole IAM policy. Tables are named; where a star stands, its line says over what."""
    prefix = stage.shared["PORTAL_TABLE_PREFIX"]
    tables = [
        one
        for table in row
        if table not in NOT_TABLES
        for one in on_table(row, table, arn(f"dynamodb:{{r}}:{{a}}:table/{prefix}{table}"))
    ]
    # The star is over the streams of the function's own log group.
    own_log = arn(f"logs:{{r}}:{{a}}:log-group:/aws/lambda/{function_name(stage.name, step)}:*")
    statements = [
        *tables,
        allow("logs", ["CreateLogStream", "PutLogEvents"], own_log),
        # X-Ray takes no resource; the two actions can only add to traces.
        allow("xray", ["PutTraceSegments", "PutTelemetryRecords"], "*"),
    ]
    if "keys" in row:
        statements += reading_keys(row["keys"], stage)
    if "stream" in row:
        statements += behind_stream(f"{prefix}{row['stream']}")
    if "stream" in row or "put_aside" in row:
        statements.append(
            allow("sqs", ["SendMessage"], arn(f"sqs:{{r}}:{{a}}:{put_aside_queue(stage.name, step)}"))
        )
    if "ses" in row:
        statements += mailing(row["ses"], stage)
    if "event_bus" in row:
        bus = arn(f"events:{{r}}:{{a}}:event-bus/{stage.event_bus}")
        statements.append(allow("events", row["event_bus"], bus))
    if "copy" in row:
        statements += copying(row["copy"])
    return {"Version": "2012-10-17", "Statement": statements}


def copying(actions: list[str]) -> list[dict[str, Any]]:
    """In the bucket with the trail's copy, whose name is known at deployment only: each action in its folder."""
    bucket = "arn:${AWS::Partition}:s3:::${CopyBucket}"
    told = [one.partition("/") for one in actions]
    return [
        allow(
            "s3",
            [PERMISSION_FOR.get(action, action)],
            {"Fn::Sub": f"{bucket}/{folder}/*" if folder else bucket},
        )
        for action, _, folder in told
    ]


def reading_keys(uses: list[Use], stage: Stage) -> list[dict[str, Any]]:
    """The secrets of these uses and no other; Secrets Manager ends each ARN with six characters of its own.

    Batching names no resource and gives no value by itself: each secret in the batch needs GetSecretValue too.
    """
    name = stage.shared["PORTAL_KEYS_SECRET"]
    secrets = [arn(f"secretsmanager:{{r}}:{{a}}:secret:{name}/{use}-??????") for use in uses]
    batching = [allow("secretsmanager", ["BatchGetSecretValue"], "*")] if len(uses) > 1 else []
    return [allow("secretsmanager", ["GetSecretValue"], secrets), *batching]


def on_table(row: Row, table: str, where: dict[str, str]) -> list[dict[str, Any]]:
    """What a row allows on a table: the actions without limits in one statement, each of the others with its own."""
    limited = {action: allowed for action in row[table] if (allowed := limits(row, table, action))}
    conditions = {action: condition(allowed, table) for action, allowed in limited.items()}
    free = [action for action in row[table] if not conditions.get(action)]
    return [
        *([allow("dynamodb", free, where)] if free else []),
        *(
            allow("dynamodb", [action], where) | {"Condition": one}
            for action, one in conditions.items()
            if one
        ),
    ]


def behind_stream(table: str) -> list[dict[str, Any]]:
    """Reading a table's stream, whose ARN ends with the time it was made. Listing streams names no resource."""
    reading = [name for name in STREAM_ACTIONS if name != "ListStreams"]
    return [
        allow("dynamodb", reading, arn(f"dynamodb:{{r}}:{{a}}:table/{table}/stream/*")),
        allow("dynamodb", ["ListStreams"], "*"),
    ]


def mailing(actions: list[str], stage: Stage) -> list[dict[str, Any]]:
    """Sending, as one sender; and what names no resource: the account's suppression list, how the account stands."""
    sending = [name for name in actions if name not in WITHOUT_RESOURCE]
    listed = [name for name in actions if name in WITHOUT_RESOURCE]
    statements = [allow("ses", sending, senders(stage))] if sending else []
    if sending and stage.in_sandbox:
        statements.append(to_any_identity(sending, stage))
    return statements + ([allow("ses", listed, "*")] if listed else [])


def senders(stage: Stage) -> list[dict[str, str]]:
    """The address that mails come from, or its whole domain (SES lets either be the verified one), and the set of
    settings under which SES tells what became of a mail.
    """
    identities = [f"identity/{stage.shared['PORTAL_MAIL_FROM']}", f"identity/{stage.mail_domain}"]
    configuration_set = f"configuration-set/{stage.configuration_set}"
    return [arn(f"ses:{{r}}:{{a}}:{one}") for one in (*identities, configuration_set)]


def to_any_identity(actions: list[str], stage: Stage) -> dict[str, Any]:
    """In SES's sandbox IAM is also asked for the recipient's identity, which must be one of this account.

    Attack: whoever takes the function over mails as any other sender of the account. Defence: as one sender alone.
    """
    statement = allow("ses", actions, arn("ses:{r}:{a}:identity/*"))
    own = {"StringEquals": {"ses:FromAddress": stage.shared["PORTAL_MAIL_FROM"]}}
    return {**statement, "Condition": own}


def allow(service: str, names: list[str], where: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": "Allow", "Action": [f"{service}:{name}" for name in names], "Resource": where}


def arn(rest: str) -> dict[str, str]:
    """An ARN of the account and region that the template is deployed to."""
    return {"Fn::Sub": "arn:${AWS::Partition}:" + rest.format(r="${AWS::Region}", a="${AWS::AccountId}")}


def logical(step: str) -> str:
    """The name Chalice gives a function in its template."""
    return "".join(part.capitalize() for part in step.split("_"))


def function_name(stage: str, step: str) -> str:
    """The name Lambda knows a function by, and so its log."""
    return f"portal-{stage}-{step}"


def put_aside_queue(stage: str, step: str) -> str:
    """Where the positions of records wait that a function behind the stream could not work through."""
    return f"portal-{stage}-{step}-put-aside"


def scheduled(rows: dict[str, Row]) -> dict[str, str]:
    """The functions that are called by the clock, and how often."""
    return {step: row["schedule"] for step, row in rows.items() if "schedule" in row}


def behind_streams(rows: dict[str, Row]) -> list[str]:
    """The functions that a table's stream invokes."""
    return [step for step, row in rows.items() if "stream" in row]
