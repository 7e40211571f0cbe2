"""A session is as strong as what opened it: its logon's start and end and its typed password, at every step (SE-13)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from tests.world.phones import Phone, enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

PROPOSE, CONFIRM, AGAIN = "/account/two-step", "/account/two-step/confirm", "/reauthenticate"
ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}
HOURS = 3600


@pytest.fixture
def unhurried(store: Any) -> World:
    """A portal whose sessions may be idle for as long as they live."""
    return World(store, SESSION_IDLE_SECONDS="43200")


def end_of(reply: Reply) -> str:
    return str(reply.json()["session"]["expires_at"])


def enrols(world: World, visitor: Visitor) -> Reply:
    phone = Phone(visitor.post(PROPOSE).json()["secret"], world.clock)
    return visitor.post(CONFIRM, {"code": phone.code()})


def required_of(world: World, visitor: Visitor, **facts: Any) -> str:
    """Somebody logs on, and later 2-step becomes required of them; the end of the session they were given."""
    ann = world.person(**facts)
    reply = visitor.post("/logon", {"email": ann.address, "password": PASSWORD})
    visitor.goes_on(reply)
    world.clock.passes(3 * HOURS)
    world.fake.tables.accounts[ann.id] = world.stored(ann)._replace(two_step_required=True)
    return "" if visitor.keeps_cookies else end_of(reply)


def test_se_13_stale_session_that_must_enrol_proves_the_password_first(unhurried: World) -> None:
    world, thief = unhurried, unhurried.visitor()
    required_of(world, thief)
    for path in (PROPOSE, CONFIRM):
        reply = thief.post(path, {"code": "123456"} if path == CONFIRM else None)
        assert (reply.status, reply.code) == (403, "reauthentication_required")
    assert thief.get(AGAIN).status == 200
    assert thief.post(AGAIN, {"password": "not this one at all"}).code == "invalid_logon"
    assert thief.post(PROPOSE).code == "reauthentication_required"


def test_se_13_its_owner_types_the_password_enrols_and_keeps_the_end_of_the_logon(unhurried: World) -> None:
    world, owner = unhurried, unhurried.visitor()
    end = required_of(world, owner)
    again = owner.post(AGAIN, {"password": PASSWORD})
    assert (owner.goes_on(again), end_of(again)) == ("enrol_two_step", end)
    done = enrols(world, owner)
    assert (owner.goes_on(done), end_of(done)) == ("portal", end)
    (session,) = owner.get("/account/sessions").json()["sessions"]
    assert session["started_at"] < session["last_seen_at"]
    world.clock.passes(9 * HOURS)
    assert owner.get("/account").code == "session_required"


def test_se_13_browser_is_led_to_the_password_and_back_to_enrolment(unhurried: World) -> None:
    browser = unhurried.browser()
    required_of(unhurried, browser)
    sent = browser.post(PROPOSE)
    assert (sent.status, sent.header("Location")) == (303, f"{AGAIN}?next=%2Faccount%2Ftwo-step")
    assert browser.get(sent.header("Location")).status == 200
    back = browser.post(sent.header("Location"), {"password": PASSWORD})
    assert (back.status, back.header("Location").partition("?")[0]) == (303, PROPOSE)
    assert 'class="secret pick">' in browser.post(PROPOSE).text


@pytest.mark.parametrize(
    "facts", [{"two_step_required": True}, {"kind": Kind.ADMINISTRATOR}, {"kind": Kind.SUPPORT}], ids=str
)
def test_who_is_asked_to_enrol_at_logon_types_the_password_once(world: World, facts: dict[str, Any]) -> None:
    visitor = world.visitor()
    assert visitor.logs_on(world.person(**facts)) == "enrol_two_step"
    world.clock.passes(599)
    assert visitor.goes_on(enrols(world, visitor)) == "portal"


def test_who_chose_a_password_just_now_enrols_without_it(world: World) -> None:
    """The new password was typed, twice: it is what the ten minutes are counted from."""
    ann, visitor = world.person(two_step_required=True), world.visitor()
    assert visitor.logs_on(ann, world.asks(ann).temporary) == "change_password"
    world.clock.passes(590)
    assert visitor.goes_on(visitor.post("/password/change", ENTRIES)) == "enrol_two_step"
    world.clock.passes(590)
    assert visitor.goes_on(enrols(world, visitor)) == "portal"


@pytest.mark.parametrize(("seconds", "code"), [(599, ""), (600, "reauthentication_required")])
def test_se_13_a_code_makes_nothing_fresh(world: World, seconds: int, code: str) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    world.clock.passes(299)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(seconds - 299)
    assert visitor.post("/account/sessions/revoke", {"others": True}).code == code


@pytest.mark.parametrize(("seconds", "code"), [(599, ""), (600, "reauthentication_required")])
def test_se_13_an_enrolment_makes_nothing_fresh(world: World, seconds: int, code: str) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    world.clock.passes(500)
    visitor.goes_on(enrols(world, visitor))
    world.clock.passes(seconds - 500)
    assert visitor.post("/account/sessions/revoke", {"others": True}).code == code


def test_se_13_no_step_makes_a_logon_last_longer(unhurried: World) -> None:
    """Code, password again, a new password, 2-step off and on: twelve hours after the logon it is over."""
    world, visitor = unhurried, unhurried.visitor()
    ann, phone = enrolled(world)
    start = world.clock()
    visitor.logs_on(ann)
    world.clock.passes(60)
    ends = []

    def goes_on(path: str, **fields: str) -> None:
        reply = visitor.post(path, fields)
        visitor.goes_on(reply)
        ends.append(end_of(reply))
        world.clock.passes(HOURS)

    goes_on("/logon/code", code=phone.code())
    goes_on(AGAIN, password=PASSWORD, code=phone.code())
    goes_on("/password/change", current_password=PASSWORD, **ENTRIES)
    goes_on("/account/two-step/remove", password=CHOSEN, code=phone.code())
    goes_on(AGAIN, password=CHOSEN)
    assert len(set(ends)) == 1
    world.clock.now = start + 12 * HOURS - 1
    assert visitor.get("/account").status == 200
    world.clock.now = start + 12 * HOURS
    assert visitor.get("/account").code == "session_required"


@pytest.mark.parametrize(("seconds", "code"), [(599, ""), (600, "session_required")])
def test_se_13_no_half_done_logon_outlives_its_password(world: World, seconds: int, code: str) -> None:
    """A temporary password cannot be typed again: the change page is open while it is fresh, code or no code."""
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann, world.asks(ann).temporary)
    world.clock.passes(290)
    assert visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()})) == "change_password"
    world.clock.passes(seconds - 290)
    assert visitor.post("/password/change", ENTRIES).code == code


def test_cookie_is_kept_for_what_is_left_of_the_logon(unhurried: World) -> None:
    browser = unhurried.browser()
    browser.logs_on(unhurried.person())
    unhurried.clock.passes(5 * HOURS)
    cookies = browser.post(AGAIN, {"password": PASSWORD}).cookies
    assert f"Max-Age={7 * HOURS - 1}" in cookies["__Host-portal-session"]
