"""RL-02: every call of every flow is broken in every way, one by one; the invariants hold, the person gets on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.storage.store import DynamoStore
from tests.faults.breaking import ONCE, REST, SWEPT, Fault, Killed, breaking
from tests.faults.every_scene import SCENES
from tests.faults.invariants import check, rows
from tests.faults.scenes import Scene
from tests.world.visitors import Reply
from tests.world.world import World

pytestmark = pytest.mark.slow

MOST_CALLS = 8
SLOWER = [pytest.param(fault, marks=pytest.mark.races) for fault in REST]
Arrange = Callable[[World], Scene]


@pytest.mark.parametrize("fault", [*SWEPT, *SLOWER])
@pytest.mark.parametrize("arrange", SCENES, ids=lambda arrange: arrange.__name__)
def test_rl_02_whatever_call_breaks_the_invariants_hold_and_the_person_gets_on(
    world: World, real_store: DynamoStore, arrange: Arrange, fault: Fault
) -> None:
    """RL-04: an answer that was lost once is asked for again, and is the answer of the write that was applied."""
    for at in range(MOST_CALLS):
        scene = arrange(world)
        with breaking(real_store, fault, at) as breaker:
            reply = acted(scene)
        check(scene, reply)
        if not breaker.hit:
            assert at > 1
            break
        assert fault not in ONCE or (reply is not None and reply.status == scene.usual)
        scene.finish()
    else:
        pytest.fail("more calls than a flow may make")


def acted(scene: Scene) -> Reply | None:
    try:
        return scene.act()
    except Killed:
        return None


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.THROTTLED_KEY, Fault.SERVER_ERROR, Fault.TIMEOUT])
@pytest.mark.parametrize("since", [0, 1], ids=["before it is judged", "after it was judged"])
@pytest.mark.parametrize("arrange", SCENES, ids=lambda arrange: arrange.__name__)
def test_i8_with_the_whole_store_out_everybody_is_told_to_come_back_and_nobody_is_let_in(
    world: World, real_store: DynamoStore, arrange: Arrange, since: int, fault: Fault
) -> None:
    scene = arrange(world)
    with breaking(real_store, fault, since, often=10**6) as breaker:
        reply = scene.act()
    assert (reply.status, reply.code) == (503, "unavailable")
    check(scene, reply)
    assert breaker.hit
    scene.finish()


def test_i10_no_raw_secret_is_in_any_row_after_any_fault(world: World, real_store: DynamoStore) -> None:
    secrets = []
    for arrange in SCENES:
        scene = arrange(world)
        with breaking(real_store, Fault.LOST, 2):
            acted(scene)
        scene.finish()
        secrets += scene.secrets
    kept = rows(real_store)
    assert [secret for secret in secrets if secret in kept] == []
