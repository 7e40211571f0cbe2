"""One form, sent several times at the same moment: done once, and each of them gets its answer (WB-20)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from tests.fakes.looking import trail
from tests.races.running import rounds, together
from tests.world.residents import a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

pytestmark = pytest.mark.races
CLICKS = 4
SESSION = "__Host-portal-session"
NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def clicked(browser: Visitor, path: str, fields: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Where each of them is sent, and the session it is given."""
    hands = [browser.twin() for _ in range(CLICKS)]
    replies = together([partial(hand.post, path, fields) for hand in hands])
    browser.jar.update(hands[-1].jar)
    return [
        (reply.header("Location"), hand.jar.get(SESSION)) for reply, hand in zip(replies, hands, strict=True)
    ]


def test_wb_20_a_temporary_password_and_a_first_password_in_several_clicks(world: World) -> None:
    for _ in rounds():
        resident, browser = a_resident(world), world.browser()
        browser.get("/logon")
        fields = {"email": resident.email, "password": resident.temporary(), "cookies": "1"}
        (answer,) = set(clicked(browser, "/logon", fields))
        assert answer[0] == "/password/change"
        (answer,) = set(clicked(browser, "/password/change", NEW))
        assert answer[0] == "/messages"
        assert browser.get("/messages").status == 200
        kinds = trail(world.store, resident.account)
        assert sorted(kinds) == sorted([EventKind.LOGON_HALF_DONE, EventKind.PASSWORD_CHANGED])


def test_wb_20_a_code_in_several_clicks(world: World) -> None:
    for _ in rounds():
        resident, browser = a_resident_with_two_step(world), world.browser()
        assert browser.logs_on(resident.email, PASSWORD) == "/logon/code"
        (answer,) = set(clicked(browser, "/logon/code", {"code": resident.code()}))
        assert answer[0] == "/messages"
        assert len(world.store.sessions.of_account(resident.account.id)) == 1
        kinds = trail(world.store, resident.account)
        assert sorted(kinds) == sorted([EventKind.LOGON_HALF_DONE, EventKind.LOGON_SUCCEEDED])
