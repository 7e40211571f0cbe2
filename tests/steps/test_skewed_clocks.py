"""RL-07: instances whose clocks are five minutes off, on one store: a request has one time, the gateway's, at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.steps.test_logon_code import half_done
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

SKEW = 300
SKEWS = pytest.mark.parametrize("off", [SKEW, -SKEW])
FROM_ONE_TO_ANOTHER = pytest.mark.parametrize(("first", "then"), [(SKEW, -SKEW), (-SKEW, SKEW)])


def at(world: World, seconds: float) -> None:
    """From now on another instance answers, whose clock is off by so much."""
    true = world.clock
    world.portal = world.portal._replace(clock=lambda: true() + seconds)


def reset_fields(token: str) -> dict[str, str]:
    return {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}


@SKEWS
@pytest.mark.parametrize(("since", "status"), [(-1, 200), (0, 410), (240, 410)])
def test_rl_07_link_is_over_at_its_moment_whatever_the_clock_of_the_instance(
    world: World, off: int, since: int, status: int
) -> None:
    ann = world.person()
    token = world.asks(ann).token("/password/reset")
    world.clock.passes(world.settings.reset_lifetime + since)
    at(world, off)
    assert world.visitor().post("/password/reset", reset_fields(token)).status == status
    assert (world.stored(ann).epoch == ann.epoch) is (status == 410)


@FROM_ONE_TO_ANOTHER
def test_rl_07_code_of_now_is_good_at_each_instance_and_uses_up_its_own_step_alone(
    world: World, first: int, then: int
) -> None:
    ann, phone = enrolled(world)
    at(world, first)
    used = phone.code()
    assert half_done(world, ann).post("/logon/code", {"code": used}).status == 200
    at(world, then)
    assert half_done(world, ann).post("/logon/code", {"code": used}).code == "invalid_code"
    world.clock.passes(30)
    assert half_done(world, ann).post("/logon/code", {"code": phone.code()}).status == 200


@SKEWS
def test_rl_07_code_of_the_instances_own_time_is_no_code(world: World, off: int) -> None:
    ann, phone = enrolled(world)
    at(world, off)
    assert half_done(world, ann).post("/logon/code", {"code": phone.code(off // 30)}).code == "invalid_code"


@FROM_ONE_TO_ANOTHER
def test_rl_07_link_spent_at_one_instance_is_spent_at_the_other(world: World, first: int, then: int) -> None:
    ann = world.person()
    token = world.asks(ann).token("/password/reset")
    at(world, first)
    assert world.visitor().post("/password/reset", reset_fields(token)).status == 200
    before = world.stored(ann).password_hash
    at(world, then)
    assert world.visitor().post("/password/reset", reset_fields(token)).code == "link_unusable"
    assert world.stored(ann).password_hash == before


@FROM_ONE_TO_ANOTHER
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


@SKEWS
def test_rl_07_session_is_idle_and_a_lock_over_at_the_same_moment_at_each(world: World, off: int) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    at(world, off)
    world.clock.passes(world.settings.session_idle - 1)
    assert visitor.get("/account").status == 200
    world.clock.passes(world.settings.session_idle)
    assert visitor.get("/account").status == 401
    bob = world.person(failures=9, locked_until=world.clock() + 10)
    for passes, status in ((9, 401), (1, 200)):
        world.clock.passes(passes)
        assert world.visitor().logon(bob.address, PASSWORD).status == status


@SKEWS
def test_rl_07_what_a_mail_carries_is_counted_from_its_event_and_not_by_the_workers_clock(
    world: World, off: int
) -> None:
    ann = world.person()
    true = world.clock
    worker = world.worker.portal._replace(clock=lambda: true() + off)
    world.worker = world.worker._replace(portal=worker)
    token = world.asks(ann).token("/password/reset")
    world.clock.passes(world.settings.reset_lifetime - 1)
    assert world.visitor().post("/password/reset", reset_fields(token)).status == 200


def timed(world: World, told: Any) -> dict[str, Any]:
    """The last authorizer's event again, of another time."""
    event = next(event for step, event in reversed(world.events) if step == "authorizer")
    return {**event, "requestContext": {**event["requestContext"], "requestTimeEpoch": told}}


@pytest.mark.parametrize("told", [None, "soon", True, -1, 0, 1e300, float("nan"), [], {}])
def test_rl_07_without_a_believable_time_of_the_gateway_the_instances_own_counts(
    world: World, told: Any
) -> None:
    """No request is refused for it; where there is one that is not believed, the log says so."""
    visitor = world.visitor()
    visitor.logs_on(world.person())
    visitor.get("/account")
    world.lines.clear()
    for passes, verdict in ((0, "pass"), (world.settings.session_idle, "session_required")):
        world.clock.passes(passes)
        answer = world.invoke("authorizer", timed(world, told))
        assert answer["context"]["verdict"] == verdict
    whats = [json.loads(line)["what"] for line in world.lines]
    assert whats.count("gateways_time_not_believed") == (0 if told is None else 2)


@pytest.mark.parametrize(("off", "believed"), [(900, True), (901, False), (-900, True), (-901, False)])
def test_rl_07_a_quarter_of_an_hour_is_the_farthest_that_is_believed(
    world: World, off: int, believed: bool
) -> None:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    with world.portal.invoked(
        {"requestContext": {"requestTimeEpoch": (world.clock() + off) * 1000}}, None
    ) as portal:
        assert portal.clock() == pytest.approx(world.clock() + (off if believed else 0))
        world.clock.passes(2)
        assert portal.clock() == pytest.approx(world.clock() + (off if believed else 0))
