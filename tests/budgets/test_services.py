"""What a sending system's requests cost: one strongly consistent trip at the door, and what sending takes behind it."""

from __future__ import annotations

import pytest

from tests.budgets.ledger import Ledger, counting
from tests.world.systems import DRAFT, System, a_system, planted_system
from tests.world.visitors import Reply
from tests.world.world import World

AUTHORIZER = "authorizer"
STEP = "service_messages"


@pytest.fixture
def sender(world: World) -> System:
    """One whose last use was a moment ago."""
    made = planted_system(world)
    made.gets("/service/messages/0-0")
    return made


def counted(world: World, sender: System, act: str, *given: str) -> tuple[Ledger, Reply]:
    with counting(world) as ledger:
        reply: Reply = getattr(sender, act)(*given)
    return ledger, reply


def test_se_06_the_door_is_one_strongly_consistent_trip_for_every_key(world: World, sender: System) -> None:
    other, _ = a_system(world.store)
    for key in (sender.key, "nonsense", sender.key[:-1], sender.key.replace(sender.id, other.id)):
        ledger, _ = counted(world, System(sender.id, key, sender.asks), "gets", "/service/messages/0-0")
        (call,) = ledger.of(AUTHORIZER)
        assert call.consistent


def test_a_message_is_four_trips_and_three_without_a_key_of_its_own(world: World, sender: System) -> None:
    sending = ["TransactWriteItems", "TransactWriteItems", "UpdateItem"]
    for key, calls, trips in (("k1", [*sending, "UpdateItem"], 4), ("", sending, 3)):
        ledger, reply = counted(world, sender, "sends", key)
        assert reply.status == 201
        assert sorted(call.operation for call in ledger.of(STEP)) == calls
        assert (len(ledger.of(AUTHORIZER)), ledger.trips(STEP), ledger.hashes) == (1, trips, 0)


def test_the_same_again_writes_no_message(world: World, sender: System) -> None:
    sender.sends("k1")
    ledger, reply = counted(world, sender, "sends", "k1")
    assert reply.status == 201
    assert ledger.told(STEP) == ["GetItem messages", "UpdateItem throttles", "UpdateItem throttles"]


def test_a_state_is_three_trips_and_a_recall_one_more(world: World, sender: System) -> None:
    message = sender.sent(to=f"{DRAFT['to']}")
    ledger, _ = counted(world, sender, "gets", f"/service/messages/{message}")
    assert ledger.told(STEP) == ["BatchGetItem events+messages", "GetItem messages", "UpdateItem throttles"]
    assert ledger.trips(STEP) == 3
    ledger, reply = counted(world, sender, "posts", f"/service/messages/{message}/recall")
    assert (reply.json()["state"], ledger.trips(STEP)) == ("recalled", 4)
