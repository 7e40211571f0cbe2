"""How `logon` counts: locks, throttles, and what costs the same for everybody (LG-01 to LG-12, EN-02, EN-03)."""

from chalicelib.domain.accounts import Status
from chalicelib.domain.events import iso
from tests.fakes.planting import plant
from tests.steps.test_logon import WRONG, last_event, refused
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


def test_en_02_every_attempt_costs_one_hash(premises: World) -> None:
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


def test_en_03_known_and_unknown_cost_the_same_acts(premises: World) -> None:
    trips = []
    for email in (premises.person().address, "nobody@nowhere.test", premises.person(ranges=()).address):
        before = len(premises.fake.acts)
        refused(premises, email, WRONG)
        trips.append(premises.fake.acts[before:])
    assert trips[0] == trips[1] == trips[2]
    assert trips[0][1:] == ["logons.admit", "logons.reserve_attempt", "logons.refuse"]


def test_lg_01_lock_doubles_from_the_fifth_failure_and_is_capped(premises: World) -> None:
    ann = premises.person()
    for failures in range(1, 19):
        refused(premises, ann, WRONG)
        lock = max(0, premises.stored(ann).locked_until - premises.clock())
        assert premises.stored(ann).failures == failures
        assert lock == (0 if failures < 5 else min(2 ** (failures - 5), 900))
        premises.clock.passes(lock)


def test_lg_01_right_password_is_refused_until_the_lock_ends(premises: World) -> None:
    ann = premises.person()
    plant(premises.store, ann._replace(failures=8))
    refused(premises, ann, WRONG)  # the ninth failure locks for 16 seconds
    until = premises.stored(ann).locked_until
    premises.clock.passes(15.75)
    refused(premises, ann)
    assert (premises.stored(ann).failures, premises.stored(ann).locked_until) == (9, until)  # uncounted
    premises.clock.passes(0.25)
    assert premises.visitor().logs_on(ann) == "portal"
    assert premises.stored(ann).failures == 0


def test_lg_02_hundred_failures_stop_the_password_until_it_is_reset(premises: World) -> None:
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


def test_lg_04_ten_right_logons_all_succeed(premises: World) -> None:
    ann = premises.person()
    visitors = [premises.visitor() for _ in range(10)]
    assert [visitor.logs_on(ann) for visitor in visitors] == ["portal"] * 10
    assert [visitor.get("/account").status for visitor in visitors] == [200] * 10


def test_lg_05_spellings_of_one_address_share_one_counter(premises: World) -> None:
    ann = premises.person("ann@people.test")
    for spelling in ("ann@people.test", "ANN@people.test", " ann@PEOPLE.test ", "Ann@People.Test\t"):
        refused(premises, spelling, WRONG)
    assert premises.stored(ann).failures == 4


def test_lg_05_unknown_addresses_answer_like_known_ones_try_after_try(premises: World) -> None:
    ann = premises.person()
    known = [refused(premises, ann, WRONG).same for _ in range(8)]
    unknown = [refused(premises, "nobody@nowhere.test", WRONG).same for _ in range(8)]
    assert known == unknown


def test_lg_06_source_that_asks_too_much_waits_whatever_it_types(premises: World) -> None:
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


def test_lg_06_one_ipv6_network_is_one_source(premises: World) -> None:
    for number in range(20):
        body = {"email": "a@x.test", "password": WRONG}
        assert premises.visitor(f"2001:db8:1:1::{number:x}").post("/logon", body).status == 401
    body = {"email": "a@x.test", "password": WRONG}
    assert premises.visitor("2001:db8:1:1:ffff::1").post("/logon", body).status == 429
    assert premises.visitor("2001:db8:1:2::1").post("/logon", body).status == 401


def test_lg_06_right_logons_never_count_for_their_source(premises: World) -> None:
    ann, office = premises.person(), premises.visitor("198.51.100.9")
    for _ in range(19):
        assert office.post("/logon", {"email": "a@x.test", "password": WRONG}).status == 401
    assert [office.logs_on(ann) for _ in range(25)] == ["portal"] * 25
    assert office.post("/logon", {"email": "a@x.test", "password": WRONG}).status == 401
    assert office.post("/logon", {"email": ann.address, "password": PASSWORD}).status == 429


def test_lg_06_throttled_attempts_write_nothing(premises: World) -> None:
    ann, guesser = premises.person(), premises.visitor("198.51.100.7")
    for _ in range(20):
        assert guesser.post("/logon", {"email": "a@x.test", "password": WRONG}).status == 401
    before = premises.rows("accounts", "sessions", "events", "throttles")
    for password in (WRONG, PASSWORD):
        assert guesser.post("/logon", {"email": ann.address, "password": password}).status == 429
    assert premises.rows("accounts", "sessions", "events", "throttles") == before


def test_lg_07_session_lives_on_while_a_stranger_locks_the_account(premises: World) -> None:
    ann, owner = premises.person(), premises.visitor()
    owner.logs_on(ann)
    for _ in range(5):
        refused(premises, ann, WRONG)
    assert owner.get("/messages").status == 200


def test_lg_10_uncounted_attempts_are_not_let_in(premises: World) -> None:
    ann = premises.person()
    for after in range(3):
        premises.fake.fail(1 + after)  # the authorizer's read comes first
        before = premises.hasher.runs
        reply = premises.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
        assert (reply.status, reply.code, reply.header("Retry-After")) == (503, "unavailable", "5")
        assert reply.cookies == {}
        assert premises.hasher.runs - before == (after == 2)  # not verified unless it was counted
    assert premises.fake.tables.sessions == {}
    assert premises.visitor().logs_on(ann) == "portal"


def test_lg_12_last_logon_is_shown_and_many_failures_are_told(premises: World) -> None:
    ann, visitor = premises.person(), premises.visitor()
    for _ in range(5):
        refused(premises, ann, WRONG)
    premises.clock.passes(60)
    visitor.logs_on(ann)
    first = premises.clock()
    assert "Please check a logon to your account" in [mail.subject for mail in premises.mails(ann)]
    premises.clock.passes(100)
    visitor.logs_on(ann)
    assert visitor.get("/account").json()["last_logon_at"] == iso(first)
