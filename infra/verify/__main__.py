"""`make verify STAGE=...`: whether what must hold of the tables holds, and whether the events are those of their copy.

It reads, and writes nothing but how far it is.

`STAGE=local` looks at the tables of `make run`. A walk that was stopped goes on where it was; FRESH=yes begins anew.
Each row that breaks an invariant is named, never a secret; then the program ends with 1.
"""

from __future__ import annotations

import json
import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.keys import Keyring
from chalicelib.domain.refusals import Unavailable
from chalicelib.services.trail_copy import Copies
from infra.copy_stack import LONGER_DAYS, NoCopy, copy_of, local_copy
from infra.stages import ROOT, RUNNING, stage_of, usage
from infra.verify.around import RETRIES, Tables
from infra.verify.invariants import Finding
from infra.verify.of_the_copy import Comparison
from infra.verify.of_the_seals import erasures, seals
from infra.verify.walk import Progress, verify

LOCAL = "local"
KEPT = ROOT / "build" / "verify"


class Copy(NamedTuple):
    """The copy of a stage's trail, what seals it, and how many seconds copies of events stay; 0: for good."""

    copies: Copies
    ring: Keyring
    kept_seconds: float = 0


def main(arguments: list[str]) -> int:
    """Look at the stage that is named."""
    if arguments != [LOCAL] and (wrong := usage("verify", arguments)):
        print(wrong, file=sys.stderr)
        return 2
    try:
        name = arguments[0]
        days = 0 if name == LOCAL else stage_of(name).trail_days
        return report(name, tables_of(name), KEPT, trail_of(name), days)
    except FileNotFoundError:
        print("No portal runs on this machine: make run", file=sys.stderr)
        return 2
    except NoCopy as lacking:
        print(lacking, file=sys.stderr)
        return 2
    except (ClientError, BotoCoreError, Unavailable) as error:
        print(f"Stopped: {error}; run again to go on", file=sys.stderr)
        return 2


def tables_of(name: str) -> Tables:
    """The tables of a stage; of `local`, those of the portal that `make run` has started last."""
    if name != LOCAL:
        client = boto3.client("dynamodb", config=RETRIES)
        return Tables(client, stage_of(name).shared["PORTAL_TABLE_PREFIX"])
    told = running()
    return Tables(local_client("dynamodb", told["endpoint"]), told["prefix"])


def trail_of(name: str) -> Copy:
    """The copy of a stage's trail. Raises `NoCopy`."""
    if name == LOCAL:
        told = running()
        return Copy(*local_copy(told, local_client("s3", told["copies"])))
    stage = stage_of(name)
    kept = (stage.trail_days + LONGER_DAYS) * 86400 if stage.trail_days else 0
    return Copy(*copy_of(stage, cache(lambda service: boto3.client(service, config=RETRIES))), kept)


def running() -> dict[str, Any]:
    """What `make run` has told of itself."""
    told: dict[str, Any] = json.loads(RUNNING.read_text(encoding="utf-8"))
    return told


def local_client(service: str, url: str) -> Any:
    """A client of what is embedded."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator's
    )


def report(name: str, tables: Tables, kept: Path, trail: Copy | None = None, days: int = 0) -> int:
    """Say what was found, row by row; 1 where there was anything. `days`: how long events are kept; 0: for good."""
    file = kept / f"{name}.json"
    if os.environ.get("FRESH"):
        file.unlink(missing_ok=True)
    progress = Progress.read(file)
    if progress.rows:
        print(f"Going on in {progress.table}, after {progress.rows} rows")
    found = verify(tables, time.time, progress, since=time.time() - days * 86400 if days else 0)
    print("".join(f"{one.line()}\n" for one in found), end="")
    print(f"{progress.rows} rows: {summary(found)}")
    differing = compared(tables, trail) if trail else []
    return 1 if found or differing else 0


def compared(tables: Tables, trail: Copy) -> list[Finding]:
    """The trail beside its copy: what differs, and what somebody should know besides."""
    lists, found = erasures(trail.copies, trail.ring)
    erased = frozenset(row for one in lists for row in one.rows)
    told = Comparison(tables, trail.copies, erased, time.time, time.sleep, trail.kept_seconds).run()
    found += [*told.findings, *seals(trail.copies, trail.ring, time.time(), trail.kept_seconds)]
    for one in lists:
        print(f"{one.at}: {one.by} erased what is a person's from {len(one.rows)} events ({one.name})")
    print("".join(f"{one.line()}\n" for one in found), end="")
    print(f"{told.copies} copies, {told.taken} of them taken from the table: {summary(found)}")
    return found


def summary(found: list[Finding]) -> str:
    """In a few words."""
    return f"{len(found)} findings" if found else "everything holds"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
