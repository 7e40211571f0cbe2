"""What the console's home reads, and the counts of a day."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind, Stretch
from chalicelib.domain.overview import Day, Standing


class OverviewActs(Protocol):
    """What the console's home reads, and the counts of a day."""

    def days(self, days: Sequence[str]) -> list[Day]:
        """What is counted of each of these days."""

    def behind(self, days: Sequence[Day], until: str, limit: int) -> list[Stretch]:
        """So many attempts of each day behind those counted, until a time, the oldest first."""

    def keep(self, old: Day, new: Day, now: float) -> bool:
        """Store what is counted; False where somebody else has counted on since `old` was read."""

    def recent(self, kinds: Sequence[EventKind], months: Sequence[str], limit: int) -> list[Event]:
        """The newest events of each of these kinds in each month (2026-11)."""

    def closed(self, limit: int) -> tuple[list[AccountId], list[AccountId]]:
        """So many frozen accounts, and the administrators."""

    def waiting(self, hours: Sequence[str], limit: int) -> list[AccountId]:
        """Whose mails were put aside in these hours, of so many of each, and have left no note yet."""

    def standing(self, accounts: Sequence[AccountId], now: float) -> Mapping[AccountId, Standing]:
        """How these accounts stand now."""
