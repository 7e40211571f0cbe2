"""Events that stand alone."""

from typing import Protocol

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event


class EventActs(Protocol):
    """Events that stand alone."""

    def ask_reset(self, source: str, event: Event) -> None:
        """Ask for a reset: the same two writes for every address."""

    def count_bad_link(self, source: str, now: float) -> None:
        """Throttle guesses of links."""

    def record(self, event: Event) -> None:
        """Write one event."""

    def of_account(self, account_id: AccountId, limit: int = 50) -> list[Event]:
        """The trail of an account."""

    def by_reference(self, reference: str) -> list[Event]:
        """What stands behind a reference."""
