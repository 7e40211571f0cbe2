"""Half-done logons: numbers of their own, a cap of their own, and no life after a lock (LG-16, LG-09)."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.sessions import MAX_HALF_DONE, MAX_SESSIONS
from tests.world.phones import enrolled
from tests.world.residents import a_resident
from tests.world.visitors import CHOSEN, Visitor
from tests.world.world import World

ENTRIES = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def half_done(world: World, account: Account, source: str | None = None) -> Visitor:
    """A logon that waits for its code."""
    visitor = world.visitor(source)
    assert visitor.logs_on(account) == "enter_code"
    return visitor


def guesses(world: World, account: Account, times: int) -> None:
    for _ in range(times):
        world.visitor().post("/logon", {"email": account.address, "password": "guess after guess"})


def test_lg_16_logons_that_stop_at_the_code_end_no_session(world: World) -> None:
    ann, phone = enrolled(world)
    owner = half_done(world, ann)
    owner.goes_on(owner.post("/logon/code", {"code": phone.code()}))
    for _ in range(3 * MAX_SESSIONS):
        half_done(world, ann)
    assert owner.get("/account").status == 200
    assert world.stored(ann).session_serial == 2  # the one that enrolled, and this one


def test_lg_16_logons_with_a_temporary_password_or_without_enrolment_end_no_session(world: World) -> None:
    ann, owner = a_resident(world), world.visitor()
    owner.logs_on(ann.account)
    temporaries = [ann.temporary() for _ in range(MAX_SESSIONS)]
    for temporary in temporaries:
        assert world.visitor().logs_on(ann.account, temporary) == "change_password"
    world.fake.tables.accounts[ann.account.id] = world.stored(ann.account)._replace(two_step_required=True)
    for _ in range(MAX_SESSIONS):
        assert world.visitor().logs_on(ann.account) == "enrol_two_step"
    assert owner.get("/account/two-step").status == 200
    assert world.stored(ann.account).session_serial == 1


def test_lg_16_so_many_half_done_logons_live_and_the_oldest_falls_out(world: World) -> None:
    ann, phone = enrolled(world)
    first, second, *_ = [half_done(world, ann) for _ in range(MAX_HALF_DONE + 1)]
    assert first.get("/logon/code").code == "session_required"
    assert second.goes_on(second.post("/logon/code", {"code": phone.code()})) == "portal"


def test_lg_16_strangers_do_not_push_out_what_the_owner_is_in_the_middle_of(world: World) -> None:
    ann, phone = enrolled(world)
    before = half_done(world, ann)
    before.goes_on(before.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(60)
    owner = half_done(world, ann, before.source)
    for _ in range(2 * MAX_HALF_DONE):
        half_done(world, ann)
    assert owner.goes_on(owner.post("/logon/code", {"code": phone.code()})) == "portal"


def test_lg_16_each_way_to_a_whole_session_takes_one_number(world: World) -> None:
    """By the password alone; by a code; by a new password; by an enrolment. Whole ones stay ten (SE-09)."""
    ann = world.person()
    assert world.visitor().logs_on(ann) == "portal"
    assert world.stored(ann).session_serial == 1
    changed = world.visitor()
    changed.logs_on(ann, world.asks(ann).temporary)
    assert world.stored(ann).session_serial == 1
    assert changed.goes_on(changed.post("/password/change", ENTRIES)) == "portal"
    assert world.stored(ann).session_serial == 2
    for _ in range(MAX_SESSIONS - 1):
        world.visitor().logs_on(ann, CHOSEN)
    assert changed.get("/account").status == 200
    world.visitor().logs_on(ann, CHOSEN)
    assert changed.get("/account").code == "session_required"


def test_the_last_logon_is_the_last_that_was_whole(world: World) -> None:
    """Who has only the password was not logged on; and the owner is told of the logon before this one."""
    ann, phone = enrolled(world)
    at = world.stored(ann).last_logon_at
    world.clock.passes(3600)
    half_done(world, ann)
    assert world.stored(ann).last_logon_at == at
    owner = half_done(world, ann)
    owner.goes_on(owner.post("/logon/code", {"code": phone.code()}))
    assert world.stored(ann).last_logon_at == world.clock()
    assert owner.get("/account").json()["last_logon_at"] is not None


@pytest.mark.parametrize("lifted_by", ["time", "a right password"])
def test_lg_09_what_a_lock_has_ended_stays_dead_when_the_lock_is_over(world: World, lifted_by: str) -> None:
    ann, phone = enrolled(world)
    thief = half_done(world, ann)
    guesses(world, ann, 5)
    assert thief.get("/logon/code").code == "session_required"
    world.clock.passes(2)
    if lifted_by == "a right password":
        half_done(world, ann)
    assert thief.post("/logon/code", {"code": phone.code()}).code == "session_required"


def test_lg_09_the_hard_stop_ends_them_too(world: World) -> None:
    """Also when an administrator has lifted it a moment later."""
    ann, phone = enrolled(world)
    thief = half_done(world, ann)
    world.fake.tables.accounts[ann.id] = world.stored(ann)._replace(failures=99, attempted_at=0)
    guesses(world, ann, 1)
    assert world.stored(ann).failures == 100
    world.fake.tables.accounts[ann.id] = world.stored(ann).forgiven()
    assert thief.post("/logon/code", {"code": phone.code()}).code == "session_required"
