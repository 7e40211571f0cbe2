"""What `authorizer` makes of a session that is none, of a form that may be a repeat, and of an address outside."""

from __future__ import annotations

import json
import re

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Kind, Policy
from tests.console.staff import logged_on
from tests.fakes.planting import plant
from tests.steps.test_authorizer import authorizer_events, inside
from tests.steps.test_authorizer_told import HERE, OUTSIDE, lines, told
from tests.world.phones import Phone, enrolled
from tests.world.visitors import Visitor
from tests.world.world import World

SECRET = "x" * 43
ALL_OUTSIDE = Policy(PORTAL_POLICY, ranges=OUTSIDE)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_se_04_of_an_account_that_is_there_a_wrong_secret_is_no_session_and_tells_nothing_of_it(
    world: World, method: str
) -> None:
    """Attack: the account's own ranges refuse before its secret does, and tell a guesser where it is used from."""
    account = world.person(ranges=OUTSIDE)
    visitor = world.visitor(HERE)
    visitor.token = f"{account.id}.{SECRET}"
    reply = visitor.sends(method, "/account/preferences")
    assert (reply.status, reply.code) == (401, "session_required")
    assert lines(world)[-1]["cause"] == "unknown_session"
    assert "caller" not in told(world)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_se_04_a_session_whose_account_is_gone_is_none(world: World, method: str) -> None:
    visitor = inside(world)
    world.fake.tables.accounts.clear()
    reply = visitor.sends(method, "/account/preferences")
    assert (reply.status, reply.code) == (401, "session_required")
    assert lines(world)[-1]["cause"] == "unknown_session"


def by_code(world: World) -> Visitor:
    """Somebody whose session is the answer of the form of the code, a moment ago."""
    account, phone = enrolled(world)
    browser = world.browser()
    browser.logs_on(account)
    browser.goes_on(browser.post("/logon/code", {"code": phone.code()}))
    return browser


def hint(world: World) -> str | None:
    return told(world).get("hint")


def test_wb_20_only_a_form_that_comes_again_within_its_minute_may_be_a_repeat(world: World) -> None:
    visitor = by_code(world)
    for method, passes, said in (("GET", 0, None), ("POST", 0, "overtaken"), ("POST", 60, None)):
        world.clock.passes(passes)
        visitor.sends(method, "/logon/code")
        assert told(world)["verdict"] == "step_required"
        assert hint(world) == said, (method, passes)


def test_wb_20_a_repeat_from_another_site_is_not_taken_for_the_person_s(world: World) -> None:
    visitor = by_code(world)
    visitor.post("/logon/code", **{"Sec-Fetch-Site": "cross-site"})
    assert told(world)["verdict"] == "cross_origin"
    assert hint(world) is None


def test_ip_09_from_outside_help_is_open_and_from_no_address_nothing_is(world: World) -> None:
    plant(world.store, ALL_OUTSIDE)
    assert world.visitor(HERE).get("/help").status == 200
    assert world.visitor("no address").get("/help").status == 403
    assert world.visitor(HERE).get("/logon").status == 403


def test_ip_09_a_route_that_nobody_declared_is_shut_like_any_other(world: World) -> None:
    world.visitor(HERE).get("/help")
    plant(world.store, ALL_OUTSIDE)
    event = authorizer_events(world)[-1]
    event["resource"] = event["requestContext"]["resourcePath"] = "/nothing"
    (statement,) = world.invoke("authorizer", event)["policyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"


def test_wb_20_a_repeat_whose_password_has_gone_stale_on_the_way_may_still_be_one(world: World) -> None:
    """The first one came in its tenth minute; the second is refused, and may have its answer."""
    browser = world.browser()
    browser.logs_on(world.person())
    (seed,) = re.findall(r'class="secret pick">([A-Z2-7 ]+)<', browser.post("/account/two-step").text)
    phone = Phone(seed.replace(" ", ""), world.clock)
    world.clock.passes(590)
    assert browser.post("/account/two-step/confirm", {"code": phone.code()}).status == 200
    world.clock.passes(15)
    browser.post("/account/two-step/confirm", {"code": phone.code()})
    assert told(world)["verdict"] == "reauthentication_required"
    assert hint(world) == "overtaken"


def test_se_11_who_must_type_the_password_again_is_known_to_the_page_that_asks(world: World) -> None:
    visitor = inside(world)
    world.clock.passes(600)
    assert visitor.get("/account/export").code == "reauthentication_required"
    assert "caller" in told(world)


@pytest.fixture
def seen(world: World, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whoever the authorizer has read up to now, each as often as it did."""
    asked, sessions = list[object](), world.store.sessions
    real = sessions.standing

    def counted(who: object, *, console: bool) -> object:
        asked.append(who)
        return real(who, console=console)  # type: ignore[arg-type]

    monkeypatch.setattr(sessions, "standing", counted)
    return asked


@pytest.mark.parametrize(
    ("method", "moved", "handed_over", "readings"),
    [
        ("POST", 1, False, 2),
        ("POST", 1, True, 1),
        ("POST", 0, False, 1),
        ("POST", -1, False, 1),
        ("GET", 1, False, 1),
    ],
    ids=["torn", "a repeat", "alive", "of a row put back", "no form"],
)
def test_wb_20_a_reading_that_may_be_torn_is_read_again_and_no_other(
    world: World, seen: list[object], method: str, moved: int, handed_over: bool, readings: int
) -> None:
    """A batch is no snapshot: of one write it may show the account after it and the session before."""
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    for key, one in world.fake.tables.sessions.items():
        at = world.clock() if handed_over else None
        world.fake.tables.sessions[key] = one._replace(epoch=one.epoch - moved, handed_over_at=at)
    seen.clear()
    visitor.sends(method, "/account/preferences")
    assert len(seen) == readings


def test_wb_20_nobody_s_post_is_read_once(world: World, seen: list[object]) -> None:
    stranger = world.visitor()
    stranger.token = f"{world.person().id}.{SECRET}"
    stranger.post("/account/preferences", {})
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("limited", "path", "domains"),
    [
        (True, "/admin/users", ["ours.example"]),
        (True, "/account", []),
        (False, "/admin/users", None),
        (False, "/account", None),
    ],
)
def test_ad_20_the_console_is_told_whom_staff_is_limited_to_and_nobody_else_asks(
    world: World, limited: bool, path: str, domains: list[str] | None
) -> None:
    account, phone = enrolled(world, kind=Kind.SUPPORT, limited=limited)
    world.fake.tables.limits[account.id] = ("ours.example",)
    visitor = logged_on(world, world.visitor(), account, phone)
    assert visitor.get(path).status == 200
    assert json.loads(told(world)["caller"])["domains"] == domains
