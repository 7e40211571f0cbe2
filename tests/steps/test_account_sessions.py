"""The step `account_sessions`: where one is logged on, and ending it."""

import re

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.domain.tokens import split_session_token
from tests.world.phones import enrolled
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

REVOKE = "/account/sessions/revoke"


@pytest.fixture
def devices(world: World) -> tuple[Account, list[Visitor]]:
    account, visitors = world.person(), [world.visitor() for _ in range(3)]
    for visitor in visitors:
        visitor.logs_on(account)
        world.clock.passes(10)
    return account, visitors


def handle_of(visitor: Visitor, of: Visitor) -> str:
    listed = visitor.get("/account/sessions").json()["sessions"]
    return str(next(one["handle"] for one in listed if one["address"] == of.source))


def test_se_08_live_sessions_are_listed_without_ids(
    world: World, devices: tuple[Account, list[Visitor]]
) -> None:
    _, visitors = devices
    reply = visitors[1].get("/account/sessions")
    listed = reply.json()["sessions"]
    assert [one["address"] for one in listed] == [one.source for one in reversed(visitors)]
    assert [one["current"] for one in listed] == [False, True, False]
    assert set(listed[0]) == {"handle", "current", "started_at", "last_seen_at", "address", "browser"}
    assert all(re.fullmatch(r"[a-z2-7]{16}", one["handle"]) for one in listed)
    assert not any(one["handle"] in str(world.fake.tables.sessions) for one in listed)
    for visitor in visitors:
        found = split_session_token(visitor.token)
        assert found is not None
        assert found[1] not in reply.text
        assert str(visitor.token).partition(".")[2] not in reply.text


def test_dead_sessions_are_not_listed(world: World, devices: tuple[Account, list[Visitor]]) -> None:
    ann, visitors = devices
    world.clock.passes(1700)
    visitors[0].get("/account")
    world.clock.passes(200)
    assert [one["address"] for one in visitors[0].get("/account/sessions").json()["sessions"]] == [
        visitors[0].source
    ]
    half = world.visitor()
    half.logs_on(ann, world.asks(ann).temporary)
    assert len(visitors[0].get("/account/sessions").json()["sessions"]) == 1


def test_se_09_a_session_that_newer_ones_pushed_out_is_not_listed_again_once_those_have_ended(
    world: World,
) -> None:
    account, visitors = world.person(), [world.visitor() for _ in range(11)]
    for visitor in visitors:
        visitor.logs_on(account)
    assert visitors[0].get("/account").status == 401
    assert visitors[10].post("/logoff").status == 204
    listed = visitors[5].get("/account/sessions").json()["sessions"]
    assert {one["address"] for one in listed} == {one.source for one in visitors[1:10]}


def test_one_is_ended_at_its_very_next_request(devices: tuple[Account, list[Visitor]]) -> None:
    """SE-06."""
    _, visitors = devices
    assert visitors[0].post(REVOKE, {"handle": handle_of(visitors[0], visitors[1])}).json() == {"revoked": 1}
    assert [visitor.get("/account").status for visitor in visitors] == [200, 401, 200]


def test_all_others_are_ended(world: World, devices: tuple[Account, list[Visitor]]) -> None:
    ann, visitors = devices
    assert visitors[2].post(REVOKE, {"others": True}).json() == {"revoked": 2}
    assert [visitor.get("/account").status for visitor in visitors] == [401, 401, 200]
    newest = world.store.events.of_account(ann.id)[0]
    assert (newest.kind, newest.details) == (EventKind.SESSIONS_REVOKED, {"count": 2})


