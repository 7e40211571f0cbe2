"""The step `logon`: what it opens, what it refuses and how alike, how it counts, and what it may not do."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Policy, Status, TwoStep
from chalicelib.domain.addresses import domain_of
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.hashing import Argon2Hasher
from tests.fakes.planting import plant
from tests.world.visitors import PASSWORD, Reply
from tests.world.world import World

WRONG = "guess after guess after guess"


def refused(world: World, account: Account | str, password: str = PASSWORD) -> Reply:
    """One refused attempt from somewhere new."""
    email = account if isinstance(account, str) else account.address
    reply = world.visitor().post("/logon", {"email": email, "password": password})
    assert (reply.status, reply.code) == (401, "invalid_logon"), reply.text
    return reply


def last_event(world: World, account: Account, kind: EventKind = EventKind.LOGON_REFUSED) -> Event:
    """The newest event of this kind."""
    return next(event for event in world.store.events.of_account(account.id) if event.kind is kind)


def test_right_password_opens_a_full_session(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    reply = visitor.post("/logon", {"email": ann.address, "password": PASSWORD})
    assert reply.status == 200
    assert set(reply.json()) == {"next", "session"}
    assert reply.json()["session"]["expires_at"].endswith("Z")
    assert visitor.goes_on(reply) == "portal"
    assert visitor.get("/account").status == 200


@pytest.mark.parametrize(
    ("facts", "following"),
    [
        ({}, "portal"),
        ({"two_step": TwoStep(seed="sealed")}, "enter_code"),
        ({"must_change_password": True}, "change_password"),
        ({"two_step_required": True}, "enrol_two_step"),
        ({"two_step": TwoStep(seed="sealed"), "must_change_password": True}, "enter_code"),
    ],
)
def test_what_comes_next_is_the_accounts(world: World, facts: dict[str, Any], following: str) -> None:
    assert world.visitor().logs_on(world.person(**facts)) == following


def test_en_01_every_refused_account_gets_the_same_answer(world: World) -> None:
    primary = world.person()
    expired = world.asks(expiring := world.person())
    used = world.asks(using := world.person())
    world.visitor().logs_on(using, used.temporary)
    world.clock.passes(3600)
    replies = [
        refused(world, "nobody@nowhere.test"),
        refused(world, primary, WRONG),
        refused(world, world.person(status=Status.DISABLED)),
        refused(world, world.person(status=Status.FROZEN)),
        refused(world, world.person(failures=5, locked_until=4e9)),
        refused(world, world.person(failures=100)),
        refused(world, world.person(password=None)),
        refused(world, world.person(alias_of=primary.id)),
        refused(world, world.person(ranges=("192.0.2.0/24",))),
        refused(world, world.person(ranges=())),
        refused(world, expiring, expired.temporary),
        refused(world, using, used.temporary),
        refused(world, primary, "bcdfg-23456-hjkmn-pqrst-vwxyz"),
    ]
    assert {reply.same for reply in replies} == {replies[0].same}
    assert len({reply.json()["reference"] for reply in replies}) == len(replies)


@pytest.mark.parametrize("kind", ["visitor", "browser"])
def test_en_01_known_and_unknown_address_get_the_same_page(kind: str) -> None:
    said = []
    for email in ("ann@people.test", "bob@people.test"):
        world = World()
        world.person("ann@people.test")
        somebody = getattr(world, kind)("10.9.9.9")
        reply = somebody.post("/logon", {"email": email, "password": WRONG})
        said.append((reply.same[0], reply.same[2].replace(email, "")))
    assert said[0] == said[1]


def test_ip_08_outside_the_ranges_is_refused_recorded_and_not_counted(world: World) -> None:
    ann = world.person(ranges=("192.0.2.0/24",))
    for _ in range(8):
        refused(world, ann)
    event = last_event(world, ann)
    assert (event.reason, event.source is not None) == ("ip_denied", True)
    assert (world.stored(ann).failures, world.stored(ann).locked_until) == (0, 0)
    assert world.visitor("192.0.2.77").logs_on(ann) == "portal"
    assert world.visitor("::ffff:192.0.2.78").logs_on(ann) == "portal"


def test_domain_ranges_count_where_the_account_has_none(world: World) -> None:
    ann = world.person("ann@inside.test")
    own = world.person("own@inside.test", ranges=("0.0.0.0/0",))
    plant(world.store, Policy(domain_of(ann.address), ranges=("192.0.2.0/24",)))
    refused(world, ann)
    assert world.visitor().logs_on(own) == "portal"
    assert world.visitor("192.0.2.1").logs_on(ann) == "portal"


def test_pw_02_all_of_the_password_counts(world: World) -> None:
    password = ("pale moon over quiet water " * 8)[:200]
    ann = world.person(password=password)
    for other in (password[:72], password[:199], password.swapcase(), password + " ", " " + password):
        refused(world, ann, other)
        world.clock.passes(60)
    assert world.visitor().logs_on(ann, password) == "portal"


def test_pw_03_composed_and_decomposed_are_one_password(world: World) -> None:
    ann = world.person(password="caf\u00e9 at the old harbour")
    assert world.visitor().logs_on(ann, "cafe\u0301 at the old harbour") == "portal"
    bob = world.person(password="\ufb01ve candles in a window")
    refused(world, bob, "five candles in a window")


def test_pw_11_stale_hash_is_replaced_at_logon(world: World) -> None:
    old = Argon2Hasher(world.rings["pepper"], memory_kib=16, time_cost=1).hash(PASSWORD)
    ann = world.person(password_hash=old)
    world.visitor().logs_on(ann)
    assert world.stored(ann).password_hash != old
    assert world.visitor().logs_on(ann) == "portal"


def test_se_01_chosen_session_is_never_adopted(world: World) -> None:
    ann, browser = world.person(), world.browser()
    chosen = f"{ann.id}.{'A' * 43}"
    browser.jar["__Host-portal-session"] = chosen
    browser.logs_on(ann)
    assert browser.jar["__Host-portal-session"] != chosen
    assert world.visitor().get("/account", Authorization=f"Bearer {chosen}").status == 401


def test_account_that_changes_during_the_attempt_opens_nothing(world: World) -> None:
    """SE-10: the epoch moved between the reservation and the session."""
    ann = world.person()
    verify = world.hasher.verify

    def moves(stored: str | None, password: str) -> bool:
        plant(world.store, world.stored(ann)._replace(epoch=2))
        return verify(stored, password)

    world.hasher.verify = moves  # type: ignore[method-assign]
    refused(world, ann)
    assert last_event(world, ann).reason == "account_changed_meanwhile"
    assert world.fake.tables.sessions == {}


@pytest.mark.parametrize("wanted", ["/account", "/messages/0189-ab", "/account/two-step"])
def test_browser_goes_where_it_wanted(world: World, wanted: str) -> None:
    browser = world.browser()
    body = {"email": world.person().address, "password": PASSWORD}
    reply = browser.post(f"/logon?next={wanted}", body)
    assert (reply.status, reply.header("Location")) == (303, wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "%2f%2fevil.example",
        "javascript:alert(1)",
        "/a%0d%0aSet-Cookie:x",
        "/messages?x=//e",
        "/%E2%80%A8",
        "http://evil.example/",
        "/a" * 400,
        "",
    ],
)
def test_wb_07_browser_is_never_led_away(world: World, wanted: str) -> None:
    body = {"email": world.person().address, "password": PASSWORD}
    reply = world.browser().post(f"/logon?next={wanted}", body)
    assert (reply.status, reply.header("Location")) == (303, "/messages")


def test_address_typed_at_the_logon_is_on_the_next_page_and_in_no_url(world: World) -> None:
    """The source document: enter your logon, click Forgot Your Password?, click Reset Password."""
    browser = world.browser()
    form = {"email": "ann@people.test", "password": "", "forgot": "1"}
    before = world.rows()
    reply = browser.post("/logon?next=/messages/7", form)
    assert (reply.status, reply.header("Location")) == (303, "/password/forgot?next=%2Fmessages%2F7")
    assert 'value="ann@people.test"' in browser.get("/password/forgot").text
    assert world.rows() == before
    assert not any("ann@people.test" in line for line in world.lines)


def test_address_of_a_refused_logon_goes_along_too(world: World) -> None:
    browser = world.browser()
    assert browser.post("/logon", {"email": "ann@people.test", "password": "not the one"}).status == 401
    assert 'value="ann@people.test"' in browser.get("/password/forgot").text
    assert world.visitor().post("/logon", {"email": "a@b.test", "password": "no"}).cookies == {}
