"""The fake store's acts on events that stand alone."""

from __future__ import annotations

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.limits import BAD_LINKS_BY_SOURCE, RESETS_BY_SOURCE
from tests.fakes.tables import Family, act


class Events(Family):
    """`ports.EventActs`."""

    @act
    def ask_reset(self, source: str, event: Event) -> None:
        self._tables.reserve(RESETS_BY_SOURCE, source, event.at)
        self._tables.put_event(event)

    @act
    def count_bad_link(self, source: str, now: float) -> None:
        self._tables.reserve(BAD_LINKS_BY_SOURCE, source, now)

    @act
    def record(self, event: Event) -> None:
        self._tables.put_event(event)

    @act
    def of_account(self, account_id: AccountId, limit: int = 50) -> list[Event]:
        keys = sorted((key for key in self._tables.events if key[0] == account_id), reverse=True)
        return [self._tables.events[key] for key in keys[:limit]]

    @act
    def by_reference(self, reference: str) -> list[Event]:
        return [event for event in self._tables.events.values() if event.reference == reference]