def test_ad_02_handles_of_others_and_of_nobody_are_the_same_404(
    world: World, devices: tuple[Account, list[Visitor]]
) -> None:
    eve = world.visitor()
    eve.logs_on(world.person())
    before = world.rows("sessions")
    theirs = handle_of(devices[1][0], devices[1][1])
    replies = [eve.post(REVOKE, {"handle": one}) for one in (theirs, "a" * 16, "", "\u00e9")]
    assert {reply.same for reply in replies} == {replies[0].same}
    assert replies[0].code == "not_found"
    assert world.rows("sessions") == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"others": False},
        {"handle": "a", "others": True},
        {"others": "true"},
        {"others": 1},
        {"handle": ["a"]},
    ],
)
def test_which_must_be_said_exactly(devices: tuple[Account, list[Visitor]], body: dict[str, object]) -> None:
    assert devices[1][0].post(REVOKE, body).status == 422
    assert [visitor.get("/account").status for visitor in devices[1]] == [200] * 3


def test_se_09_oldest_of_eleven_falls_out(world: World) -> None:
    ann, visitors = world.person(), [world.visitor() for _ in range(11)]
    for visitor in visitors:
        visitor.logs_on(ann)
    assert [visitor.get("/account").status for visitor in visitors] == [401] + [200] * 10
    assert len(visitors[10].get("/account/sessions").json()["sessions"]) == 10


@pytest.mark.parametrize("which", ["another", "others"])
def test_se_14_ending_sessions_wants_a_fresh_password(
    world: World, devices: tuple[Account, list[Visitor]], which: str
) -> None:
    """Attack: a stolen session ends its owner's, and stays alone."""
    thief, owner, _ = devices[1]
    asked = {"others": True} if which == "others" else {"handle": handle_of(thief, owner)}
    world.clock.passes(600)
    before = world.rows("sessions")
    reply = thief.post(REVOKE, asked)
    assert (reply.status, reply.code) == (403, "reauthentication_required")
    assert set(world.rows("sessions")["sessions"]) == set(before["sessions"])
    thief.goes_on(thief.post("/reauthenticate", {"password": PASSWORD}))
    assert thief.post(REVOKE, asked).status == 200
    assert owner.get("/account").status == 401


def test_se_14_a_session_may_always_end_itself(world: World, devices: tuple[Account, list[Visitor]]) -> None:
    visitor, other, third = devices[1]
    world.clock.passes(600)
    assert visitor.post(REVOKE, {"handle": handle_of(visitor, visitor)}).json() == {"revoked": 1}
    assert other.post("/logoff").status == 204
    assert [one.get("/account").status for one in (visitor, other, third)] == [401, 401, 200]


def test_se_14_browser_is_led_to_the_password_and_back_to_the_list(world: World) -> None:
    browser = world.browser()
    browser.logs_on(world.person())
    world.clock.passes(600)
    sent = browser.post(REVOKE, {"others": "true"})
    assert (sent.status, sent.header("Location")) == (303, "/reauthenticate?next=%2Faccount%2Fsessions")
    back = browser.post(sent.header("Location"), {"password": PASSWORD})
    assert (back.status, back.header("Location")) == (303, "/account/sessions")
    assert "has not been done yet" in browser.get("/account/sessions").text


def test_half_done_logons_end_with_all_others(world: World) -> None:
    ann, phone = enrolled(world)
    owner, thief = world.visitor(), world.visitor()
    owner.logs_on(ann)
    owner.goes_on(owner.post("/logon/code", {"code": phone.code()}))
    assert thief.logs_on(ann) == "enter_code"
    owner.post(REVOKE, {"others": True})
    assert thief.get("/logon/code").code == "session_required"
    assert owner.get("/account").status == 200


def test_browser_is_led_back_to_the_list(world: World, devices: tuple[Account, list[Visitor]]) -> None:
    browser = world.browser()
    browser.logs_on(devices[0])
    reply = browser.post(REVOKE, {"others": "true"})
    assert (reply.status, reply.header("Location")) == (303, "/account/sessions?notice=others_revoked")
    assert (
        "Every other session has been ended." in browser.get("/account/sessions?notice=others_revoked").text
    )
