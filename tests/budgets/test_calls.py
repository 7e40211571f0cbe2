"""What each request may cost: calls to DynamoDB, those one after another, Argon2 computations (design, section 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.domain.accounts import Status
from chalicelib.domain.limits import LOGONS_BY_SOURCE
from chalicelib.domain.resets import Purpose
from tests.budgets.ledger import Ledger, counting
from tests.world.residents import Resident, a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

BOTH = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def counted(premises: World, act: Callable[[], Reply], status: int) -> Ledger:
    with counting(premises) as ledger:
        reply = act()
    assert reply.status == status, reply.text
    return ledger


def logged_on(premises: World) -> tuple[Visitor, Resident]:
    resident, visitor = a_resident(premises), premises.visitor()
    assert visitor.logon(resident.email, PASSWORD).status == 200
    return visitor, resident


# Logon: one hash and at most three trips, whatever the account is (EN-02, EN-03).


def right(premises: World) -> tuple[str, str]:
    return a_resident(premises).email, PASSWORD


def two_step(premises: World) -> tuple[str, str]:
    return a_resident_with_two_step(premises).email, PASSWORD


def wrong(premises: World) -> tuple[str, str]:
    return a_resident(premises).email, "not the password at all"


def the_fifth_wrong(premises: World) -> tuple[str, str]:
    return a_resident(premises, failures=4).email, "not the password at all"


def unknown(premises: World) -> tuple[str, str]:
    return a_resident(premises).email.replace("person", "nobody"), PASSWORD


def locked(premises: World) -> tuple[str, str]:
    return a_resident(premises, failures=5, locked_until=premises.clock() + 9).email, PASSWORD


def stopped(premises: World) -> tuple[str, str]:
    return a_resident(premises, failures=100).email, PASSWORD


def disabled(premises: World) -> tuple[str, str]:
    return a_resident(premises, status=Status.DISABLED).email, PASSWORD


def frozen(premises: World) -> tuple[str, str]:
    return a_resident(premises, status=Status.FROZEN, password_hash=None).email, PASSWORD


def alias(premises: World) -> tuple[str, str]:
    return a_resident(premises, alias_of=a_resident(premises).account.id).email, PASSWORD


def outside(premises: World) -> tuple[str, str]:
    return a_resident(premises, ranges=("203.0.113.0/24",)).email, PASSWORD


def nothing_chosen_yet(premises: World) -> tuple[str, str]:
    return a_resident(premises, password_hash=None).email, PASSWORD


def unreadable_hash(premises: World) -> tuple[str, str]:
    return a_resident(premises, password_hash="!").email, PASSWORD


def temporary(premises: World) -> tuple[str, str]:
    resident = a_resident(premises)
    return resident.email, resident.temporary()


def expired_temporary(premises: World) -> tuple[str, str]:
    resident = a_resident(premises)
    return resident.email, resident.temporary(valid_until=premises.clock())


def spent_temporary(premises: World) -> tuple[str, str]:
    resident = a_resident(premises)
    return resident.email, resident.temporary(spent_at=premises.clock() - 1)


def somebody_elses_temporary(premises: World) -> tuple[str, str]:
    return a_resident(premises).email, a_resident(premises).temporary()


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
    premises: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, password = who(premises)
    ledger = counted(
        premises, lambda: premises.visitor().logon(email, password), 200 if who in SUCCESSES else 401
    )
    assert ledger.hashes == 1
    assert len(ledger.of("logon")) == (3 if who in SUCCESSES else 5)
    assert ledger.trips("logon") <= 3
    assert ledger.trips("authorizer") == 1


@pytest.mark.parametrize("who", REFUSALS, ids=lambda who: who.__name__)
def test_en_03_every_refused_logon_asks_dynamodb_the_same(
    premises: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, password = who(premises)
    ledger = counted(premises, lambda: premises.visitor().logon(email, password), 401)
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
    premises: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, password = who(premises)
    ledger = counted(premises, lambda: premises.visitor().logon(email, password), 200)
    typed = "+resets" if who is temporary else ""
    burnt = "+update resets" if who is temporary else ""
    learnt = "+update throttles" if who is right else ""  # the network of a whole logon, at most once a week
    assert ledger.told("logon") == [
        f"BatchGetItem domains{typed}+throttles",
        f"TransactWriteItems put events+put sessions+update accounts{burnt}{learnt}",
        "UpdateItem accounts",
    ]


def test_lg_14_a_network_that_is_known_costs_nothing_more(premises: World) -> None:
    (email, password), visitor = right(premises), premises.visitor()
    assert visitor.logon(email, password).status == 200
    ledger = counted(premises, lambda: visitor.logon(email, password), 200)
    assert "TransactWriteItems put events+put sessions+update accounts" in ledger.told("logon")
    wrong_one = counted(premises, lambda: visitor.logon(email, "not the password at all"), 401)
    stranger = counted(premises, lambda: premises.visitor().logon(email, "not the password at all"), 401)
    assert wrong_one.told("logon") == stranger.told("logon")


@pytest.mark.parametrize("who", [right, wrong, unknown, temporary], ids=lambda who: who.__name__)
def test_lg_06_a_throttled_logon_is_one_read_and_no_hash(
    premises: World, who: Callable[[World], tuple[str, str]]
) -> None:
    visitor = premises.visitor()
    for _ in range(LOGONS_BY_SOURCE.most):
        assert visitor.logon(unknown(premises)[0], PASSWORD).status == 401
    email, password = who(premises)
    ledger = counted(premises, lambda: visitor.logon(email, password), 429)
    typed = "+resets" if who is temporary else ""
    assert (ledger.hashes, ledger.told("logon")) == (0, [f"BatchGetItem domains{typed}+throttles"])


def test_a_malformed_address_costs_no_hash_and_no_call(premises: World) -> None:
    ledger = counted(premises, lambda: premises.visitor().logon("no address", PASSWORD), 422)
    assert (ledger.hashes, ledger.of("logon")) == (0, [])


# Forgot: two writes and no look at any account (EN-04).


@pytest.mark.parametrize(
    "who", [right, unknown, disabled, frozen, locked, alias], ids=lambda who: who.__name__
)
def test_en_03_forgot_is_two_writes_and_no_look_at_any_account(
    premises: World, who: Callable[[World], tuple[str, str]]
) -> None:
    email, _ = who(premises)
    ledger = counted(premises, lambda: premises.visitor().post("/password/forgot", {"email": email}), 202)
    assert ledger.told("password_forgot") == ["PutItem events", "UpdateItem throttles"]
    assert ledger.told("authorizer") == ["GetItem domains"]
    assert ledger.hashes == 0


# The rest: the step's own trips; the authorizer's one comes before them.


@dataclass(frozen=True)
class Cost:
    """A request with the most it may cost."""

    step: str
    trips: int
    hashes: int
    status: int


def messages(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.get("/messages")


def first_reading(premises: World) -> Callable[[], Reply]:
    visitor, resident = logged_on(premises)
    message = premises.sends(resident.account)
    return lambda: visitor.get(f"/messages/{message}")


def account(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.get("/account")


def sessions(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.get("/account/sessions")


def revoke(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.post("/account/sessions/revoke", {"others": True})


def preferences(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.post("/account/preferences", {"language": "de", "time_zone": "UTC"})


def reauthenticate(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.post("/reauthenticate", {"password": PASSWORD})


def change(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.post("/password/change", {"current_password": PASSWORD, **BOTH})


def forced_change(premises: World) -> Callable[[], Reply]:
    resident, visitor = a_resident(premises), premises.visitor()
    visitor.logon(resident.email, resident.temporary())
    return lambda: visitor.post("/password/change", BOTH)


def logoff(premises: World) -> Callable[[], Reply]:
    visitor, _ = logged_on(premises)
    return lambda: visitor.post("/logoff")


def code(premises: World) -> Callable[[], Reply]:
    resident, visitor = a_resident_with_two_step(premises), premises.visitor()
    visitor.logon(resident.email, PASSWORD)
    return lambda: visitor.post("/logon/code", {"code": resident.code()})


def recovery_code(premises: World) -> Callable[[], Reply]:
    resident, visitor = a_resident_with_two_step(premises), premises.visitor()
    visitor.logon(resident.email, PASSWORD)
    return lambda: visitor.post("/logon/code", {"code": resident.recovery[0]})


def reset(premises: World) -> Callable[[], Reply]:
    token = a_resident(premises).link()
    return lambda: premises.visitor().post("/password/reset", {"token": token, **BOTH})


def follow(premises: World) -> Callable[[], Reply]:
    token = a_resident(premises).link()
    return lambda: premises.visitor().get(f"/password/reset/{token}")


def not_me_page(premises: World) -> Callable[[], Reply]:
    token = a_resident(premises).link(Purpose.NOT_ME)
    return lambda: premises.visitor().get(f"/not-me/{token}")


def not_me(premises: World) -> Callable[[], Reply]:
    token = a_resident(premises).link(Purpose.NOT_ME)
    return lambda: premises.visitor().post("/not-me", {"token": token})


COSTS: list[tuple[Callable[[World], Callable[[], Reply]], Cost]] = [
    (messages, Cost("messages", 1, 0, 200)),
    (first_reading, Cost("messages", 2, 0, 200)),
    (account, Cost("account", 0, 0, 200)),
    (sessions, Cost("account_sessions", 1, 0, 200)),
    (revoke, Cost("account_sessions", 2, 0, 200)),
    (preferences, Cost("account_preferences", 1, 0, 200)),
    (reauthenticate, Cost("reauthenticate", 2, 1, 200)),
    (change, Cost("password_change", 2, 2, 200)),
    (forced_change, Cost("password_change", 2, 2, 200)),
    (logoff, Cost("logoff", 1, 0, 204)),
    (code, Cost("logon_code", 2, 0, 200)),
    (recovery_code, Cost("logon_code", 2, 0, 200)),
    (reset, Cost("password_reset", 3, 2, 200)),
    (follow, Cost("password_reset", 0, 0, 303)),
    (not_me_page, Cost("not_me", 1, 0, 200)),
    (not_me, Cost("not_me", 2, 0, 200)),
]


@pytest.mark.parametrize(("arrange", "cost"), COSTS, ids=[arrange.__name__ for arrange, _ in COSTS])
def test_a_request_stays_within_its_budget(
    premises: World, arrange: Callable[[World], Callable[[], Reply]], cost: Cost
) -> None:
    ledger = counted(premises, arrange(premises), cost.status)
    assert (ledger.trips(cost.step), ledger.hashes) == (cost.trips, cost.hashes)
    assert (len(ledger.of("authorizer")), ledger.trips("authorizer")) == (1, 1)
    reads: dict[str, Any] = {
        call.told: call.consistent for call in ledger.calls if call.consistent is not None
    }
    assert set(reads.values()) <= {True}
    assert not [call for call in ledger.calls if call.operation == "Scan"]
