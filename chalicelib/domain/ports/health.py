"""Whether the tables can be read, all of them."""

from typing import Protocol

from chalicelib.domain.events import Event


class HealthActs(Protocol):
    """One trip to everywhere."""

    def reach(self, asked: Event | None) -> str | None:
        """Read of each table; raises Unavailable. Why the mail that was asked for waits aside, if it does."""
