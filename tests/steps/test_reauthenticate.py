"""The step `reauthenticate`: password, and the code where there is one; the session goes on under a new secret."""

import pytest

from tests.world.phones import enrolled
from tests.world.visitors import PASSWORD
from tests.world.world import World

PATH = "/reauthenticate"
WRONG = "not this one at all"


def test_se_02_session_gets_a_new_secret(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    before = visitor.token
    assert visitor.goes_on(visitor.post(PATH, {"password": PASSWORD})) == "portal"
    assert visitor.get("/account").status == 200
    assert visitor.get("/account", Authorization=f"Bearer {before}").status == 401
    assert world.stored(ann).failures == 0


def test_wrong_password_is_refused_and_recorded(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    reply = visitor.post(PATH, {"password": WRONG})
    assert (reply.status, reply.code) == (401, "invalid_logon")
    (event,) = world.store.events.by_reference(reply.json()["reference"])
    assert event.reason == "wrong_password"
    assert visitor.get("/account").status == 200


@pytest.mark.parametrize("failures", [5, 20, 100])
def test_lg_13_strangers_failures_refuse_no_confirmation(world: World, failures: int) -> None:
    """However the account is locked, paced or stopped: who is logged on can confirm, and so can contain."""
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    locked = world.stored(ann)._replace(
        failures=failures, attempted_at=world.clock(), locked_until=world.clock() + 900
    )
    world.fake.tables.accounts[ann.id] = locked
    assert visitor.post(PATH, {"password": PASSWORD}).status == 200
    assert world.stored(ann) == locked


def test_lg_13_wrong_confirmations_count_for_their_session_alone(world: World) -> None:
    ann, thief, other = world.person(), world.visitor(), world.visitor()
    thief.logs_on(ann)
    other.logs_on(ann)
    before = world.stored(ann)
    replies = [thief.post(PATH, {"password": WRONG}) for _ in range(5)]
    assert {reply.code for reply in replies} == {"invalid_logon"}
    assert thief.get("/account").code == "session_required"
    assert other.post(PATH, {"password": PASSWORD}).status == 200
    assert world.stored(ann) == before
    (event,) = world.store.events.by_reference(replies[-1].json()["reference"])
    assert (event.reason, event.details) == ("wrong_password", {"session_ended": True})


def test_lg_13_right_confirmation_starts_the_count_afresh(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    for _ in range(3):
        for _ in range(4):
            assert visitor.post(PATH, {"password": WRONG}).code == "invalid_logon"
        visitor.goes_on(visitor.post(PATH, {"password": PASSWORD}))
    assert visitor.get("/account").status == 200


def test_lg_13_codes_of_strangers_who_know_the_password_refuse_no_confirmation(world: World) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    stranger = world.visitor()
    stranger.logs_on(ann)
    for _ in range(5):
        stranger.post("/logon/code", {"code": "000000"})
    world.clock.passes(60)
    assert visitor.post(PATH, {"password": PASSWORD, "code": phone.code()}).status == 200


def test_lg_13_fifth_wrong_code_ends_the_session_it_is_confirmed_in(world: World) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    statuses = [visitor.post(PATH, {"password": PASSWORD, "code": "000000"}).code for _ in range(6)]
    assert statuses == ["invalid_code"] * 5 + ["session_required"]
    assert world.stored(ann).two_step.failures == 0


@pytest.mark.parametrize("code", ["000000", "", None])
def test_code_is_needed_where_there_is_one(world: World, code: str | None) -> None:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(60)
    assert visitor.get(PATH).json() == {"fields": ["password", "code"]}
    body = {"password": PASSWORD} | ({} if code is None else {"code": code})
    reply = visitor.post(PATH, body)
    assert (reply.status, reply.code) == (401, "invalid_code")
    assert visitor.goes_on(visitor.post(PATH, {"password": PASSWORD, "code": phone.code()})) == "portal"


def test_se_11_it_is_good_for_ten_minutes(world: World) -> None:
    visitor = world.visitor()
    visitor.logs_on(world.person())
    world.clock.passes(1200)
    visitor.goes_on(visitor.post(PATH, {"password": PASSWORD}))
    world.clock.passes(599)
    assert visitor.post("/account/two-step").status == 200
    world.clock.passes(1)
    assert visitor.post("/account/two-step").code == "reauthentication_required"


def test_session_does_not_live_longer_for_it(world: World) -> None:
    """The absolute lifetime is of the logon; reading the wire contract, `expires_at` tells it."""
    visitor = world.visitor()
    visitor.logs_on(world.person())
    reply = visitor.post(PATH, {"password": PASSWORD})
    assert reply.json()["session"]["expires_at"] == "2030-03-18T05:46:40.000Z"


def test_browser_is_sent_there_and_back(world: World) -> None:
    browser = world.browser()
    browser.logs_on(world.person())
    world.clock.passes(700)
    sent = browser.post("/account/two-step")
    assert (sent.status, sent.header("Location").partition("?")[0]) == (303, PATH)
    page = browser.post(PATH, {"password": "not this one at all"})
    assert (page.status, "This is not your password." in page.text) == (401, True)
    back = browser.post(f"{PATH}?next=/account/two-step", {"password": PASSWORD})
    assert (back.status, back.header("Location")) == (303, "/account/two-step")
