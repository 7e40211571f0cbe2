"""`make restore STAGE=... AT=2030-03-17T17:46:40Z`: a stage as it was then, with nothing of the lost time alive.

It shuts the portal, has the tables of that moment made, puts their rows back, lists what the lost time has left open,
asks what `make verify` asks, and opens. Stopped anywhere, it goes on there. DRY=yes says what it would do and does
nothing. REOPEN=yes is for an intruder who shut people out: accounts and passwords are then as they were.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.events import iso
from chalicelib.domain.refusals import Unavailable
from chalicelib.storage.tables import EventRow
from infra.copy_stack import NoCopy
from infra.data_stack import Clients
from infra.restore import copies, doors, lost
from infra.restore.rows import Rows
from infra.restore.state import State
from infra.stages import ROOT, Stage, stage_of, usage
from infra.verify.__main__ import Copy, trail_of
from infra.verify.around import RETRIES, Tables
from infra.verify.walk import Progress, verify

MEND = "Mend them, or say ACCEPT=yes"
KEPT = ROOT / "build" / "restore"
Steps = Mapping[str, tuple[str, Callable[[], None]]]


class Held(Exception):
    """The portal stays shut: somebody must look first."""


def main(arguments: list[str]) -> int:
    """Restore the stage that is named to the moment AT."""
    at = moment(os.environ.get("AT", ""))
    if (wrong := usage("restore", arguments)) or at is None:
        print(f"{wrong or 'usage: make restore STAGE=...'} AT=2030-03-17T17:46:40Z", file=sys.stderr)
        return 2
    stage = stage_of(arguments[0])
    try:
        trail = copied_trail(stage)
        client = cache(lambda name: boto3.client(name, config=RETRIES))
        restore = Restore(stage, client, at, trail=trail)
        return restore.rehearse() if os.environ.get("DRY") else restore.run()
    except (ClientError, BotoCoreError, TimeoutError, Unavailable, copies.NotThen, Held) as error:
        print(f"Stopped: {error}. Run again to go on.", file=sys.stderr)
        return 1


def copied_trail(stage: Stage) -> Copy | None:
    """The copy of the trail; a stage from before there was one goes by its live trail alone, and is told so."""
    try:
        return trail_of(stage.name)
    except NoCopy as lacking:
        print(f"{lacking}; what somebody has removed from the live trail, nobody will list", file=sys.stderr)
        return None


def moment(text: str) -> float | None:
    """A moment in UTC, to the second; None for what is none. Without a zone nobody knows which hour is meant."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if read.utcoffset() != timedelta(0) else float(int(read.astimezone(UTC).timestamp()))


class Restore:
    """One restore, as steps in their order."""

    def __init__(
        self,
        stage: Stage,
        client: Clients,
        at: float,
        *,
        trail: Copy | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        kept: Path = KEPT,
        page: int = 100,
    ) -> None:
        self._stage, self._client, self._clock, self._sleep = stage, client, clock, sleep
        EventRow.Meta.kept_seconds = (
            stage.trail_days * 86400
        )  # what is put back goes in its time; it is all changes
        self._tables = Tables(client("dynamodb"), stage.shared["PORTAL_TABLE_PREFIX"], page)
        file = kept / f"{stage.name}-{copies.stamp(at)}.json"
        self.state = State.of(file, at, clock(), reopen=bool(os.environ.get("REOPEN")))
        self._list = file.with_suffix(".txt")
        self._trail = trail

    def steps(self) -> Steps:
        """What is done, in this order, each safe to be done again."""
        rows, prefix, at = self._rows(), self._tables.prefix, self.state.at
        dynamodb, minutes = self._tables.client, doors.longest_run(self._stage) / 60
        return {
            "shut": (
                "shut the portal (503 to everybody), and stop mails, messages to directories and the sweep",
                lambda: doors.shut(self._stage, self._client, self.state, self._sleep, self._clock),
            ),
            "copies": (
                f"have {', '.join(copies.TOGETHER)} of {copies.stamp(at)} made, as tables of other names",
                lambda: copies.make(dynamodb, prefix, at, self._sleep),
            ),
            "drained": (
                f"wait until what was under way is over, {minutes:.0f} minutes from the end of the first step",
                lambda: doors.drained(self._stage, self.state, self._sleep, self._clock),
            ),
            "lost": ("read what happened since, from the live trail", rows.lost_time),
            "removed": ("put back what somebody removed from it, by its copy", rows.removed),
            "events": ("put back events that are gone, marked, so that none is mailed again", rows.events),
            "domains": ("put back rules and brands", rows.domains),
            "messages": ("put back messages that are gone", rows.messages),
            "accounts": ("put back accounts; every session and everything issued is void", rows.accounts),
            "since": ("disable accounts that were made since", rows.accounts_made_since),
            "services": ("end keys of services that were made since", rows.services),
            "list": (f"write {self._list.name}: what somebody must look at", self._write_list),
            "verify": ("look whether everything holds, as make verify does", self._verify),
            "open": (
                "open the portal, and let mails go",
                lambda: doors.unlock(self._stage, self._client, self.state, self._sleep),
            ),
        }

    def run(self) -> int:
        """Every step that is not done yet."""
        if "copies" not in self.state.steps:
            copies.demand(self._tables.client, self._tables.prefix, self.state.at)
        self.state.keep()
        for number, (name, (said, act)) in enumerate(self.steps().items(), 1):
            done = name in self.state.steps
            print(f"{number:>2}. {said}{': done' if done else ''}", flush=True)
            if not done:
                act()
                self.state.is_done(name)
        print("\n".join(lost.lines(self.state.report)))
        print("The tables of that moment are still there. When nobody needs them:")
        for table in copies.TOGETHER:
            name = copies.copy_of(self._tables.prefix, table, self.state.at)
            print(f"  aws dynamodb delete-table --table-name {name}")
        return 0

    def rehearse(self) -> int:
        """Say what would be done, and whether there is a backup of that moment. Nothing is changed or written."""
        self.state.file = None
        copies.demand(self._tables.client, self._tables.prefix, self.state.at)
        for number, (name, (said, _)) in enumerate(self.steps().items(), 1):
            print(f"{number:>2}. would {said}{': done already' if name in self.state.steps else ''}")
        for table in copies.TOGETHER:
            told = self._tables.client.describe_table(TableName=self._tables.prefix + table)["Table"]
            print(f"    {table}: some {told['ItemCount']} rows, {told['TableSizeBytes']:,} bytes")
        rows = self._rows()
        rows.lost_time()
        rows.removed(dry=True)
        print("\n".join([f"Since {iso(self.state.at)}:", *lost.lines(self.state.report)]))
        return 0

    def _rows(self) -> Rows:
        return Rows(self._tables, self.state, self._clock, self._trail)

    def _write_list(self) -> None:
        self._list.write_text("\n".join(lost.lines(self.state.report)) + "\n", encoding="utf-8")

    def _verify(self) -> None:
        """Before anybody is let in. Raises `Held` where something does not hold."""
        days = self._stage.trail_days
        since = self._clock() - days * 86400 if days else 0
        found = verify(self._tables, self._clock, Progress(), since=since)
        if found:
            told = "\n".join(f"  {one.line()}" for one in found)
            if not os.environ.get("ACCEPT"):
                raise Held(f"{len(found)} rows do not hold, and the portal stays shut:\n{told}\n{MEND}")
            print(f"opened all the same:\n{told}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
