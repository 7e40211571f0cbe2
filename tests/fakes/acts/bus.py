"""The fake store's acts on events on their way to other systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.published import Waiting
from tests.fakes.tables import Family, act

PAGE = 50


class Bus(Family):
    """`ports.BusActs`."""

    def event_of(self, image: Mapping[str, Any]) -> Event:
        return self._tables.events[AccountId(image["account_id"]["S"]), image["at"]["S"]]

    @act
    def mark(self, events: Sequence[Event]) -> None:
        self._tables.told.update(((event.account_id, event.sort_key), True) for event in events)

    @act
    def put_aside(self, trail: str, at: str, cause: str, now: float) -> None:
        self._tables.for_the_bus.setdefault(at[:13], {}).setdefault(f"{at}|{trail}", cause)

    @act
    def waiting(self, hour: str, behind: str | None = None) -> Waiting:
        rows = self._tables.for_the_bus.get(hour, {})
        keys = sorted(key for key in rows if behind is None or key > behind)
        page = keys[:PAGE]
        found = {key: self._event(key) for key in page if rows[key] != "settled"}
        events = {key: event for key, event in found.items() if event is not None}
        return Waiting(events, (), page[-1] if len(keys) > PAGE else None)

    def _event(self, key: str) -> Event | None:
        at, _, trail = key.partition("|")
        return self._tables.events.get((AccountId(trail.partition("#")[0]), at))

    @act
    def settle(self, hour: str, keys: Sequence[str], now: float) -> None:
        self._tables.for_the_bus.setdefault(hour, {}).update(dict.fromkeys(keys, "settled"))
