"""Accounts that are to go, and all there is of them."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.erasing import Erasure, Place


class ErasingActs(Protocol):
    """Erasing. Each act may be done again, by another run too, and then finds nothing left to do."""

    def due(self) -> Sequence[Erasure]:
        """The accounts that are closed for good, each with the event that decided it."""

    def clear(self, erasure: Erasure, place: Place) -> Place | None:
        """Take away a few rows from this place on; where the next ones are, None where nothing is left."""

    def finish(self, erasure: Erasure, now: float) -> bool:
        """Take the account itself away, last of all; False while others must be told of it first."""
