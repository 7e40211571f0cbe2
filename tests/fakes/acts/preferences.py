"""The fake store's acts on preferences."""

from __future__ import annotations

from chalicelib.domain.accounts import Preferences as Chosen
from chalicelib.domain.accounts import Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from tests.fakes.tables import Family, act


class Preferences(Family):
    """`ports.PreferenceActs`."""

    @act
    def choose(self, account_id: AccountId, epoch: int, chosen: Chosen, event: Event) -> bool:
        stored = self._tables.accounts.get(account_id)
        if stored is None or stored.epoch != epoch or stored.status is not Status.ACTIVE:
            return False
        self._tables.accounts[account_id] = stored._replace(
            language=chosen.language, time_zone=chosen.time_zone
        )
        self._tables.put_event(event)
        return True
