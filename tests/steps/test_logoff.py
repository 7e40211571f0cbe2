"""The step `logoff`: the session is dead on the server first, then in the browser (SE-05)."""

import pytest

from chalicelib.domain.events import EventKind
from tests.world.phones import enrolled
from tests.world.world import World


def test_session_is_dead_at_once(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    world.clock.passes(1)
    reply = visitor.post("/logoff")
    assert (reply.status, reply.body) == (204, b"")
    assert reply.header("Clear-Site-Data") == '"cache", "storage"'
    assert "Max-Age=0" in reply.cookies["__Host-portal-session"]
    assert visitor.get("/account").code == "session_required"
    assert world.fake.tables.sessions == {}
    assert world.store.events.of_account(ann.id)[0].kind is EventKind.LOGGED_OFF


def test_other_sessions_live_on(world: World) -> None:
    ann, here, there = world.person(), world.visitor(), world.visitor()
    for visitor in (here, there):
        visitor.logs_on(ann)
    here.post("/logoff")
    assert there.get("/account").status == 200


def test_half_done_logon_can_be_left(world: World) -> None:
    ann, _ = enrolled(world)
    visitor = world.visitor()
    assert visitor.logs_on(ann) == "enter_code"
    assert visitor.post("/logoff").status == 204
    assert visitor.get("/logon/code").status == 401


def test_browser_is_told(world: World) -> None:
    browser = world.browser()
    browser.logs_on(world.person())
    reply = browser.post("/logoff")
    assert (reply.status, reply.header("Location")) == (303, "/logon?notice=logged_off")
    assert set(browser.jar) == {"__Host-portal-device"}  # which opens nothing (LG-14)
    assert "You are logged off" in browser.get("/logon?notice=logged_off").text


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_a_post_logs_off(world: World, method: str) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    reply = visitor.sends(method, "/logoff")
    assert (reply.status, reply.header("Allow")) == (405, "POST")
    assert visitor.get("/account").status == 200


def test_rl_05_second_press_has_no_second_effect(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    visitor.post("/logoff")
    before = world.rows("sessions", "events")
    assert visitor.post("/logoff").status == 401
    assert world.rows("sessions", "events") == before
