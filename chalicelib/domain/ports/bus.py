"""Events on their way to other systems: what is out, and what waits."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chalicelib.domain.events import Event
from chalicelib.domain.published import Waiting


class BusActs(Protocol):
    """Events on their way to other systems: what is out, and what waits."""

    def event_of(self, image: Mapping[str, Any]) -> Event:
        """A row as the stream's record shows it."""

    def mark(self, events: Sequence[Event]) -> None:
        """The bus has these."""

    def put_aside(self, trail: str, at: str, cause: str, now: float) -> None:
        """Let the event under this key wait for the bus outside of the stream."""

    def waiting(self, hour: str, behind: str | None = None) -> Waiting:
        """Of the events of an hour (`2026-11-27T01`) some that were put aside and are not settled yet."""

    def settle(self, hour: str, keys: Sequence[str], now: float) -> None:
        """These, of that hour, wait no more."""
