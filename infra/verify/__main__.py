"""`make verify STAGE=...`: whether what must hold of the tables holds. It reads, and writes nothing but how far it is.

`STAGE=local` looks at the tables of `make run`. A walk that was stopped goes on where it was; FRESH=yes begins anew.
Each row that breaks an invariant is named, never a secret; then the program ends with 1.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.stages import ROOT, RUNNING, stage_of, usage
from infra.verify.around import RETRIES, Tables
from infra.verify.invariants import Finding
from infra.verify.walk import Progress, verify

LOCAL = "local"
KEPT = ROOT / "build" / "verify"


def main(arguments: list[str]) -> int:
    """Look at the stage that is named."""
    if arguments != [LOCAL] and (wrong := usage("verify", arguments)):
        print(wrong, file=sys.stderr)
        return 2
    try:
        return report(arguments[0], tables_of(arguments[0]), KEPT)
    except FileNotFoundError:
        print("No portal runs on this machine: make run", file=sys.stderr)
        return 2
    except (ClientError, BotoCoreError) as error:
        print(f"Stopped: {error}; run again to go on", file=sys.stderr)
        return 2


def tables_of(name: str) -> Tables:
    """The tables of a stage; of `local`, those of the portal that `make run` has started last."""
    if name != LOCAL:
        client = boto3.client("dynamodb", config=RETRIES)
        return Tables(client, stage_of(name).shared["PORTAL_TABLE_PREFIX"])
    told: dict[str, Any] = json.loads(RUNNING.read_text(encoding="utf-8"))
    client = boto3.client(
        "dynamodb",
        endpoint_url=told["endpoint"],
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator's
    )
    return Tables(client, told["prefix"])


def report(name: str, tables: Tables, kept: Path) -> int:
    """Say what was found, row by row; 1 where there was anything."""
    file = kept / f"{name}.json"
    if os.environ.get("FRESH"):
        file.unlink(missing_ok=True)
    progress = Progress.read(file)
    if progress.rows:
        print(f"Going on in {progress.table}, after {progress.rows} rows")
    found = verify(tables, time.time, progress)
    print("".join(f"{one.line()}\n" for one in found), end="")
    print(f"{progress.rows} rows: {summary(found)}")
    return 1 if found else 0


def summary(found: list[Finding]) -> str:
    """In a few words."""
    return f"{len(found)} findings" if found else "everything holds"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
