"""The walk: every row of every table, page by page; what is found is looked at once more, since the portal goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.storage.message_rows import message_of
from chalicelib.storage.rows import account_of, event_of, reset_of, session_of
from chalicelib.storage.services import service_of
from chalicelib.storage.tables import (
    AccountRow,
    EventRow,
    MessageRow,
    ResetRow,
    ServiceRow,
    SessionRow,
    ThrottleRow,
)
from infra.verify import of_accounts, of_messages, of_openings, of_services, of_the_bus, of_the_trail
from infra.verify.around import KEYS, Around, Item, Tables
from infra.verify.invariants import INVARIANTS, Case, Finding, named

ROOMS = (
    of_accounts,
    of_openings,
    of_the_trail,
    of_the_bus,
    of_messages,
    of_services,
)  # each registers its own
VALUES: Mapping[str, Callable[[Item], Any]] = {
    "accounts": lambda item: account_of(AccountRow.from_raw_data(item)),
    "resets": lambda item: reset_of(ResetRow.from_raw_data(item)),
    "sessions": lambda item: session_of(SessionRow.from_raw_data(item)),
    "events": lambda item: event_of(EventRow.from_raw_data(item)),
    "domains": lambda item: item,
    "throttles": ThrottleRow.from_raw_data,
    "messages": lambda item: message_of(MessageRow.from_raw_data(item)),
    "services": lambda item: service_of(ServiceRow.from_raw_data(item)),
}
READABLE = "row_can_be_read"


@dataclass
class Progress:
    """How far a walk has come; written down after each page, so that a walk that was stopped goes on from there."""

    file: Path | None = None
    table: str = next(iter(KEYS))
    after: Item | None = None
    rows: int = 0
    found: list[Finding] = field(default_factory=list)

    @classmethod
    def read(cls, file: Path) -> Progress:
        """What an earlier walk has left, or the beginning."""
        if not file.exists():
            return cls(file)
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(file, kept["table"], kept["after"], kept["rows"], [Finding(*one) for one in kept["found"]])

    def keep(self) -> None:
        """Write it down."""
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            kept = {"table": self.table, "after": self.after, "rows": self.rows, "found": self.found}
            self.file.write_text(json.dumps(kept), encoding="utf-8")

    def over(self) -> None:
        """The next walk begins at the beginning."""
        if self.file:
            self.file.unlink(missing_ok=True)


def verify(
    tables: Tables,
    clock: Callable[[], float],
    progress: Progress,
    seen: Callable[[str, Item], bool] | None = None,
    patience: float | None = None,
    since: float = 0,
) -> list[Finding]:
    """Everything that does not hold. `seen` may leave out rows that were looked at before, as they are now.

    `since` is the moment before which events have gone in their time (`PORTAL_TRAIL_DAYS`); 0 where they stay.
    `patience` is how many seconds a due mail may be without its fate; what the sweep takes at most, unless it is said.
    """
    names = list(KEYS)
    for table in names[names.index(progress.table) :]:
        progress.table = table
        while True:
            items, after = tables.page(table, progress.after)
            new = [item for item in items if seen is None or not seen(table, item)]
            if table == "events":
                new = [item for item in new if not expired(item, clock())]
            found = judged(table, new, Around(tables, clock(), patience))
            progress.found += [one for one in found if one.moment is None or one.moment >= since]
            progress.rows, progress.after = progress.rows + len(items), after
            progress.keep()
            if after is None:
                break
    progress.over()
    return progress.found


def expired(item: Item, now: float) -> bool:
    """Whether an event is over, whenever DynamoDB comes to delete it."""
    return "expires_at" in item and float(item["expires_at"]["N"]) <= now


def judged(table: str, items: list[Item], around: Around) -> list[Finding]:
    """What is wrong with these rows.

    A row is read before what stands around it, and the portal may write in between: what is found is looked at again.
    """
    if table == "events":
        due = [one for one in items if "mail_hour" in one]
        around.expect_notes((one["account_id"]["S"], one["at"]["S"]) for one in due)
        around.expect_there(of_the_bus.looked_for(items))
    suspects = [item for item in items if list(wrong(table, item, around))]
    if not suspects:
        return []
    keys = [{name: item[name] for name in KEYS[table]} for item in suspects]
    again = Around(around.tables, around.now, around.patience)
    return [finding for item in around.tables.get(table, keys) for finding in wrong(table, item, again)]


def wrong(table: str, item: Item, around: Around) -> Iterator[Finding]:
    """What is wrong with one row, as far as it can be read."""
    row = named(table, item)
    try:
        case = Case(table, item, VALUES[table](item), around)
    except Exception as error:
        yield Finding(READABLE, row, f"it cannot be read: {type(error).__name__}")
        return
    for invariant in INVARIANTS[table]:
        try:
            told = list(invariant(case))
        except Exception as error:  # its neighbour is named where the walk comes to it; the walk goes on
            told = [f"what stands around it cannot be read: {type(error).__name__}"]
        for said in told:
            sentence, moment = said if isinstance(said, tuple) else (said, None)
            yield Finding(invariant.__name__, row, sentence, moment)
