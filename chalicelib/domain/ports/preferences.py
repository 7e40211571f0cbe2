"""Language and time zone."""

from typing import Protocol

from chalicelib.domain.accounts import Preferences
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event


class PreferenceActs(Protocol):
    """Language and time zone."""

    def choose(self, account_id: AccountId, epoch: int, chosen: Preferences, event: Event) -> bool:
        """Keep what was chosen; False for an account that has moved on."""
