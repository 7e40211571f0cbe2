"""The tables of that moment, beside the live ones: DynamoDB restores into new tables alone.

CloudFormation owns the names of the live ones, and with them stream, time to live, backups, alarms and policies, none
of which a restored table has. So rows are put back into the live tables, and no table takes another's place (ADR 36).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

# Void in any case, so not put back: sessions, what was mailed, counters. What was spent of them stays spent. Services
# are looked at where they are.
TOGETHER = ("events", "accounts", "domains", "messages")
PATIENCE = 1440  # half a minute each: restoring a large table takes hours
PAUSE = 30.0


class NotThen(Exception):
    """No backup of that moment."""


def stamp(at: float) -> str:
    """A moment as a part of a table's name."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def copy_of(prefix: str, table: str, at: float) -> str:
    """What a table of that moment is called."""
    return f"{prefix}{table}-at-{stamp(at)}"


def window(dynamodb: Any, prefix: str) -> tuple[float, float]:
    """From when to when all of them together can be put back."""
    earliest, latest = 0.0, float("inf")
    for table in TOGETHER:
        told = dynamodb.describe_continuous_backups(TableName=prefix + table)["ContinuousBackupsDescription"]
        backups = told["PointInTimeRecoveryDescription"]
        if backups["PointInTimeRecoveryStatus"] != "ENABLED":
            raise NotThen(f"{prefix}{table} has no backups")
        earliest = max(earliest, backups["EarliestRestorableDateTime"].timestamp())
        latest = min(latest, backups["LatestRestorableDateTime"].timestamp())
    return earliest, latest


def demand(dynamodb: Any, prefix: str, at: float) -> None:
    """Before anything is begun. Raises `NotThen`."""
    earliest, latest = window(dynamodb, prefix)
    if not earliest <= at <= latest:
        told = " to ".join(stamp(one) for one in (earliest, latest))
        raise NotThen(f"there are backups of {told}, and none of {stamp(at)}")


def make(dynamodb: Any, prefix: str, at: float, sleep: Callable[[float], None] = time.sleep) -> None:
    """Begin all of them at once, to the same second; then wait for each."""
    for table in TOGETHER:
        try:
            dynamodb.restore_table_to_point_in_time(
                SourceTableName=prefix + table,
                TargetTableName=copy_of(prefix, table, at),
                RestoreDateTime=datetime.fromtimestamp(int(at), UTC),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in {
                "TableAlreadyExistsException",
                "ResourceInUseException",
            }:
                raise
    for table in TOGETHER:
        for _ in range(PATIENCE):
            told = dynamodb.describe_table(TableName=copy_of(prefix, table, at))["Table"]
            if told["TableStatus"] == "ACTIVE":
                break
            sleep(PAUSE)
        else:
            raise TimeoutError(f"{copy_of(prefix, table, at)} is not ready: run again")
