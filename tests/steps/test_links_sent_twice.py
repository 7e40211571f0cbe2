"""The forms behind mailed links, sent twice: done once, and the second answer says that it is done (WB-20)."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.accounts import Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.repeats import REPEAT_SECONDS
from chalicelib.domain.resets import Purpose
from tests.fakes.looking import trail
from tests.steps.test_sent_twice import TWICE, send
from tests.world.residents import Resident, a_resident
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

COOKIE, DONE = "__Host-portal-reset", "/password/reset?done=1"
OTHER = "eleven copper kettles in a row"


def at_the_form(world: World, resident: Resident) -> tuple[Visitor, dict[str, str]]:
    """Somebody who has opened a reset link and filled its form in."""
    browser = world.browser()
    browser.get(f"/password/reset/{resident.link()}")
    (link,) = re.findall(r'name="link" value="([a-z2-7]+)"', browser.get("/password/reset").text)
    return browser, {"new_password": CHOSEN, "confirm_password": CHOSEN, "link": link}


@TWICE
def test_wb_20_a_reset_sent_twice_says_that_the_password_is_set(world: World, sent: str) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident)
    reply = send(world, sent, browser, "/password/reset", fields)
    assert (reply.status, reply.header("Location")) == (303, DONE)
    assert "Your password has been changed" in browser.get(DONE).text
    assert trail(world.store, resident.account) == [EventKind.PASSWORD_RESET]
    assert len(world.mails(resident.account)) == 1
    assert world.fake.tables.throttles == {}
    assert world.visitor().logs_on(resident.email, CHOSEN) == "portal"


def test_wb_20_the_first_answer_came_but_not_the_page_behind_it(world: World) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident)
    for _ in range(3):
        assert browser.post("/password/reset", fields).header("Location") == DONE
    assert browser.get(DONE).status == 200
    assert COOKIE not in browser.jar
    assert trail(world.store, resident.account) == [EventKind.PASSWORD_RESET]


def test_wb_20_the_link_that_is_kept_opens_no_form(world: World) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident)
    browser.post("/password/reset", fields)
    assert browser.get("/password/reset").status == 410
    assert resident.email not in browser.get("/password/reset").text


def test_wb_20_another_password_by_the_same_link_is_not_said_to_be_set(world: World) -> None:
    """Attack: a stranger who read the mail was first; its owner is told that theirs is set."""
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident)
    thief = browser.twin()
    assert (
        thief.post("/password/reset", {**fields, "new_password": OTHER, "confirm_password": OTHER}).status
        == 303
    )
    reply = browser.post("/password/reset", fields)
    assert reply.status == 410
    assert set(trail(world.store, resident.account)) == {EventKind.RESET_REFUSED, EventKind.PASSWORD_RESET}
    # Nor the same browser, whose cookie still has the link.
    assert thief.post("/password/reset", fields).status == 410


@pytest.mark.parametrize(("seconds", "status"), [(REPEAT_SECONDS - 1, 303), (REPEAT_SECONDS, 410)])
def test_wb_20_a_minute_later_the_link_is_used(world: World, seconds: int, status: int) -> None:
    browser, fields = at_the_form(world, a_resident(world))
    browser.twin().post("/password/reset", fields)
    world.clock.passes(seconds)
    assert browser.post("/password/reset", fields).status == status


def test_wb_20_a_password_that_was_changed_since_is_not_said_to_be_set(world: World) -> None:
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident)
    browser.twin().post("/password/reset", fields)
    visitor = world.visitor()
    visitor.logs_on(resident.email, CHOSEN)
    world.clock.passes(1)
    change = {"current_password": CHOSEN, "new_password": OTHER, "confirm_password": OTHER}
    assert visitor.post("/password/change", change).status == 200
    assert browser.post("/password/reset", fields).status == 410


def test_wb_20_a_used_link_tries_no_passwords(world: World) -> None:
    """Attack: the link, used a moment ago, as a way to guess the password that it set. Each is a bad link."""
    resident = a_resident(world)
    browser, fields = at_the_form(world, resident)
    thief = browser.twin()
    browser.post("/password/reset", fields)
    for guess in range(20):
        tried = {**fields, "new_password": f"some guess of {guess}", "confirm_password": "x"}
        assert thief.twin().post("/password/reset", tried).status == 410
    hashes = world.hasher.runs
    assert thief.post("/password/reset", fields | {"new_password": "one more guess"}).status == 429
    assert world.hasher.runs <= hashes + 1


def test_wb_20_a_program_is_refused_a_used_link_as_ever(world: World) -> None:
    resident = a_resident(world)
    fields = {"token": resident.link(), "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", fields).status == 200
    assert world.visitor().post("/password/reset", fields).code == "link_unusable"


def at_the_question(world: World, resident: Resident) -> tuple[Visitor, dict[str, str]]:
    token, browser = resident.link(Purpose.NOT_ME), world.browser()
    page = browser.get(f"/not-me/{token}").text
    (digits,) = re.findall(r"Type the number (\d{3})<", page)
    return browser, {"token": str(token), "number": digits}


@TWICE
def test_wb_20_not_me_pressed_twice_says_that_the_account_is_frozen(world: World, sent: str) -> None:
    resident = a_resident(world)
    browser, fields = at_the_question(world, resident)
    reply = send(world, sent, browser, "/not-me", fields)
    assert reply.status == 200, reply.text
    assert "Your account is frozen" in reply.text
    assert "already" not in reply.text
    assert trail(world.store, resident.account) == [EventKind.ACCOUNT_FROZEN]
    assert world.stored(resident.account).status is Status.FROZEN
    assert len(world.mails(resident.account)) == 1


def test_wb_20_not_me_by_a_program_is_refused_as_ever(world: World) -> None:
    token = a_resident(world).link(Purpose.NOT_ME)
    assert world.visitor().post("/not-me", {"token": token}).status == 200
    assert world.visitor().post("/not-me", {"token": token}).code == "link_unusable"
    assert PASSWORD not in token


def test_wb_20_a_link_typed_where_a_link_was_used_before_is_asked_for_by_no_cookie(world: World) -> None:
    """A program's link in the body, in a browser whose cookie says that another one is done: nothing is kept of it."""
    resident, browser = a_resident(world), world.browser()
    browser.jar[COOKIE] = "done"
    fields = {"new_password": CHOSEN, "confirm_password": CHOSEN, "token": resident.link()}
    assert browser.post("/password/reset", fields).header("Location") == DONE
    assert browser.jar[COOKIE] == "done"
