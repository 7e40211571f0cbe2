"""How `logon` counts: locks, throttles, and what costs the same for everybody (LG-01 to LG-12, EN-02, EN-03)."""

from chalicelib.domain.accounts import Status
from chalicelib.domain.events import iso
from tests.fakes.planting import plant
from tests.steps.test_logon import WRONG, last_event, refused
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


def test_en_02_every_attempt_costs_one_hash(world: World) -> None:
    issued = world.asks(ann := world.person())
    attempts = [
        (ann.address, PASSWORD),
        (ann.address, WRONG),
        (ann.address, issued.temporary),
        ("nobody@nowhere.test", PASSWORD),
        (world.person(status=Status.DISABLED).address, PASSWORD),
        (world.person(failures=5, locked_until=4e9).address, PASSWORD),
        (world.person(failures=100).address, PASSWORD),
        (world.person(password=None).address, PASSWORD),
        (world.person(ranges=()).address, PASSWORD),
        (ann.address, "bcdfg-23456-hjkmn-pqrst-vwxyz"),
    ]
    costs = []
    for email, password in attempts:
        before = world.hasher.runs
        world.visitor().post("/logon", {"email": email, "password": password})
        costs.append(world.hasher.runs - before)
    assert costs == [1] * len(attempts)


def test_en_03_known_and_unknown_cost_the_same_acts(world: World) -> None:
    trips = []
    for email in (world.person().address, "nobody@nowhere.test", world.person(ranges=()).address):
        before = len(world.fake.acts)
        refused(world, email, WRONG)
        trips.append(world.fake.acts[before:])
    assert trips[0] == trips[1] == trips[2]
    assert trips[0][1:] == ["logons.admit", "logons.reserve_attempt", "logons.refuse"]


def test_lg_01_lock_doubles_from_the_fifth_failure_and_is_capped(world: World) -> None:
    ann = world.person()
    for failures in range(1, 19):
        refused(world, ann, WRONG)
        lock = max(0, world.stored(ann).locked_until - world.clock())
        assert world.stored(ann).failures == failures
        assert lock == (0 if failures < 5 else min(2 ** (failures - 5), 900))
        world.clock.passes(lock)


def test_lg_01_right_password_is_refused_until_the_lock_ends(world: World) -> None:
    ann = world.person()
    plant(world.store, ann._replace(failures=8))
    refused(world, ann, WRONG)  # the ninth failure locks for 16 seconds
    until = world.stored(ann).locked_until
    world.clock.passes(15.75)
    refused(world, ann)
    assert (world.stored(ann).failures, world.stored(ann).locked_until) == (9, until)  # uncounted
    world.clock.passes(0.25)
    assert world.visitor().logs_on(ann) == "portal"
    assert world.stored(ann).failures == 0


def test_lg_02_hundred_failures_stop_the_password_until_it_is_reset(world: World) -> None:
    ann = world.person(failures=99)
    world.clock.passes(901)
    refused(world, ann, WRONG)
    world.clock.passes(86400)
    refused(world, ann)
    assert last_event(world, ann).reason == "password_stopped_after_100_failures"
    token = world.asks(ann).token("/password/reset")
    body = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", body).status == 200
    assert world.visitor().logs_on(ann, CHOSEN) == "portal"


def test_lg_04_ten_right_logons_all_succeed(world: World) -> None:
    ann = world.person()
    visitors = [world.visitor() for _ in range(10)]
    assert [visitor.logs_on(ann) for visitor in visitors] == ["portal"] * 10
    assert [visitor.get("/account").status for visitor in visitors] == [200] * 10


def test_lg_05_spellings_of_one_address_share_one_counter(world: World) -> None:
    ann = world.person("ann@people.test")
    for spelling in ("ann@people.test", "ANN@people.test", " ann@PEOPLE.test ", "Ann@People.Test\t"):
        refused(world, spelling, WRONG)
    assert world.stored(ann).failures == 4


