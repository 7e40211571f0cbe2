"""An authenticator app at a running portal: real codes of the real time."""

from __future__ import annotations

import time

import pyotp

from tests.journeys.people import time_step
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD


class Phone:
    """An authenticator app: each code once, the next one of the window when there is no time to wait."""

    def __init__(self, secret: str) -> None:
        self._codes = pyotp.TOTP(secret)
        self._step = int(time.time()) // 30 - 2

    def code(self) -> str:
        self._step = max(self._step + 1, time_step() - 1)
        return self._codes.generate_otp(self._step)


def enrolled(town: Town) -> tuple[str, Phone, list[str]]:
    """Somebody who turned 2-step on: address, phone, recovery codes."""
    address, client = town.person(), town.client()
    client.logs_on(address, PASSWORD)
    proposed = client.post("/account/two-step").json()
    phone = Phone(proposed["secret"])
    done = client.post("/account/two-step/confirm", {"code": phone.code()}).json()
    return address, phone, done["recovery_codes"]
