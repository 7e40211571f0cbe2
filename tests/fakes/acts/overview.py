"""The fake store's acts for the console's home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import ATTEMPTS, Event, EventKind, Stretch, iso
from chalicelib.domain.mails import NOTE
from chalicelib.domain.overview import Day, Standing
from tests.fakes.tables import Family, act


class Overview(Family):
    """`ports.OverviewActs`."""

    @act
    def days(self, days: Sequence[str]) -> list[Day]:
        return [self._tables.days.get(day, Day(day)) for day in days]

    @act
    def behind(self, days: Sequence[Day], until: str, limit: int) -> list[Stretch]:
        return [self._behind(one, until, limit) for one in days]

    def _behind(self, day: Day, until: str, limit: int) -> Stretch:
        found = sorted(
            (
                event
                for event in self._tables.events.values()
                if event.kind in ATTEMPTS
                and event.sort_key.startswith(day.day)
                and day.reached < event.sort_key <= until
            ),
            key=lambda event: event.sort_key,
        )[:limit]
        return Stretch(found, found[-1].sort_key if len(found) == limit else None)

    @act
    def keep(self, old: Day, new: Day, now: float) -> bool:
        del now
        if self._tables.days.get(new.day, Day(new.day)).counted != old.counted:
            return False
        self._tables.days[new.day] = new
        return True

    @act
    def recent(self, kinds: Sequence[EventKind], months: Sequence[str], limit: int) -> list[Event]:
        events = sorted(self._tables.events.values(), key=lambda event: event.sort_key, reverse=True)
        return [
            event
            for kind in kinds
            for month in months
            for event in [one for one in events if one.kind is kind and iso(one.at).startswith(month)][:limit]
        ]

    @act
    def closed(self, limit: int) -> tuple[list[AccountId], list[AccountId]]:
        accounts = sorted(self._tables.accounts.values(), key=lambda one: one.address)
        frozen = [one.id for one in accounts if one.status is Status.FROZEN]
        staff = [one.id for one in accounts if one.staff == Kind.ADMINISTRATOR.value]
        return frozen[:limit], staff[:limit]

    @act
    def waiting(self, hours: Sequence[str], limit: int) -> list[AccountId]:
        aside, events = self._tables.aside, self._tables.events
        keys = [key for hour in hours for key in sorted(aside.get(hour, {}))[-limit:]]
        found = [(AccountId(trail), f"{at}{NOTE}") for at, trail in keys]
        return [who for who, note in found if (who, note) not in events]

    @act
    def standing(self, accounts: Sequence[AccountId], now: float) -> Mapping[AccountId, Standing]:
        found = [self._tables.accounts[one] for one in accounts if one in self._tables.accounts]
        return {one.id: Standing.of(one, now) for one in found}
