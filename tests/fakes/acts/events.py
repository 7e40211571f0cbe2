"""The fake store's acts on events that stand alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, Stretch, Trail
from chalicelib.domain.limits import (
    ASKED_AGAIN,
    BAD_LINKS_BY_SOURCE,
    RESETS_BY_SOURCE,
    SHUT_OUTS,
    SHUT_OUTS_BY_SOURCE,
)
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.repeats import Once
from chalicelib.domain.trail import joined
from chalicelib.storage.rows import event_row
from tests.fakes.tables import Family, act


class Events(Family):
    """`ports.EventActs`."""

    @act
    def ask_reset(
        self, source: str, event: Event, once: Once | None = None, most: int = RESETS_BY_SOURCE.most
    ) -> None:
        self._tables.demand_first(once)
        if (event.account_id, event.sort_key) in self._tables.events:
            raise Unavailable("row_is_there:event")
        limit = RESETS_BY_SOURCE._replace(most=most)
        key = limit.key(source, event.at)
        about = self._tables.asked.setdefault(key, set())
        room = limit if len(about | {event.account_id}) <= most else limit._replace(most=0)
        self._tables.demand_room(room._replace(most=room.most * ASKED_AGAIN), key, event.at)
        self._tables.count(key)
        about.add(event.account_id)
        self._tables.note(once)
        self._tables.put_event(event)

    @act
    def count_bad_link(self, source: str, now: float) -> None:
        self._tables.reserve(BAD_LINKS_BY_SOURCE, source, now)

    @act
    def images(self, keys: Sequence[tuple[str, str]]) -> list[Mapping[str, Any] | None]:
        rows = {
            (row.account_id, row.at): row.serialize() for row in map(event_row, self._tables.events.values())
        }
        return [rows.get(key) for key in keys]

    @act
    def record(self, event: Event) -> None:
        self._tables.put_event(event)

    @act
    def record_strangers(self, source: str, event: Event) -> None:
        key = SHUT_OUTS_BY_SOURCE.key(source, event.at)
        self._tables.demand_room(SHUT_OUTS_BY_SOURCE, key, event.at)
        self._tables.reserve(SHUT_OUTS, "strangers", event.at)
        self._tables.count(key)
        self._tables.put_event(event)

    @contextmanager
    def recording(self, event: Event) -> Iterator[None]:
        self.record(event)
        yield

    @act
    def of_account(self, account_id: AccountId, limit: int = 50) -> list[Event]:
        keys = sorted((key for key in self._tables.events if key[0] == account_id), reverse=True)
        return [self._tables.events[key] for key in keys[:limit]]

    @act
    def changes(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        rows = self._of(account_id, before, limit, beside_changes=True)
        return rows._replace(events=[event for event in rows.events if event.kind.changes])

    @act
    def trail(self, account_id: AccountId, before: str | None, limit: int) -> Trail:
        return Trail(*(self._of(account_id, before, limit, beside_changes=side) for side in (True, False)))

    @act
    def history(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        names = {
            one.id for one in self._tables.accounts.values() if one.alias_of == account_id and one.former
        }
        sides = [
            self._of(who, before, limit, beside_changes=side)
            for who in (account_id, *sorted(names))
            for side in (True, False)
        ]
        return joined(sides)

    @act
    def attempts(self, days: Sequence[str], before: str | None, limit: int) -> list[Stretch]:
        attempts = [event for event in self._tables.events.values() if event.is_attempt]
        return [
            stretch((event for event in attempts if event.sort_key[:10] == day), before, limit)
            for day in days
        ]

    @act
    def done_by(self, actor: AccountId, before: str | None, limit: int) -> Stretch:
        acts = (event for event in self._tables.events.values() if event.acted_by == actor)
        return stretch(acts, before, limit)

    @act
    def by_reference(self, reference: str) -> list[Event]:
        return [event for event in self._tables.events.values() if event.reference == reference]

    def _of(self, account_id: AccountId, before: str | None, limit: int, *, beside_changes: bool) -> Stretch:
        mine = (event for event in self._tables.events.values() if event.account_id == account_id)
        return stretch((event for event in mine if event.beside_changes is beside_changes), before, limit)


def stretch(events: Iterable[Event], before: str | None, limit: int) -> Stretch:
    """So many of them before a position, the newest first."""
    found = [event for event in events if before is None or event.sort_key < before]
    newest = sorted(found, key=lambda event: event.sort_key, reverse=True)[:limit]
    return Stretch(newest, newest[-1].sort_key if len(newest) == limit else None)
