"""The step `publish_event`: with EventBridge down, refusing or failing an entry, the event comes later and once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError

from chalicelib.services.event_bus import SOURCE, Publisher
from chalicelib.steps.publish_event import work
from tests.console.staff import staff
from tests.faults.breaking import Raw
from tests.world.running import heard
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


@dataclass
class Bus:
    """EventBridge behind botocore's client: every request is answered here; `broken` says how."""

    broken: str = ""
    entries: list[Any] = field(default_factory=list)

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        if self.broken == "down":
            raise ConnectTimeoutError(endpoint_url=request.url)
        if self.broken == "error":
            return answer(request.url, 500, {"__type": "InternalException"})
        if self.broken == "denied":
            return answer(request.url, 400, {"__type": "AccessDeniedException"})
        if self.broken == "failed entry":
            failed = {"ErrorCode": "ThrottlingException"}
            return answer(request.url, 200, {"FailedEntryCount": 1, "Entries": [failed]})
        self.entries += json.loads(request.body)["Entries"]
        return answer(request.url, 200, {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})

    @property
    def told(self) -> list[tuple[str, Any]]:
        """Names and details."""
        return [(one["DetailType"], json.loads(one["Detail"])) for one in self.entries]


def answer(url: str, status: int, body: object) -> AWSResponse:
    raw: Any = Raw(json.dumps(body).encode())
    return AWSResponse(url, status, {"content-type": "application/x-amz-json-1.1"}, raw)


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def publisher(world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    """With a client that talks to our bus."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    publisher = a_publisher(world)
    publisher._client.meta.events.register("before-send.events.PutEvents", bus)
    return publisher


def a_publisher(world: World) -> Publisher:
    """The real one."""
    session = botocore.session.get_session()
    return Publisher(session, "eu-west-1", "portal-bus", world.store.outbox.event_of)


def publish(world: World, publisher: Publisher, records: list[Any]) -> list[str]:
    """One batch; the sequence numbers that are to come again."""
    with heard(world.lines):
        outcome = work({"Records": records}, publisher)
    return [one["itemIdentifier"] for one in outcome["batchItemFailures"]]


def contained(world: World) -> list[Any]:
    """The stream after somebody was contained."""
    desk, ann = staff(world), world.person()
    world.fake.records()
    desk.does(ann, "contain", disable=True, require_two_step=True, reason="stolen notebook")
    return world.fake.records()


@pytest.mark.parametrize("broken", ["down", "error", "denied", "failed entry"])
def test_event_of_a_containment_waits_for_the_bus_and_comes_once(
    world: World, bus: Bus, publisher: Publisher, broken: str
) -> None:
    records = contained(world)
    bus.broken = broken
    assert publish(world, publisher, records) == [records[0]["dynamodb"]["SequenceNumber"]]
    assert bus.entries == []
    assert any("event_delayed" in line for line in world.lines)
    bus.broken = ""
    assert publish(world, publisher, records) == []
    ((name, detail),) = bus.told
    assert (name, detail["reason"]) == ("account.contained", "stolen notebook")
    assert detail["measures"] == ["password", "sessions", "disabled", "two_step"]
    assert (bus.entries[0]["Source"], bus.entries[0]["EventBusName"]) == (SOURCE, "portal-bus")


def test_bus_hands_on_what_it_was_given_under_its_name(world: World, moto: ModuleType) -> None:
    """EventBridge as moto has it: an event is found by source and name, as other systems look for it."""
    session = botocore.session.get_session()
    events, sqs = session.create_client("events"), session.create_client("sqs")
    queue = sqs.create_queue(QueueName="contained")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name="portal-bus")
    pattern = json.dumps({"source": [SOURCE], "detail-type": ["account.contained"]})
    events.put_rule(Name="contained", EventBusName="portal-bus", EventPattern=pattern)
    events.put_targets(Rule="contained", EventBusName="portal-bus", Targets=[{"Id": "queue", "Arn": arn}])
    records = contained(world)
    assert publish(world, a_publisher(world), records) == []
    (heard_of,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    event = json.loads(heard_of["Body"])
    assert (event["source"], event["detail-type"]) == (SOURCE, "account.contained")
    assert event["detail"]["reason"] == "stolen notebook"


def test_repetition_carries_the_same_id(world: World, bus: Bus, publisher: Publisher) -> None:
    """RL-06: a batch that is delivered twice is told apart by its receiver."""
    records = contained(world)
    for _ in range(2):
        assert publish(world, publisher, records) == []
    first, second = bus.told
    assert first == second
    assert len({detail["id"] for _, detail in bus.told}) == 1


def test_rl_16_poison_record_holds_up_nobody(world: World, bus: Bus, publisher: Publisher) -> None:
    """RL-16: it is in the table, the log names it, and what stands behind it is told."""
    keys = {"account_id": {"S": "x"}, "at": {"S": "2026-11-27T01:00:00.000Z#gone"}}
    poison = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "0", "Keys": keys, "NewImage": {}}}
    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "x", "Keys": {}}}
    assert publish(world, publisher, [poison, removed, *contained(world)]) == []
    assert any('"record_unreadable"' in line and "gone" in line for line in world.lines)
    assert [name for name, _ in bus.told] == ["account.contained"]


def test_each_change_is_told_by_its_name_and_nothing_else_is(
    world: World, bus: Bus, publisher: Publisher
) -> None:
    desk, ann = staff(world), world.person()
    world.fake.records()
    desk.does(ann, "unlock")
    desk.does(ann, "password", new_password=CHOSEN, force_change=False)
    desk.does(ann, "disable")
    desk.does(ann, "enable")
    world.visitor().logs_on(ann, CHOSEN)
    assert publish(world, publisher, world.fake.records()) == []
    assert [(name, detail["by"]) for name, detail in bus.told] == [
        ("account.password_reset", "administrator"),
        ("account.disabled", "administrator"),
    ]
    assert CHOSEN not in str(bus.entries)


def test_owner_s_own_doing_is_told_as_the_owner_s_with_the_address(
    world: World, bus: Bus, publisher: Publisher
) -> None:
    """By link, in a session, and by "this was not me": other systems know people by their address."""
    ann = world.person()
    token = world.asks(ann).token("/password/reset")
    first = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", {"token": token, **first}).status == 200
    visitor = world.visitor()
    visitor.logs_on(ann, CHOSEN)
    second = {"new_password": PASSWORD, "confirm_password": PASSWORD, "current_password": CHOSEN}
    assert visitor.post("/password/change", second).status == 200
    not_me = world.mails(ann)[-1].token("/not-me")
    assert world.visitor().post("/not-me", {"token": not_me}).status == 200
    world.fake._delivered.clear()
    publish(world, publisher, world.fake.records())
    assert [(name, detail["by"], detail["email"]) for name, detail in bus.told] == [
        ("account.password_reset", "owner", ann.address),
        ("account.password_reset", "owner", ann.address),
        ("account.frozen", "owner", ann.address),
    ]


def test_containment_itself_does_not_wait_for_the_bus(world: World, bus: Bus) -> None:
    bus.broken = "down"
    desk, ann = staff(world), world.person()
    assert desk.does(ann, "contain", reason="stolen notebook")["done"] == "contained"
    assert "account_contained" in {event.kind for event in world.fake.tables.events.values()}
