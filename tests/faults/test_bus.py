"""RL-06, RL-16: an event on its way to the bus, while every call of what tells it, puts it aside or takes it up breaks.

Each test has tables of its own: what another test has left in the same hour would wait here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.events import Event, EventKind
from chalicelib.services.teller import Teller
from chalicelib.steps.publish_event import work
from chalicelib.steps.resume_events import resume
from chalicelib.storage.bus import key_of, mark_side, waits_as
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import EventRow
from tests.engine import Engine
from tests.fakes.planting import plant
from tests.fakes.samples import an_account, an_event
from tests.faults.breaking import Fault
from tests.faults.test_waiting import FAULTS, at_each_call, survives
from tests.world.bus import Bus, a_teller
from tests.world.running import at_work, heard
from tests.world.verified import findings
from tests.world.world import World

pytestmark = pytest.mark.slow

MINUTE = 60


@pytest.fixture
def store(engine: Engine, table_prefix: str) -> DynamoStore:
    return DynamoStore(botocore.session.get_session(), "eu-west-1", table_prefix, threshold=5, cap=900)


@pytest.fixture(autouse=True)
def what_must_hold(world: World, engine: Engine, table_prefix: str) -> Iterator[None]:
    """In these tables of their own, too."""
    yield
    assert findings(engine.client("dynamodb"), table_prefix, world.clock) == []


@pytest.fixture
def bus() -> Bus:
    return Bus()


def happens(world: World) -> tuple[Event, Any]:
    """A logon is refused; the event, and its record of the stream."""
    account = an_account()
    plant(world.store, account)
    event = an_event(account.id, EventKind.LOGON_REFUSED, at=world.clock())
    world.store.events.record(event)
    row: Any = event_row(event).serialize()
    keys = {name: row[name] for name in ("account_id", "at")}
    return event, {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": "1", "Keys": keys, "NewImage": row},
    }


def publishes(world: World, teller: Teller, record: Any, again: list[str]) -> None:
    """`again` is what the stream keeps; all of it where the function was stopped."""
    with heard(world.lines), at_work("publish_event"):
        told = work({"Records": [record]}, teller, world.clock)
    again[:] = [one["itemIdentifier"] for one in told["batchItemFailures"]]


def resumes(world: World, teller: Teller) -> None:
    """Each minute."""
    world.clock.passes(MINUTE)
    with heard(world.lines), at_work("resume_events"):
        resume(world.portal, teller)


def is_out(world: World, bus: Bus, event: Event) -> None:
    """The bus has it, once or more and under one id; a mark says so, and nothing waits."""
    ids = {detail["id"] for _, detail in bus.told}
    assert ids == {f"{event.account_id}/{event.sort_key}"}
    EventRow.get(mark_side(event), waits_as(*key_of(event)))  # raises where it is not there
    assert event not in world.store.bus.waiting(event.sort_key[:13]).events.values()
    bus.entries.clear()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("broken", ["", "down", "throttled"])
def test_rl_16_whatever_call_breaks_while_an_event_is_told_or_put_aside_it_is_out_within_minutes(
    world: World, store: DynamoStore, bus: Bus, broken: str, fault: Fault
) -> None:
    """The mark cannot be left, or the bus is away and the store breaks too: it comes again, and is never lost."""
    teller = a_teller(world, bus, everything=True)
    calls = []

    def breaks(at: int) -> bool:
        event, record = happens(world)
        bus.broken, again = broken, ["1"]
        hit = survives(store, fault, at, lambda: publishes(world, teller, record, again))
        bus.broken = ""
        if again:
            publishes(world, teller, record, again)
            assert again == []
        resumes(world, teller)
        is_out(world, bus, event)
        calls.append(hit)
        return hit

    for at in range(9):
        if not breaks(at):
            break
    assert calls[0] is True
    assert calls[-1] is False


@pytest.mark.parametrize("fault", FAULTS)
def test_rl_06_whatever_call_of_the_minute_s_run_breaks_the_next_one_tells_what_waits(
    world: World, store: DynamoStore, bus: Bus, fault: Fault
) -> None:
    teller = a_teller(world, bus, everything=True)

    def breaks(at: int) -> bool:
        event, record = happens(world)
        bus.broken = "down"
        publishes(world, teller, record, [])
        bus.broken = ""
        hit = survives(store, fault, at, lambda: resumes(world, teller))
        for _ in range(2):
            resumes(world, teller)
        is_out(world, bus, event)
        return hit

    at_each_call(breaks)


def test_rl_06_two_runs_of_a_batch_leave_one_mark(world: World, store: DynamoStore, bus: Bus) -> None:
    """The stream delivers twice, and a scheduled run comes in between."""
    teller = a_teller(world, bus, everything=True)
    event, record = happens(world)
    for bus.broken in ("down", ""):
        publishes(world, teller, record, [])
    resumes(world, teller)
    publishes(world, teller, record, [])
    assert len(bus.told) == 3
    is_out(world, bus, event)
