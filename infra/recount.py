"""`make recount STAGE=...`: forget what is counted of the last days; the sweep's next run counts them from the trail.

For whoever does not believe the numbers, and after a restore. Nothing but these roll-ups is removed.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.overview import last_days
from chalicelib.storage.overview import day_key
from infra.stages import stage_of, usage


def main(arguments: list[str]) -> int:
    """Forget the days of the stage that is named."""
    if wrong := usage("recount", arguments):
        print(wrong, file=sys.stderr)
        return 2
    table = f"{stage_of(arguments[0]).shared['PORTAL_TABLE_PREFIX']}throttles"
    try:
        forget(boto3.client("dynamodb"), table, time.time())
    except (ClientError, BotoCoreError) as error:
        print(f"Stopped: {error}; run again to go on", file=sys.stderr)
        return 2
    print("The next run of the sweep, within the hour, counts the last days anew.")
    return 0


def forget(client: Any, table: str, now: float) -> None:
    """Remove the roll-up of each day."""
    for day in last_days(now):
        client.delete_item(TableName=table, Key={"key": {"S": day_key(day)}})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
