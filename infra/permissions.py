"""What each step may do, read from infra/permissions.yaml, as IAM policies and as a question to ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_suffix(".yaml")
STREAM_ACTIONS = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
NOT_TABLES = {"ses", "stream"}
Row = dict[str, Any]


def read_permissions(file: Path = FILE) -> dict[str, Row]:
    """One row for each step."""
    rows: dict[str, Row] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return rows


def may_use_table(row: Row, table: str, action: str) -> bool:
    """Whether a row allows an action on a table, or on an index written table/index/name."""
    return table not in NOT_TABLES and action in row.get(table, [])


def policy(row: Row, variables: dict[str, str], function_name: str) -> dict[str, Any]:
    """The step's whole IAM policy. Names are exact: the only star is over the streams of one function's own log."""
    prefix = variables["PORTAL_TABLE_PREFIX"]
    statements = [
        allow(actions("dynamodb", row[table]), arn(f"dynamodb:{{r}}:{{a}}:table/{prefix}{table}"))
        for table in row
        if table not in NOT_TABLES
    ]
    statements.append(
        allow(actions("logs", ["CreateLogStream", "PutLogEvents"]), log_streams_of(function_name)),
    )
    # X-Ray takes no resource; the two actions can only add to traces.
    statements.append(allow(actions("xray", ["PutTraceSegments", "PutTelemetryRecords"]), "*"))
    secret = arn(f"secretsmanager:{{r}}:{{a}}:secret:{variables['PORTAL_KEYS_SECRET']}-??????")
    statements.append(allow(actions("secretsmanager", ["GetSecretValue"]), secret))
    if "stream" in row:
        stream = arn(f"dynamodb:{{r}}:{{a}}:table/{prefix}{row['stream']}/stream/*")
        statements.append(allow(actions("dynamodb", STREAM_ACTIONS), stream))
    if "ses" in row:
        sender = variables["PORTAL_MAIL_FROM"]
        domain = sender.rpartition("@")[2]
        identities = [arn(f"ses:{{r}}:{{a}}:identity/{one}") for one in (sender, domain)]
        statements.append(allow(actions("ses", row["ses"]), identities))
    return {"Version": "2012-10-17", "Statement": statements}


def allow(what: list[str], where: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": "Allow", "Action": what, "Resource": where}


def actions(service: str, names: list[str]) -> list[str]:
    """IAM's spelling."""
    return [f"{service}:{name}" for name in names]


def arn(rest: str) -> dict[str, str]:
    """An ARN of the account and region that the template is deployed to."""
    return {
        "Fn::Sub": "arn:${AWS::Partition}:" + rest.format(r="${AWS::Region}", a="${AWS::AccountId}"),
    }


def log_streams_of(function_name: str) -> dict[str, str]:
    """A function's own log."""
    return arn(f"logs:{{r}}:{{a}}:log-group:/aws/lambda/{function_name}:*")
