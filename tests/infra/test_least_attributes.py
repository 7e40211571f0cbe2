"""Attributes that only seldom cases set or test, each walked within its row on the real engine (LO-07).

What no test walks, `infra.unused_permissions` would find on the page, and a person in production as a refusal.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status, TwoStep
from chalicelib.domain.hashing import Argon2Hasher
from tests.console.staff import Staff, logged_on, staff
from tests.infra.test_least_privilege import guarded, world
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD
from tests.world.world import World

__all__ = ["guarded", "world"]
pytestmark = pytest.mark.slow

COUNTED: dict[str, Any] = {
    "failures": 2,
    "attempted_at": 9,
    "locked_until": 9,
    "known_failures": 3,
    "known_attempted_at": 9,
    "known_locked_until": 9,
    "two_step": TwoStep(failures=1, attempted_at=9, known_failures=2, known_attempted_at=9),
}


@pytest.fixture
def desk(world: World) -> Staff:
    """An administrator."""
    return staff(world)


def counters(account: Account) -> set[float]:
    two_step = account.two_step
    return {
        *(account.failures, account.locked_until, account.known_failures, account.known_locked_until),
        *(two_step.failures, two_step.attempted_at, two_step.known_failures, two_step.known_attempted_at),
    }


def test_unlocking_forgets_every_count_there_is(world: World, desk: Staff) -> None:
    ann = world.person(**COUNTED)
    desk.does(ann, "unlock")
    assert counters(world.stored(ann)) == {0}


def test_enabling_and_a_new_password_lift_both_locks_and_the_freeze(world: World, desk: Staff) -> None:
    disabled = world.person(status=Status.DISABLED, **COUNTED)
    desk.does(disabled, "enable")
    frozen = world.person(status=Status.FROZEN, **COUNTED)
    desk.does(frozen, "password", new_password="seven lanterns over a harbour")
    for account in (disabled, frozen):
        assert world.stored(account).status is Status.ACTIVE
        assert world.stored(account).known_locked_until == 0


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("sessions/revoke", {}),
        ("unlock", {}),
        ("two-step", {"required": True}),
        ("two-step/reset", {"reason": "a lost phone"}),
        ("force-change", {}),
        ("password", {"new_password": "seven lanterns over a harbour"}),
    ],
)
def test_administrator_may_be_their_own_case(
    world: World, desk: Staff, action: str, fields: dict[str, object]
) -> None:
    """Their standing is then a condition of the update itself, not of another row."""
    desk.does(desk.account, action, **fields)


def test_administrators_own_address_is_lifted(world: World) -> None:
    desk = staff(world, undeliverable="bounced")
    desk.does(desk.account, "deliverable", reason="mailbox repaired")
    assert world.stored(desk.account).undeliverable is None


def test_hash_of_an_older_cost_is_made_anew_at_logon(world: World) -> None:
    old = Argon2Hasher(world.keyring("pepper"), memory_kib=16, time_cost=1, at_once=1).hash(PASSWORD)
    ann = world.person(password=None, password_hash=old)
    world.visitor().logs_on(ann)
    assert world.stored(ann).password_hash != old


def test_recovery_code_opens_a_logon_and_confirms_a_password(world: World) -> None:
    ann, phone = enrolled(world, kind=Kind.SUPPORT)
    visitor = logged_on(world, world.visitor(), ann, phone)
    fields = {"password": PASSWORD, "code": phone.recovery[0]}
    visitor.goes_on(visitor.post("/reauthenticate", fields))
    assert len(world.stored(ann).two_step.recovery) == 9


def test_code_of_a_session_from_where_its_owner_was_before_is_counted_apart(world: World) -> None:
    ann = world.person()
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.logs_on(ann)
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    assert visitor.post("/account/two-step/confirm", {"code": "000000"}).code == "invalid_code"
    assert world.stored(ann).two_step.known_failures == 1
    assert visitor.post("/account/two-step/confirm", {"code": phone.code()}).status == 200
