"""`make copy STAGE=...`: has the events copied that have no copy: all of them when the copy is new; later those whose
records were given up while the copy was away (docs/operations.md).

It names keys. What is copied, copy_trail reads in the table itself, and marks as taken from it: such a copy proves what
the table held then, not what was written first.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.refusals import Unavailable
from infra.copy_stack import NoCopy, copy_of
from infra.data_stack import Clients
from infra.permissions import function_name
from infra.stages import Stage, stage_of, usage
from infra.verify.around import RETRIES, Tables
from infra.verify.of_the_copy import Comparison
from infra.verify.of_the_seals import erasures

TOGETHER = 100


def main(arguments: list[str]) -> int:
    """Copy what the stage that is named lacks."""
    if wrong := usage("copy", arguments):
        print(wrong, file=sys.stderr)
        return 2
    try:
        done = copy_lacking(
            stage_of(arguments[0]), cache(lambda service: boto3.client(service, config=RETRIES))
        )
    except (ClientError, BotoCoreError, NoCopy, Unavailable) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1
    print(f"{done} events copied from the table")
    return 0


def copy_lacking(
    stage: Stage,
    client: Clients,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """How many there were."""
    copies, ring = copy_of(stage, client)
    tables = Tables(client("dynamodb"), stage.shared["PORTAL_TABLE_PREFIX"])
    lists, _ = erasures(copies, ring)
    erased = frozenset(row for one in lists for row in one.rows)
    lacking = Comparison(tables, copies, erased, clock, sleep).run().lacking
    keys = [[item["account_id"]["S"], item["at"]["S"]] for item in lacking]
    return sum(
        taken(client("lambda"), stage, keys[start : start + TOGETHER])
        for start in range(0, len(keys), TOGETHER)
    )


def taken(functions: Any, stage: Stage, keys: list[list[str]]) -> int:
    """One call of the function."""
    answer = functions.invoke(
        FunctionName=function_name(stage.name, "copy_trail"), Payload=json.dumps({"keys": keys}).encode()
    )
    told = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise Unavailable(f"copy_trail: {told}")
    return int(told["copied"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
