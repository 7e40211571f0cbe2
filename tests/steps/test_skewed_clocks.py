"""RL-07: two instances whose clocks are two minutes apart, on one store: what is over stays over at both."""

from __future__ import annotations

import pytest

from tests.steps.test_logon_code import half_done
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

SKEW = 120


def at(world: World, seconds: float) -> None:
    """From now on another instance answers, whose clock is off by so much."""
    true = world.clock
    world.portal = world.portal._replace(clock=lambda: true() + seconds)


@pytest.mark.parametrize(("first", "then"), [(SKEW, 0), (SKEW, -SKEW), (0, -SKEW)])
def test_rl_07_code_used_at_a_fast_instance_is_no_code_at_a_slow_one(
    world: World, first: int, then: int
) -> None:
    ann, phone = enrolled(world)
    at(world, first)
    used = phone.code(first // 30)
    assert half_done(world, ann).post("/logon/code", {"code": used}).status == 200
    at(world, then)
    for code in (used, phone.code(then // 30), phone.code(then // 30 - 1)):
        assert half_done(world, ann).post("/logon/code", {"code": code}).code == "invalid_code"


@pytest.mark.parametrize(("first", "then"), [(SKEW, -SKEW), (-SKEW, SKEW)])
def test_rl_07_link_spent_at_one_instance_is_spent_at_the_other(world: World, first: int, then: int) -> None:
    ann = world.person()
    token = world.asks(ann).token("/password/reset")
    fields = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    at(world, first)
    assert world.visitor().post("/password/reset", fields).status == 200
    before = world.stored(ann).password_hash
    at(world, then)
    assert world.visitor().post("/password/reset", fields).code == "link_unusable"
    assert world.stored(ann).password_hash == before


@pytest.mark.parametrize(("first", "then"), [(SKEW, -SKEW), (-SKEW, SKEW)])
def test_rl_07_session_ended_at_one_instance_is_ended_at_the_other(
    world: World, first: int, then: int
) -> None:
    ann, visitor, other = world.person(), world.visitor(), world.visitor()
    for each in (visitor, other):
        each.logs_on(ann)
    at(world, first)
    assert visitor.post("/account/sessions/revoke", {"others": True}).status == 200
    fields = {"new_password": CHOSEN, "confirm_password": CHOSEN, "current_password": PASSWORD}
    before = visitor.token
    assert visitor.post("/password/change", fields).status == 200
    at(world, then)
    assert other.get("/account").status == 401
    assert visitor.get("/account", Authorization=f"Bearer {before}").status == 401
