"""The step `logon`: what it opens, what it refuses and how alike, how it counts, and what it may not do."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Policy, Status, TwoStep
from chalicelib.domain.addresses import domain_of
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.hashing import Argon2Hasher
from tests.fakes.planting import plant
from tests.steps.premises import CHOSEN, PASSWORD, Premises
from tests.steps.visitors import Reply

WRONG = "guess after guess after guess"


def refused(premises: Premises, account: Account | str, password: str = PASSWORD) -> Reply:
    """One refused attempt from somewhere new."""
    email = account if isinstance(account, str) else account.address
    reply = premises.visitor().post("/logon", {"email": email, "password": password})
    assert (reply.status, reply.code) == (401, "invalid_logon"), reply.text
    return reply


def last_event(premises: Premises, account: Account, kind: EventKind = EventKind.LOGON_REFUSED) -> Event:
    """The newest event of this kind."""
    return next(event for event in premises.store.events.of_account(account.id) if event.kind is kind)


def test_right_password_opens_a_full_session(premises: Premises) -> None:
    ann, visitor = premises.person(), premises.visitor()
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
def test_what_comes_next_is_the_accounts(premises: Premises, facts: dict[str, Any], following: str) -> None:
    assert premises.visitor().logs_on(premises.person(**facts)) == following


def test_en_01_every_refused_account_gets_the_same_answer(premises: Premises) -> None:
    primary = premises.person()
    expired = premises.asks(expiring := premises.person())
    used = premises.asks(using := premises.person())
    premises.visitor().logs_on(using, used.temporary)
    premises.clock.passes(3600)
    replies = [
        refused(premises, "nobody@nowhere.test"),
        refused(premises, primary, WRONG),
        refused(premises, premises.person(status=Status.DISABLED)),
        refused(premises, premises.person(status=Status.FROZEN)),
        refused(premises, premises.person(failures=5, locked_until=4e9)),
        refused(premises, premises.person(failures=100)),
        refused(premises, premises.person(password=None)),
        refused(premises, premises.person(alias_of=primary.id)),
        refused(premises, premises.person(ranges=("192.0.2.0/24",))),
        refused(premises, premises.person(ranges=())),
        refused(premises, expiring, expired.temporary),
        refused(premises, using, used.temporary),
        refused(premises, primary, "bcdfg-23456-hjkmn-pqrst-vwxyz"),
    ]
    assert {reply.same for reply in replies} == {replies[0].same}
    assert len({reply.json()["reference"] for reply in replies}) == len(replies)


@pytest.mark.parametrize("kind", ["visitor", "browser"])
def test_en_01_known_and_unknown_address_get_the_same_page(kind: str) -> None:
    said = []
    for email in ("ann@people.test", "bob@people.test"):
        premises = Premises()
        premises.person("ann@people.test")
        somebody = getattr(premises, kind)("10.9.9.9")
        reply = somebody.post("/logon", {"email": email, "password": WRONG})
        said.append((reply.same[0], reply.same[2].replace(email, "")))
    assert said[0] == said[1]


def test_en_02_every_attempt_costs_one_hash(premises: Premises) -> None:
    issued = premises.asks(ann := premises.person())
    attempts = [
        (ann.address, PASSWORD),
        (ann.address, WRONG),
        (ann.address, issued.temporary),
        ("nobody@nowhere.test", PASSWORD),
        (premises.person(status=Status.DISABLED).address, PASSWORD),
        (premises.person(failures=5, locked_until=4e9).address, PASSWORD),
        (premises.person(failures=100).address, PASSWORD),
        (premises.person(password=None).address, PASSWORD),
        (premises.person(ranges=()).address, PASSWORD),
        (ann.address, "bcdfg-23456-hjkmn-pqrst-vwxyz"),
    ]
    costs = []
    for email, password in attempts:
        before = premises.hasher.runs
        premises.visitor().post("/logon", {"email": email, "password": password})
        costs.append(premises.hasher.runs - before)
    assert costs == [1] * len(attempts)


def test_en_03_known_and_unknown_cost_the_same_acts(premises: Premises) -> None:
    trips = []
    for email in (premises.person().address, "nobody@nowhere.test", premises.person(ranges=()).address):
        before = len(premises.store.acts)
        refused(premises, email, WRONG)
        trips.append(premises.store.acts[before:])
    assert trips[0] == trips[1] == trips[2]
    assert trips[0][1:] == ["logons.admit", "logons.reserve_attempt", "logons.refuse"]


def test_lg_01_lock_doubles_from_the_fifth_failure_and_is_capped(premises: Premises) -> None:
    ann = premises.person()
    for failures in range(1, 19):
        refused(premises, ann, WRONG)
        lock = max(0, premises.stored(ann).locked_until - premises.clock())
        assert premises.stored(ann).failures == failures
        assert lock == (0 if failures < 5 else min(2 ** (failures - 5), 900))
        premises.clock.passes(lock)


def test_lg_01_right_password_is_refused_until_the_lock_ends(premises: Premises) -> None:
    ann = premises.person()
    plant(premises.store, replace(ann, failures=8))
    refused(premises, ann, WRONG)  # the ninth failure locks for 16 seconds
    until = premises.stored(ann).locked_until
    premises.clock.passes(15.75)
    refused(premises, ann)
    assert (premises.stored(ann).failures, premises.stored(ann).locked_until) == (9, until)  # uncounted
    premises.clock.passes(0.25)
    assert premises.visitor().logs_on(ann) == "portal"
    assert premises.stored(ann).failures == 0


def test_lg_02_hundred_failures_stop_the_password_until_it_is_reset(premises: Premises) -> None:
    ann = premises.person(failures=99)
    premises.clock.passes(901)
    refused(premises, ann, WRONG)
    premises.clock.passes(86400)
    refused(premises, ann)
    assert last_event(premises, ann).reason == "password_stopped_after_100_failures"
    token = premises.asks(ann).token("/password/reset")
    body = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert premises.visitor().post("/password/reset", body).status == 200
    assert premises.visitor().logs_on(ann, CHOSEN) == "portal"


def test_lg_04_ten_right_logons_all_succeed(premises: Premises) -> None:
    ann = premises.person()
    visitors = [premises.visitor() for _ in range(10)]
    assert [visitor.logs_on(ann) for visitor in visitors] == ["portal"] * 10
    assert [visitor.get("/account").status for visitor in visitors] == [200] * 10


def test_lg_05_spellings_of_one_address_share_one_counter(premises: Premises) -> None:
    ann = premises.person("ann@people.test")
    for spelling in ("ann@people.test", "ANN@people.test", " ann@PEOPLE.test ", "Ann@People.Test\t"):
        refused(premises, spelling, WRONG)
    assert premises.stored(ann).failures == 4


def test_lg_05_unknown_addresses_answer_like_known_ones_try_after_try(premises: Premises) -> None:
    ann = premises.person()
    known = [refused(premises, ann, WRONG).same for _ in range(8)]
    unknown = [refused(premises, "nobody@nowhere.test", WRONG).same for _ in range(8)]
    assert known == unknown


def test_lg_06_source_that_asks_too_much_waits_whatever_it_types(premises: Premises) -> None:
    guesser = premises.visitor("198.51.100.7")
    for number in range(20):
        assert guesser.post("/logon", {"email": f"p{number}@x.test", "password": WRONG}).status == 401
    forged = {"X-Forwarded-For": "203.0.113.1", "Forwarded": "for=203.0.113.1", "X-Real-IP": "203.0.113.1"}
    ann = premises.person()
    throttled = guesser.post("/logon", {"email": ann.address, "password": PASSWORD}, **forged)
    assert (throttled.status, throttled.code) == (429, "throttled")
    assert 0 < int(throttled.header("Retry-After")) <= 301
    assert premises.visitor("198.51.100.8").logs_on(ann) == "portal"
    premises.clock.passes(300)
    assert guesser.logs_on(ann) == "portal"


def test_lg_06_one_ipv6_network_is_one_source(premises: Premises) -> None:
    for number in range(20):
        body = {"email": "a@x.test", "password": WRONG}
        assert premises.visitor(f"2001:db8:1:1::{number:x}").post("/logon", body).status == 401
    body = {"email": "a@x.test", "password": WRONG}
    assert premises.visitor("2001:db8:1:1:ffff::1").post("/logon", body).status == 429
    assert premises.visitor("2001:db8:1:2::1").post("/logon", body).status == 401


def test_lg_06_success_gives_its_place_back(premises: Premises) -> None:
    ann, office = premises.person(), premises.visitor("198.51.100.9")
    assert [office.logs_on(ann) for _ in range(25)] == ["portal"] * 25


def test_lg_07_session_lives_on_while_a_stranger_locks_the_account(premises: Premises) -> None:
    ann, owner = premises.person(), premises.visitor()
    owner.logs_on(ann)
    for _ in range(5):
        refused(premises, ann, WRONG)
    assert owner.get("/messages").status == 200


def test_lg_10_uncounted_attempts_are_not_let_in(premises: Premises) -> None:
    ann = premises.person()
    for after in range(3):
        premises.store.fail(1 + after)  # the authorizer's read comes first
        before = premises.hasher.runs
        reply = premises.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
        assert (reply.status, reply.code, reply.header("Retry-After")) == (503, "unavailable", "5")
        assert reply.cookies == {}
        assert premises.hasher.runs - before == (after == 2)  # not verified unless it was counted
    assert premises.store.tables.sessions == {}
    assert premises.visitor().logs_on(ann) == "portal"


def test_ip_08_outside_the_ranges_is_refused_recorded_and_not_counted(premises: Premises) -> None:
    ann = premises.person(ranges=("192.0.2.0/24",))
    for _ in range(8):
        refused(premises, ann)
    event = last_event(premises, ann)
    assert (event.reason, event.source is not None) == ("ip_denied", True)
    assert (premises.stored(ann).failures, premises.stored(ann).locked_until) == (0, 0)
    assert premises.visitor("192.0.2.77").logs_on(ann) == "portal"
    assert premises.visitor("::ffff:192.0.2.78").logs_on(ann) == "portal"


def test_domain_ranges_count_where_the_account_has_none(premises: Premises) -> None:
    ann = premises.person("ann@inside.test")
    own = premises.person("own@inside.test", ranges=("0.0.0.0/0",))
    plant(premises.store, Policy(domain_of(ann.address), ranges=("192.0.2.0/24",)))
    refused(premises, ann)
    assert premises.visitor().logs_on(own) == "portal"
    assert premises.visitor("192.0.2.1").logs_on(ann) == "portal"


def test_pw_02_all_of_the_password_counts(premises: Premises) -> None:
    password = ("pale moon over quiet water " * 8)[:200]
    ann = premises.person(password=password)
    for other in (password[:72], password[:199], password.swapcase(), password + " ", " " + password):
        refused(premises, ann, other)
        premises.clock.passes(60)
    assert premises.visitor().logs_on(ann, password) == "portal"


def test_pw_03_composed_and_decomposed_are_one_password(premises: Premises) -> None:
    ann = premises.person(password="caf\u00e9 at the old harbour")
    assert premises.visitor().logs_on(ann, "cafe\u0301 at the old harbour") == "portal"
    bob = premises.person(password="\ufb01ve candles in a window")
    refused(premises, bob, "five candles in a window")


def test_pw_11_stale_hash_is_replaced_at_logon(premises: Premises) -> None:
    old = Argon2Hasher(premises.keyring, memory_kib=16, time_cost=1).hash(PASSWORD)
    ann = premises.person(password_hash=old)
    premises.visitor().logs_on(ann)
    assert premises.stored(ann).password_hash != old
    assert premises.visitor().logs_on(ann) == "portal"


def test_se_01_chosen_session_is_never_adopted(premises: Premises) -> None:
    ann, browser = premises.person(), premises.browser()
    chosen = f"{ann.id}.{'A' * 43}"
    browser.jar["__Host-portal-session"] = chosen
    browser.logs_on(ann)
    assert browser.jar["__Host-portal-session"] != chosen
    assert premises.visitor().get("/account", Authorization=f"Bearer {chosen}").status == 401


def test_account_that_changes_during_the_attempt_opens_nothing(premises: Premises) -> None:
    """SE-10: the epoch moved between the reservation and the session."""
    ann = premises.person()
    verify = premises.hasher.verify

    def moves(stored: str | None, password: str) -> bool:
        plant(premises.store, replace(premises.stored(ann), epoch=2))
        return verify(stored, password)

    premises.hasher.verify = moves  # type: ignore[method-assign]
    refused(premises, ann)
    assert last_event(premises, ann).reason == "account_changed_meanwhile"
    assert premises.store.tables.sessions == {}


@pytest.mark.parametrize("wanted", ["/account", "/messages/0189-ab", "/account/two-step"])
def test_browser_goes_where_it_wanted(premises: Premises, wanted: str) -> None:
    browser = premises.browser()
    body = {"email": premises.person().address, "password": PASSWORD}
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
def test_wb_07_browser_is_never_led_away(premises: Premises, wanted: str) -> None:
    body = {"email": premises.person().address, "password": PASSWORD}
    reply = premises.browser().post(f"/logon?next={wanted}", body)
    assert (reply.status, reply.header("Location")) == (303, "/messages")


def test_lg_12_last_logon_is_shown_and_many_failures_are_told(premises: Premises) -> None:
    ann, visitor = premises.person(), premises.visitor()
    for _ in range(5):
        refused(premises, ann, WRONG)
    premises.clock.passes(60)
    visitor.logs_on(ann)
    first = premises.clock()
    assert "Please check a log on to your account" in [mail.subject for mail in premises.mails(ann)]
    premises.clock.passes(100)
    visitor.logs_on(ann)
    assert visitor.get("/account").json()["last_logon_at"] == iso(first)
