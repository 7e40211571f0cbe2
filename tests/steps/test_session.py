"""The step `session`: who is there, as another application of the same owner asks; always JSON."""

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.events import iso
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN
from tests.world.world import World

NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def test_it_says_who_is_there_and_until_when(world: World) -> None:
    ann = world.person()
    visitor = world.visitor()
    visitor.logs_on(ann)
    began = world.clock.now
    world.clock.passes(61)
    reply = visitor.get("/session")
    assert (reply.status, reply.header("Content-Type")) == (200, "application/json")
    assert reply.json() == {
        "account_id": ann.id,
        "email": ann.address,
        "kind": "recipient",
        "next": "portal",
        "two_step": False,
        "started_at": iso(began),
        "expires_at": iso(int(began) + 43200),
    }


def test_a_half_done_logon_is_there_but_not_whole(world: World) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    visitor = world.visitor()
    visitor.logs_on(account)
    half = visitor.get("/session").json()
    assert (half["next"], half["kind"], half["two_step"]) == ("enter_code", "administrator", True)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    assert visitor.get("/session").json()["next"] == "portal"


@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json", ""])
def test_a_session_that_is_over_is_401_and_never_a_redirect(world: World, accept: str) -> None:
    ann = world.person()
    browser = world.browser()
    browser.logs_on(ann)
    assert browser.get("/session", Accept=accept).json()["email"] == ann.address
    world.clock.passes(1800)
    for visitor in (browser, world.browser(), world.visitor()):
        reply = visitor.get("/session", Accept=accept)
        assert (reply.status, reply.code) == (401, "session_required")
        assert reply.header("Location") == ""


def test_it_is_over_with_the_request_after_containment(world: World) -> None:
    ann = world.person()
    visitor = world.visitor()
    visitor.logs_on(ann)
    token = world.asks(ann).token("/password/reset")
    world.visitor().post("/password/reset", {"token": token, **NEW})
    assert visitor.get("/session").status == 401
