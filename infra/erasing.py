"""`make erase STAGE=... ACCOUNT=...`: takes what says of a person who and where out of one account's events.

First a list of the rows goes into the copy, sealed: `make verify` shows it, and asks of those rows only what is left.
Both the list and the table are closed to all but the break-glass role (ADR 44). What the copy holds goes in its time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.events import iso
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.trail_copy import ERASURES, PERSONAL, row_digest, sealed, without_personal
from chalicelib.storage.rows import APART
from infra.copy_stack import NoCopy, copy_of
from infra.data_stack import Clients
from infra.stages import Stage, stage_of, usage
from infra.verify.around import RETRIES, Item, Tables


def main(arguments: list[str]) -> int:
    """Erase it of the account that is named, by its id."""
    if (wrong := usage("erase", arguments[:1])) or len(arguments) != 2:  # noqa: PLR2004 - a stage and an account
        print(f"{wrong or 'usage: make erase STAGE=...'} ACCOUNT=the account's id", file=sys.stderr)
        return 2
    client = cache(lambda service: boto3.client(service, config=RETRIES))
    try:
        by = client("sts").get_caller_identity()["Arn"]
        done = erase(stage_of(arguments[0]), client, arguments[1], by)
    except (ClientError, BotoCoreError, NoCopy, Unavailable) as error:
        print(f"Stopped: {error}. Run again to go on.", file=sys.stderr)
        return 1
    print(f"{done} events have nothing of a person any more; the alarm trail-changed tells of each")
    return 0


def erase(
    stage: Stage, client: Clients, account: str, by: str, clock: Callable[[], float] = time.time
) -> int:
    """How many events had something."""
    copies, ring = copy_of(stage, client)
    tables = Tables(client("dynamodb"), stage.shared["PORTAL_TABLE_PREFIX"])
    rows = [
        item
        for side in (account, account + APART)
        for item in tables.partition("events", "account_id", side)
        if not without_personal(item)
    ]
    if not rows:
        return 0
    at = iso(clock())
    said = {"at": at, "by": by, "account": account, "rows": [row_digest(item) for item in rows]}
    # The list first: a run that stops here has erased nothing, and the next one makes another list.
    copies.put(f"{ERASURES}/{at}-{account[:16]}", sealed(said, ERASURES, ring))
    for item in rows:
        remove(tables, item)
    return len(rows)


def remove(tables: Tables, item: Item) -> None:
    """Out of one row, which must still be there."""
    names = {f"#{number}": name for number, name in enumerate(PERSONAL)}
    key: dict[str, Any] = {part: item[part] for part in ("account_id", "at")}
    tables.client.update_item(
        TableName=f"{tables.prefix}events",
        Key=key,
        UpdateExpression=f"REMOVE {', '.join(names)}",
        ConditionExpression="attribute_exists(account_id)",
        ExpressionAttributeNames=names,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
