"""The tables of infra/data.yaml as DynamoDB calls, so that the local gateway and the tests describe none again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from infra.documents import read_yaml

DESCRIPTION = Path(__file__).with_name("data.yaml")
# What CreateTable takes as CloudFormation spells it; backups and deletion protection mean nothing on one machine.
SHARED_WITH_CREATE_TABLE = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")


def described_tables(prefix: str) -> list[dict[str, Any]]:
    """The properties of every table of the stateful stack, each under its full name."""
    resources = read_yaml(DESCRIPTION)["Resources"].values()
    return [
        {**table["Properties"], "TableName": full_name(table, prefix)}
        for table in resources
        if table["Type"] == "AWS::DynamoDB::Table"
    ]


def full_name(table: dict[str, Any], prefix: str) -> str:
    """The table's name once CloudFormation has put the prefix in."""
    template: str = table["Properties"]["TableName"]["Fn::Sub"]
    return template.replace("${TablePrefix}", prefix)


def create_tables(dynamodb: Any, prefix: str) -> None:
    """Make every table that is not there yet."""
    existing = set(dynamodb.list_tables()["TableNames"])
    for table in described_tables(prefix):
        if table["TableName"] not in existing:
            create_table(dynamodb, table)


def create_table(dynamodb: Any, table: dict[str, Any]) -> None:
    """Make one table, with its stream and its time to live."""
    arguments = {key: table[key] for key in SHARED_WITH_CREATE_TABLE if key in table}
    if "StreamSpecification" in table:
        arguments["StreamSpecification"] = {"StreamEnabled": True, **table["StreamSpecification"]}
    dynamodb.create_table(TableName=table["TableName"], **arguments)
    dynamodb.get_waiter("table_exists").wait(TableName=table["TableName"], WaiterConfig={"Delay": 1})
    if "TimeToLiveSpecification" in table:
        dynamodb.update_time_to_live(
            TableName=table["TableName"], TimeToLiveSpecification=table["TimeToLiveSpecification"]
        )
