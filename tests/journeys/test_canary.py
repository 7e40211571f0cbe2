"""The canary over the network, through a portal that runs: gateway, functions, stream and mail worker."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from chalicelib.domain.canary import canary_address, canary_password
from chalicelib.services.own_portal import asking
from chalicelib.steps.walk_canary import walk
from tests.gateway import PROGRAM
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow


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


@pytest.mark.skipif(PROGRAM != "infra.rehearsal", reason="the deployed function, from its package")
def test_its_own_function_walks_as_it_is_deployed(town: Town) -> None:
    deadline = time.monotonic() + 90
    while "the canary: " not in town.gateway.log and time.monotonic() < deadline:
        time.sleep(0.5)
    assert "the canary: {'failed': None}" in town.gateway.log


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
