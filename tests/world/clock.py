"""Time that passes when a test says so."""

from __future__ import annotations

from tests.fakes.samples import NOW


class Clock:
    """The portal's clock; it stands still until it is told otherwise."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds
