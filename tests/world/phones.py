"""An authenticator app and a sheet of recovery codes, for people who use 2-step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyotp import TOTP

from chalicelib.domain.accounts import Account
from chalicelib.domain.two_step import STEP_SECONDS
from tests.world.world import World


class Phone:
    """Shows the code of the portal's own time, or of a step away from it."""

    def __init__(self, seed: str, clock: Callable[[], float]) -> None:
        self._codes, self._clock = TOTP(seed), clock
        self.recovery: list[str] = []

    def code(self, away: int = 0) -> str:
        return self._codes.generate_otp(int(self._clock() // STEP_SECONDS) + away)

    def mistyped(self) -> str:
        """A code of no time within two days: one in 170 is of another time today, and a page then names the clock."""
        present, two_days = int(self._clock() // STEP_SECONDS), 2 * 86400 // STEP_SECONDS
        shown = {self._codes.generate_otp(step) for step in range(present - two_days, present + two_days)}
        return next(code for code in (f"{number:06}" for number in range(1_000_000)) if code not in shown)


def enrolled(world: World, **facts: Any) -> tuple[Account, Phone]:
    """Somebody who has turned 2-step on, a minute ago."""
    account, visitor = world.person(**facts), world.visitor()
    visitor.logs_on(account)
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    done = visitor.post("/account/two-step/confirm", {"code": phone.code()})
    phone.recovery = done.json()["recovery_codes"]
    world.clock.passes(2 * STEP_SECONDS)
    return account, phone
