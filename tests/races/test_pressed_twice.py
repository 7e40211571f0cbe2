"""One form, sent several times at the same moment: done once, and each of them gets its answer (WB-20)."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.events import EventKind
from tests.console.staff import logged_on
from tests.fakes.looking import trail
from tests.races.running import rounds, together
from tests.world.phones import enrolled
from tests.world.residents import a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

pytestmark = pytest.mark.races
CLICKS = 4
CONTAINED = [EventKind.ACCOUNT_CONTAINED, EventKind.PASSWORD_ISSUED]
MAILED = [EventKind.PASSWORD_RESET, EventKind.PASSWORD_ISSUED]
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


def test_wb_20_forms_of_the_console_in_several_clicks(world: World) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    for _ in rounds():
        ann = world.person()
        acts = {
            f"/admin/users/{ann.address}/contain": {"reason": "reported"},
            f"/admin/users/{ann.address}/password": {},
            "/admin/messages": {"to": ann.address, "subject": "Hello", "body": "Good day."},
        }
        for path, fields in acts.items():
            (answer,) = set(clicked(browser, path, fields | {"form": os.urandom(8).hex()}))
            assert "?done=" in answer[0]
        done = [*CONTAINED, *MAILED, EventKind.MESSAGE_SENT]
        assert sorted(trail(world.store, ann)) == sorted(done)


def test_wb_20_a_forgotten_password_in_several_clicks(world: World) -> None:
    for _ in rounds():
        ann, browser = world.person(), world.browser()
        fields = {"email": ann.address, "form": os.urandom(8).hex()}
        (answer,) = set(clicked(browser, "/password/forgot", fields))
        assert answer[0] == "/password/forgot?sent=1"
        assert trail(world.store, ann) == [EventKind.RESET_ASKED]