def test_lg_05_unknown_addresses_answer_like_known_ones_try_after_try(world: World) -> None:
    ann = world.person()
    known = [refused(world, ann, WRONG).same for _ in range(8)]
    unknown = [refused(world, "nobody@nowhere.test", WRONG).same for _ in range(8)]
    assert known == unknown


def test_lg_06_source_that_asks_too_much_waits_whatever_it_types(world: World) -> None:
    guesser = world.visitor("198.51.100.7")
    for number in range(20):
        assert guesser.post("/logon", {"email": f"p{number}@x.test", "password": WRONG}).status == 401
    forged = {"X-Forwarded-For": "203.0.113.1", "Forwarded": "for=203.0.113.1", "X-Real-IP": "203.0.113.1"}
    ann = world.person()
    throttled = guesser.post("/logon", {"email": ann.address, "password": PASSWORD}, **forged)
    assert (throttled.status, throttled.code) == (429, "throttled")
    assert 0 < int(throttled.header("Retry-After")) <= 301
    assert world.visitor("198.51.100.8").logs_on(ann) == "portal"
    world.clock.passes(300)
    assert guesser.logs_on(ann) == "portal"


def test_lg_06_one_ipv6_network_is_one_source(world: World) -> None:
    for number in range(20):
        body = {"email": "a@x.test", "password": WRONG}
        assert world.visitor(f"2001:db8:1:1::{number:x}").post("/logon", body).status == 401
    body = {"email": "a@x.test", "password": WRONG}
    assert world.visitor("2001:db8:1:1:ffff::1").post("/logon", body).status == 429
    assert world.visitor("2001:db8:1:2::1").post("/logon", body).status == 401


def test_lg_06_right_logons_never_count_for_their_source(world: World) -> None:
    ann, office = world.person(), world.visitor("198.51.100.9")
    for _ in range(19):
        assert office.post("/logon", {"email": "a@x.test", "password": WRONG}).status == 401
    assert [office.logs_on(ann) for _ in range(25)] == ["portal"] * 25
    assert office.post("/logon", {"email": "a@x.test", "password": WRONG}).status == 401
    assert office.post("/logon", {"email": ann.address, "password": PASSWORD}).status == 429


def test_lg_06_throttled_attempts_write_nothing(world: World) -> None:
    ann, guesser = world.person(), world.visitor("198.51.100.7")
    for _ in range(20):
        assert guesser.post("/logon", {"email": "a@x.test", "password": WRONG}).status == 401
    before = world.rows("accounts", "sessions", "events", "throttles")
    for password in (WRONG, PASSWORD):
        assert guesser.post("/logon", {"email": ann.address, "password": password}).status == 429
    assert world.rows("accounts", "sessions", "events", "throttles") == before


def test_lg_07_session_lives_on_while_a_stranger_locks_the_account(world: World) -> None:
    ann, owner = world.person(), world.visitor()
    owner.logs_on(ann)
    for _ in range(5):
        refused(world, ann, WRONG)
    assert owner.get("/messages").status == 200


def test_lg_10_uncounted_attempts_are_not_let_in(world: World) -> None:
    ann = world.person()
    for after in range(3):
        world.fake.fail(1 + after)  # the authorizer's read comes first
        before = world.hasher.runs
        reply = world.visitor().post("/logon", {"email": ann.address, "password": PASSWORD})
        assert (reply.status, reply.code, reply.header("Retry-After")) == (503, "unavailable", "5")
        assert reply.cookies == {}
        assert world.hasher.runs - before == (after == 2)  # not verified unless it was counted
    assert world.fake.tables.sessions == {}
    assert world.visitor().logs_on(ann) == "portal"


def test_lg_12_last_logon_is_shown_and_many_failures_are_told(world: World) -> None:
    ann, visitor = world.person(), world.visitor()
    for _ in range(5):
        refused(world, ann, WRONG)
    world.clock.passes(60)
    visitor.logs_on(ann)
    first = world.clock()
    assert "Please check a logon to your account" in [mail.subject for mail in world.mails(ann)]
    world.clock.passes(100)
    visitor.logs_on(ann)
    assert visitor.get("/account").json()["last_logon_at"] == iso(first)
