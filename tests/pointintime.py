"""DynamoDB's backups as AWS has them, over an engine that restores nothing but the present.

By the documentation of RestoreTableToPointInTime: into a new table; with rows, keys and indexes; without stream, time
to live, backups or tags; for a second between the earliest and the latest; and not at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

LATEST_SECONDS = 300  # the latest moment is five minutes ago
SHARED = ("KeySchema", "AttributeDefinitions")
OF_AN_INDEX = ("IndexName", "KeySchema", "Projection")


class Backups:
    """A DynamoDB client that can also restore. `remember` is what AWS does by itself all the time."""

    def __init__(self, client: Any, prefix: str, now: float) -> None:
        self._client, self._prefix, self.now = client, prefix, now
        self._kept: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self._young: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def remember(self, at: float) -> None:
        """Every table as it is at this second."""
        for name in self._client.list_tables()["TableNames"]:
            if name.startswith(self._prefix):
                self._kept[name, int(at)] = self._client.scan(TableName=name, ConsistentRead=True)["Items"]

    def describe_continuous_backups(self, TableName: str) -> Any:  # noqa: N803 - AWS's name
        self._client.describe_table(TableName=TableName)
        times = {
            "EarliestRestorableDateTime": datetime.fromtimestamp(self.now - 35 * 86400, UTC),
            "LatestRestorableDateTime": datetime.fromtimestamp(self.now - LATEST_SECONDS, UTC),
        }
        told = {"PointInTimeRecoveryStatus": "ENABLED", **times}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": told}}

    def restore_table_to_point_in_time(
        self,
        SourceTableName: str,  # noqa: N803 - AWS's names
        TargetTableName: str,  # noqa: N803
        RestoreDateTime: datetime,  # noqa: N803
    ) -> None:
        if not self.now - 35 * 86400 <= RestoreDateTime.timestamp() <= self.now - LATEST_SECONDS:
            raise refusal("InvalidRestoreTimeException")
        if TargetTableName in self._client.list_tables()["TableNames"]:
            raise refusal("TableAlreadyExistsException")
        source = self._client.describe_table(TableName=SourceTableName)["Table"]
        indexes = [
            {name: one[name] for name in OF_AN_INDEX} for one in source.get("GlobalSecondaryIndexes", [])
        ]
        self._client.create_table(
            TableName=TargetTableName,
            BillingMode="PAY_PER_REQUEST",
            **{name: source[name] for name in SHARED},
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )
        for item in self._kept[SourceTableName, int(RestoreDateTime.timestamp())]:
            self._client.put_item(TableName=TargetTableName, Item=item)
        self._young[TargetTableName] = 2

    def describe_table(self, TableName: str) -> Any:  # noqa: N803 - AWS's name
        told = self._client.describe_table(TableName=TableName)
        if self._young.get(TableName, 0):
            self._young[TableName] -= 1
            told["Table"]["TableStatus"] = "CREATING"
        return told


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "RestoreTableToPointInTime")
