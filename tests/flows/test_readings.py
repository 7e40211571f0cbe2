"""A reading is folded with the same reading alone (AD-10, TR-06)."""

from __future__ import annotations

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.sessions import Next, caller_of
from chalicelib.flows.readings import reading
from tests.fakes.looking import trail
from tests.fakes.requests import a_request
from tests.fakes.samples import a_session
from tests.world.world import World

KINDS = [EventKind.USERS_READ, EventKind.ACCOUNT_EXPORTED]


@pytest.mark.parametrize("times", [1, 2])
def test_two_kinds_of_reading_are_two_events_however_often_each_comes(world: World, times: int) -> None:
    account = world.person()
    caller = caller_of(a_session(account), account, Next.PORTAL, two_step_required=False)
    request = a_request("GET", "/x", portal=world.portal, caller=caller)
    for _ in range(times):
        for kind in KINDS:
            with reading(request, kind, {}):
                pass
    assert sorted(trail(world.store, account)) == sorted(KINDS)
