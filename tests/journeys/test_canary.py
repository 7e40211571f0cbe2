"""The canary over the network, through a portal that runs: gateway, functions, stream and mail worker."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from chalicelib.domain.canary import canary_address, canary_password
from chalicelib.services.own_portal import asking
from chalicelib.steps.walk_canary import walk
from tests.engine import Engine
from tests.gateway import PROGRAM
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow
WALKED = re.compile(r'the canary: (.*)|"CanaryWalks": (\d)')


class Canary:
    """Of a portal what the walk takes from it."""

    sleep = staticmethod(time.sleep)

    def __init__(self, town: Town) -> None:
        self.settings, self.keyring = self, town.rings.__getitem__
        self.configuration_set = ""


def test_it_walks_and_walks_again(town: Town) -> None:
    walker: Any = Canary(town)
    for _ in range(2):
        assert walk(walker, asking(town.url), time.monotonic) == {"failed": None}
    mails = town.mails(canary_address(town.rings["canary"]))
    assert len(mails) >= 2  # in a rehearsal the deployed function walks beside it


@pytest.fixture
def walked(town: Town, engine: Engine) -> Iterator[Town]:
    """A portal whose own canary walks: by its clock, and in a rehearsal once, as it is deployed."""
    if PROGRAM == "infra.rehearsal":
        yield town
        return
    running = Town(engine, CANARY="1")
    yield running
    running.stop()


def test_its_own_function_walks(walked: Town) -> None:
    """What it says of the whole walk: a rehearsal prints the answer, else it is the metric of a whole one."""
    deadline = time.monotonic() + 90
    while not (said := WALKED.search(walked.gateway.log)) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert said, walked.gateway.log[-4000:]
    assert (said[1] or said[2]) in {"{'failed': None}", "1"}, walked.gateway.log[-4000:]


def test_what_is_told_to_it_is_told_to_nobody_else(town: Town) -> None:
    ring = town.rings["canary"]
    client = town.client()
    client.logs_on(canary_address(ring), canary_password(ring))
    told = client.get("/health/deep")
    assert (told.status_code, told.json()["status"], told.json()["store"]) == (200, "ok", "ok")
    assert told.json()["ses"] in {"ok", "not_known"}
    assert client.get("/messages").status_code == 403
    person = town.client()
    person.logs_on(town.person(), PASSWORD)
    assert person.get("/health/deep").status_code == 403
    assert requests.get(f"{town.url}/health/deep", timeout=10).status_code == 401
