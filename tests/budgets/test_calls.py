"""What each request may cost: calls to DynamoDB, those one after another, Argon2 computations (design, section 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pyotp import TOTP

from chalicelib.domain.accounts import Status
from chalicelib.domain.limits import LOGONS_BY_SOURCE
from chalicelib.domain.resets import Purpose
from tests.budgets.ledger import Ledger, counting
from tests.world.desks import an_administrator
from tests.world.residents import Resident, a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

BOTH = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def counted(world: World, act: Callable[[], Reply], status: int) -> Ledger:
    with counting(world) as ledger:
        reply = act()
    assert reply.status == status, reply.text
    return ledger


def logged_on(world: World) -> tuple[Visitor, Resident]:
    resident, visitor = a_resident(world), world.visitor()
    assert visitor.logon(resident.email, PASSWORD).status == 200
    return visitor, resident


# Logon: one hash and at most three trips, whatever the account is (EN-02, EN-03).


def right(world: World) -> tuple[str, str]:
    return a_resident(world).email, PASSWORD


def two_step(world: World) -> tuple[str, str]:
    return a_resident_with_two_step(world).email, PASSWORD


def wrong(world: World) -> tuple[str, str]:
    return a_resident(world).email, "not the password at all"


def the_fifth_wrong(world: World) -> tuple[str, str]:
    return a_resident(world, failures=4).email, "not the password at all"


def unknown(world: World) -> tuple[str, str]:
    return a_resident(world).email.replace("person", "nobody"), PASSWORD


def locked(world: World) -> tuple[str, str]:
    return a_resident(world, failures=5, locked_until=world.clock() + 9).email, PASSWORD


def stopped(world: World) -> tuple[str, str]:
    return a_resident(world, failures=100).email, PASSWORD


def disabled(world: World) -> tuple[str, str]:
    return a_resident(world, status=Status.DISABLED).email, PASSWORD


def frozen(world: World) -> tuple[str, str]:
    return a_resident(world, status=Status.FROZEN, password_hash=None).email, PASSWORD


def alias(world: World) -> tuple[str, str]:
    return a_resident(world, alias_of=a_resident(world).account.id).email, PASSWORD


def outside(world: World) -> tuple[str, str]:
    return a_resident(world, ranges=("203.0.113.0/24",)).email, PASSWORD


def nothing_chosen_yet(world: World) -> tuple[str, str]:
    return a_resident(world, password_hash=None).email, PASSWORD


def unreadable_hash(world: World) -> tuple[str, str]:
    return a_resident(world, password_hash="!").email, PASSWORD


def temporary(world: World) -> tuple[str, str]:
    resident = a_resident(world)
    return resident.email, resident.temporary()


def expired_temporary(world: World) -> tuple[str, str]:
    resident = a_resident(world)
    return resident.email, resident.temporary(valid_until=world.clock())


def spent_temporary(world: World) -> tuple[str, str]:
    resident = a_resident(world)
    return resident.email, resident.temporary(spent_at=world.clock() - 1)


def somebody_elses_temporary(world: World) -> tuple[str, str]:
    return a_resident(world).email, a_resident(world).temporary()


SUCCESSES = [right, two_step, temporary]
REFUSALS = [wrong, the_fifth_wrong, unknown, locked, stopped, disabled, frozen, alias, outside]
REFUSALS += [
    nothing_chosen_yet,
    unreadable_hash,
    expired_temporary,
    spent_temporary,
    somebody_elses_temporary,
]


@pytest.mark.parametrize("who", SUCCESSES + REFUSALS, ids=lambda who: who.__name__)
def test_en_02_logon_hashes_once_and_makes_three_trips_whatever_the_account_is(
    world: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, password = who(world)
    ledger = counted(world, lambda: world.visitor().logon(email, password), 200 if who in SUCCESSES else 401)
    assert ledger.hashes == 1
    assert len(ledger.of("logon")) == (3 if who in SUCCESSES else 5)
    assert ledger.trips("logon") <= 3
    assert ledger.trips("authorizer") == 1


@pytest.mark.parametrize("who", REFUSALS, ids=lambda who: who.__name__)
def test_en_03_every_refused_logon_asks_dynamodb_the_same(
    world: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, password = who(world)
    ledger = counted(world, lambda: world.visitor().logon(email, password), 401)
    typed = "+resets" if "temporary" in who.__name__ else ""
    assert ledger.told("logon") == [
        f"BatchGetItem domains{typed}+throttles",
        "PutItem events",
        "UpdateItem accounts",
        "UpdateItem accounts",
        "UpdateItem throttles",
    ]


@pytest.mark.parametrize("who", SUCCESSES, ids=lambda who: who.__name__)
def test_a_right_logon_writes_no_counter_of_its_source(
    world: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, password = who(world)
    ledger = counted(world, lambda: world.visitor().logon(email, password), 200)
    typed = "+resets" if who is temporary else ""
    burnt = "+update resets" if who is temporary else ""
    learnt = "+update throttles" if who is right else ""  # the network of a whole logon, at most once a week
    assert ledger.told("logon") == [
        f"BatchGetItem domains{typed}+throttles",
        f"TransactWriteItems put events+put sessions+update accounts{burnt}{learnt}",
        "UpdateItem accounts",
    ]


def test_lg_14_a_network_that_is_known_costs_nothing_more(world: World) -> None:
    (email, password), visitor = right(world), world.visitor()
    assert visitor.logon(email, password).status == 200
    ledger = counted(world, lambda: visitor.logon(email, password), 200)
    assert "TransactWriteItems put events+put sessions+update accounts" in ledger.told("logon")
    wrong_one = counted(world, lambda: visitor.logon(email, "not the password at all"), 401)
    stranger = counted(world, lambda: world.visitor().logon(email, "not the password at all"), 401)
    assert wrong_one.told("logon") == stranger.told("logon")


@pytest.mark.parametrize("who", [right, wrong, unknown, temporary], ids=lambda who: who.__name__)
def test_lg_06_a_throttled_logon_is_one_read_and_no_hash(
    world: World, who: Callable[[World], tuple[str, str]]
) -> None:
    visitor = world.visitor()
    for _ in range(LOGONS_BY_SOURCE.most):
        assert visitor.logon(unknown(world)[0], PASSWORD).status == 401
    email, password = who(world)
    ledger = counted(world, lambda: visitor.logon(email, password), 429)
    typed = "+resets" if who is temporary else ""
    assert (ledger.hashes, ledger.told("logon")) == (0, [f"BatchGetItem domains{typed}+throttles"])


def test_a_malformed_address_costs_no_hash_and_no_call(world: World) -> None:
    ledger = counted(world, lambda: world.visitor().logon("no address", PASSWORD), 422)
    assert (ledger.hashes, ledger.of("logon")) == (0, [])


# Forgot: one transaction and no look at any account (EN-04).


@pytest.mark.parametrize(
    "who", [right, unknown, disabled, frozen, locked, alias], ids=lambda who: who.__name__
)
def test_en_03_forgot_is_one_transaction_and_no_look_at_any_account(
    world: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, _ = who(world)
    ledger = counted(world, lambda: world.visitor().post("/password/forgot", {"email": email}), 202)
    assert ledger.told("password_forgot") == ["TransactWriteItems put events+update throttles"]
    assert ledger.told("authorizer") == ["GetItem domains"]
    assert ledger.hashes == 0


def test_wb_20_forgot_by_a_form_is_one_transaction_and_its_repeat_no_more(world: World) -> None:
    browser, fields = world.browser(), {"email": "ann@people.test", "form": "0123456789abcdef"}
    for _ in range(2):
        ledger = counted(world, lambda: browser.post("/password/forgot", fields), 303)
        assert ledger.told("password_forgot") == [
            "TransactWriteItems put events+update throttles+update throttles"
        ]
        assert ledger.trips("password_forgot") == 1


# The rest: the step's own trips; the authorizer's one comes before them.


@dataclass(frozen=True)
class Cost:
    """A request with the most it may cost."""

    step: str
    trips: int
    hashes: int
    status: int


def messages(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.get("/messages")


def first_reading(world: World) -> Callable[[], Reply]:
    visitor, resident = logged_on(world)
    message = world.sends(resident.account)
    return lambda: visitor.get(f"/messages/{message}")


def account(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.get("/account")


def activity(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.get("/account/activity")


def sessions(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.get("/account/sessions")


def export(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.get("/account/export")


def revoke(world: World) -> Callable[[], Reply]:
    visitor, account = logged_on(world)
    world.visitor().logon(account.email, PASSWORD)
    return lambda: visitor.post("/account/sessions/revoke", {"others": True})


def preferences(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.post("/account/preferences", {"language": "de", "time_zone": "UTC"})


def reauthenticate(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.post("/reauthenticate", {"password": PASSWORD})


def change(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.post("/password/change", {"current_password": PASSWORD, **BOTH})


def forced_change(world: World) -> Callable[[], Reply]:
    resident, visitor = a_resident(world), world.visitor()
    visitor.logon(resident.email, resident.temporary())
    return lambda: visitor.post("/password/change", BOTH)


def logoff(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.post("/logoff")


def code(world: World) -> Callable[[], Reply]:
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    return lambda: visitor.post("/logon/code", {"code": resident.code()})


def recovery_code(world: World) -> Callable[[], Reply]:
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    return lambda: visitor.post("/logon/code", {"code": resident.recovery[0]})


def enrolment_page(world: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(world)
    return lambda: visitor.get("/account/two-step")


def move(world: World) -> Callable[[], Reply]:
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    visitor.goes_on(visitor.post("/logon/code", {"code": resident.code()}))
    fields = {"password": PASSWORD, "code": resident.recovery[0]}
    return lambda: visitor.post("/account/two-step/move", fields)


def moved(world: World) -> Callable[[], Reply]:
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    visitor.goes_on(visitor.post("/logon/code", {"code": resident.code()}))
    begun = visitor.post("/account/two-step/move", {"password": PASSWORD, "code": resident.recovery[0]})
    visitor.goes_on(begun)
    code = TOTP(begun.json()["secret"]).at(int(world.clock()))
    return lambda: visitor.post("/account/two-step/confirm", {"code": code})


def reset(world: World) -> Callable[[], Reply]:
    token = a_resident(world).link()
    return lambda: world.visitor().post("/password/reset", {"token": token, **BOTH})


def reset_by_form(world: World) -> Callable[[], Reply]:
    browser = world.browser()
    browser.get(f"/password/reset/{a_resident(world).link()}")
    return lambda: browser.post("/password/reset", BOTH)


def follow(world: World) -> Callable[[], Reply]:
    token = a_resident(world).link()
    return lambda: world.visitor().get(f"/password/reset/{token}")


def not_me_page(world: World) -> Callable[[], Reply]:
    token = a_resident(world).link(Purpose.NOT_ME)
    return lambda: world.visitor().get(f"/not-me/{token}")


def not_me(world: World) -> Callable[[], Reply]:
    token = a_resident(world).link(Purpose.NOT_ME)
    return lambda: world.visitor().post("/not-me", {"token": token})


COSTS: list[tuple[Callable[[World], Callable[[], Reply]], Cost]] = [
    (messages, Cost("messages", 1, 0, 200)),
    (first_reading, Cost("messages", 2, 0, 200)),
    (account, Cost("account", 0, 0, 200)),
    (activity, Cost("account_activity", 1, 0, 200)),
    (sessions, Cost("account_sessions", 1, 0, 200)),
    (export, Cost("account_export", 5, 0, 200)),
    (revoke, Cost("account_sessions", 2, 0, 200)),
    (preferences, Cost("account_preferences", 1, 0, 200)),
    (reauthenticate, Cost("reauthenticate", 2, 1, 200)),
    (change, Cost("password_change", 2, 2, 200)),
    (forced_change, Cost("password_change", 2, 2, 200)),
    (logoff, Cost("logoff", 1, 0, 204)),
    (code, Cost("logon_code", 2, 0, 200)),
    (recovery_code, Cost("logon_code", 2, 0, 200)),
    (enrolment_page, Cost("account_two_step", 1, 0, 200)),
    (move, Cost("account_two_step", 2, 1, 200)),
    (moved, Cost("account_two_step", 2, 0, 200)),
    (reset, Cost("password_reset", 3, 2, 200)),
    (reset_by_form, Cost("password_reset", 2, 2, 303)),
    (follow, Cost("password_reset", 1, 0, 303)),
    (not_me_page, Cost("not_me", 2, 0, 200)),
    (not_me, Cost("not_me", 3, 0, 200)),
]


@pytest.mark.parametrize(("arrange", "cost"), COSTS, ids=[arrange.__name__ for arrange, _ in COSTS])
def test_a_request_stays_within_its_budget(
    world: World, arrange: Callable[[World], Callable[[], Reply]], cost: Cost
) -> None:
    ledger = counted(world, arrange(world), cost.status)
    assert (ledger.trips(cost.step), ledger.hashes) == (cost.trips, cost.hashes)
    assert (len(ledger.of("authorizer")), ledger.trips("authorizer")) == (1, 1)
    reads: dict[str, Any] = {
        call.told: call.consistent
        for call in ledger.calls
        # An index tells what is behind a list; which message there is, its own row says.
        if call.consistent is not None and call.told != "Query messages"
    }
    reads.pop("Query accounts", None)  # former addresses, by an index
    assert set(reads.values()) <= {True}
    assert not [call for call in ledger.calls if call.operation == "Scan"]


def test_ad_12_whether_an_administrator_stands_alone_costs_a_query_and_a_reading(world: World) -> None:
    an_administrator(world)
    _, desk = an_administrator(world)
    ledger = counted(world, lambda: desk.get("/account"), 200)
    assert ledger.trips("account") == 2
    assert not [call for call in ledger.calls if call.operation == "Scan"]


@pytest.mark.parametrize(
    ("path", "step", "trips"),
    [
        ("/admin/users/ann@read.test", "admin_user", 4),
        ("/admin/users/ann@read.test/messages", "admin_user", 2),
        ("/admin/overview", "admin_overview", 6),
        ("/admin/users?domain=read.test", "admin_users", 2),
        ("/admin/users?q=ann@read.test", "admin_users", 1),
        ("/admin/users?q=ead.tes&two_step=false", "admin_users", 2),
        ("/admin/users?domain=read.test&idle_days=90", "admin_users", 2),
        ("/admin/users/export?format=csv&domain=read.test", "admin_users", 2),
        ("/admin/events/export?format=csv&email=ann@read.test", "admin_events", 1),
        ("/admin/events/export?format=csv&email=ann@read.test&changes=true", "admin_events", 1),
        ("/admin/attempts/export?format=csv&email=ann@read.test", "admin_attempts", 1),
    ],
)
def test_ad_10_that_users_were_read_is_written_beside_the_reading(
    world: World, path: str, step: str, trips: int
) -> None:
    world.person("ann@read.test")
    _, desk = an_administrator(world)
    ledger = counted(world, lambda: desk.get(path), 200)
    assert "PutItem events" in ledger.told(step)
    # Where mails wait, as another test's may, the console's home reads which of them have left no note.
    assert ledger.trips(step) in range(trips, trips + (2 if step == "admin_overview" else 1))
