"""The acts on events that other systems hear of: a mark for each that is out, and what waits. Rows are only added."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.mails import ASIDE, WAITS
from chalicelib.domain.published import NOTICES, Waiting
from chalicelib.storage.database import Database
from chalicelib.storage.outbox import UNREADABLE
from chalicelib.storage.rows import APART, event_of, kept_until, trail_key
from chalicelib.storage.tables import EventRow

FOR_THE_BUS = f"{WAITS}bus#"  # before an hour: what was put aside of that hour's events
TOLD = "told#"  # before an hour, or of notices a month: the marks of what is out
SETTLED = "~settled"  # behind a key that waited: it waits no more
TOGETHER = 50  # rows in one trip; a hundred is the most


class Bus:
    """Atomic acts on events on their way to other systems."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def event_of(self, image: Mapping[str, Any]) -> Event:
        """A row as the stream's record shows it."""
        return event_of(EventRow.from_raw_data(dict(image)))

    def mark(self, events: Sequence[Event]) -> None:
        """One row for each, beside each other: what has neither a mark nor waits is found by `make verify`."""
        self._put([row(mark_side(event), waits_as(*key_of(event)), event.at) for event in events])

    def put_aside(self, trail: str, at: str, cause: str, now: float) -> None:
        """A row under the event's own hour, by its key alone: whoever cannot read the event can do this (RL-16)."""
        self._put([row(f"{FOR_THE_BUS}{at[:13]}", waits_as(trail, at), now, cause)])

    def waiting(self, hour: str, behind: str | None = None) -> Waiting:
        """A page of the hour; what it leads to is read in one more trip.

        What was put back from a backup was told of long ago, row and event alike (RL-13).
        """
        condition = None if behind is None else EventRow.at > behind
        rows = self._database.query(
            EventRow, f"{FOR_THE_BUS}{hour}", limit=TOGETHER, range_key_condition=condition
        )
        full = len(rows) == TOGETHER
        settled = {one.at.removesuffix(SETTLED) for one in rows if one.at.endswith(SETTLED)}
        # What settles a row stands right behind it, and may be the next page's first.
        kept = rows[:-1] if full and not rows[-1].at.endswith(SETTLED) else rows
        keys = [
            one.at
            for one in kept
            if not one.at.endswith(SETTLED) and one.at not in settled and not one.restored
        ]
        return self._read(keys, kept[-1].at if full else None)

    def _read(self, keys: Sequence[str], behind: str | None) -> Waiting:
        """One that is not there, or was put back, is left out; it is read again the next time."""
        events: dict[str, Event] = {}
        unread: list[str] = []
        wanted = [(EventRow, trail, at) for at, _, trail in (key.partition(ASIDE) for key in keys)]
        try:
            rows = self._database.read_together(*wanted) if wanted else []
            events = {
                key: event_of(one) for key, one in zip(keys, rows, strict=True) if one and not one.restored
            }
        except UNREADABLE:
            if len(keys) == 1:
                return Waiting({}, tuple(keys), behind)
            for one in (self._read([key], None) for key in keys):
                events |= one.events
                unread += one.unread
        return Waiting(events, tuple(unread), behind)

    def settle(self, hour: str, keys: Sequence[str], now: float) -> None:
        """One row behind each."""
        self._put([row(f"{FOR_THE_BUS}{hour}", f"{key}{SETTLED}", now) for key in keys])

    def _put(self, rows: Sequence[EventRow]) -> None:
        acts = [partial(self._database.put, one, EventRow.at.does_not_exist()) for one in rows]
        with self._database.all_beside(*acts) as writing:
            pass
        for one in writing:
            one.result()


def row(side: str, key: str, at: float, cause: str | None = None) -> EventRow:
    """It stands in the events table and is no event: `aside` keeps it from waking anybody."""
    return EventRow(
        side,
        key,
        kind=EventKind.MAIL_DELAYED.value,  # every row has one; nobody reads this one's
        time=at,
        id=key,
        details={"cause": cause} if cause else None,
        expires_at=kept_until(at, changes=APART not in key),  # with its event
        aside="bus",
    )


def key_of(event: Event) -> tuple[str, str]:
    """The key of its row."""
    return trail_key(event), event.sort_key


def waits_as(trail: str, at: str) -> str:
    """The key of an event as one text, its time first."""
    return f"{at}{ASIDE}{trail}"


def mark_side(event: Event) -> str:
    """Where its mark lies: notices, of which there are few and which are always published, by the month."""
    return f"{TOLD}notices#{iso(event.at)[:7]}" if event.kind in NOTICES else f"{TOLD}{event.sort_key[:13]}"
