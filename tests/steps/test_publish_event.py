"""The step `publish_event`: what the bus takes, and that whatever it does not take waits alone and comes later."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.events import RESTORED, EventKind
from chalicelib.domain.published import AUDIT_SOURCE, NOTICE_SOURCE
from chalicelib.services.event_bus import MOST_BYTES, MOST_ENTRIES
from chalicelib.services.teller import LONGEST, Teller
from chalicelib.steps import publish_event as step
from chalicelib.steps.publish_event import work
from tests.console.staff import staff
from tests.fakes.samples import an_account, an_event
from tests.world.bus import Bus, a_teller
from tests.world.running import at_work, heard
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    return Bus()


def publish(world: World, teller: Teller, records: list[Any]) -> list[str]:
    """One batch; the sequence numbers that are to come again."""
    with heard(world.lines), at_work("publish_event"):
        outcome = work({"Records": records}, teller, world.clock)
    return [one["itemIdentifier"] for one in outcome["batchItemFailures"]]


def waiting(world: World) -> list[str]:
    """The causes for which events wait."""
    return [cause for hour in world.fake.tables.for_the_bus.values() for cause in hour.values()]


def contained(world: World) -> list[Any]:
    """The stream after somebody was contained."""
    desk, ann = staff(world), world.person()
    world.fake.records()
    desk.does(ann, "contain", disable=True, require_two_step=True, reason="stolen notebook")
    return world.fake.records()


def recorded(world: World, count: int, **facts: Any) -> list[Any]:
    """The stream after so many logons were refused."""
    world.fake.records()
    for _ in range(count):
        event = an_event(an_account().id, EventKind.LOGON_REFUSED, email="ann@people.test")
        world.fake.tables.put_event(event._replace(**facts))
    return world.fake.records()


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ("down", "events:ConnectTimeoutError"),
        ("lost answer", "events:ReadTimeoutError"),
        ("error", "events:InternalException"),
        ("throttled", "events:ThrottlingException"),
        ("denied", "events:AccessDeniedException"),
        ("short answer", "events:answer"),
    ],
)
def test_event_of_a_containment_leaves_the_stream_and_waits_for_the_bus(
    world: World, bus: Bus, broken: str, cause: str
) -> None:
    """RL-16: in the stream it would hold up whatever is behind it."""
    records, bus.broken = contained(world), broken
    assert publish(world, a_teller(world, bus), records) == []
    assert waiting(world) == [cause]
    assert world.fake.tables.told == {}
    assert any("event_delayed" in line and cause in line for line in world.lines)


def test_what_the_bus_has_is_a_notice_and_leaves_a_mark(world: World, bus: Bus) -> None:
    assert publish(world, a_teller(world, bus), contained(world)) == []
    ((name, detail),) = bus.told
    assert (name, detail["reason"]) == ("account.contained", "stolen notebook")
    assert detail["measures"] == ["password", "sessions", "disabled", "two_step"]
    assert (bus.entries[0]["Source"], bus.entries[0]["EventBusName"]) == (NOTICE_SOURCE, "portal-bus")
    ((_, at),) = world.fake.tables.told
    assert detail["id"] in at
    assert waiting(world) == []


def test_bus_hands_on_what_it_was_given_under_its_name(world: World, moto: ModuleType) -> None:
    """EventBridge as moto has it: an event is found by source and name, as other systems look for it."""
    session = botocore.session.get_session()
    events, sqs = session.create_client("events"), session.create_client("sqs")
    queue = sqs.create_queue(QueueName="contained")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name="portal-bus")
    pattern = json.dumps({"source": [NOTICE_SOURCE], "detail-type": ["account.contained"]})
    events.put_rule(Name="contained", EventBusName="portal-bus", EventPattern=pattern)
    events.put_targets(Rule="contained", EventBusName="portal-bus", Targets=[{"Id": "queue", "Arn": arn}])
    records = contained(world)
    assert publish(world, a_teller(world, None, everything=True), records) == []
    (heard_of,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    event = json.loads(heard_of["Body"])
    assert (event["source"], event["detail-type"]) == (NOTICE_SOURCE, "account.contained")
    assert event["detail"]["reason"] == "stolen notebook"


def test_repetition_carries_the_same_id(world: World, bus: Bus) -> None:
    """RL-06: a batch that is delivered twice is told apart by its receiver."""
    records, teller = contained(world), a_teller(world, bus, everything=True)
    for _ in range(2):
        assert publish(world, teller, records) == []
    half = len(bus.told) // 2
    assert bus.told[:half] == bus.told[half:]
    assert len({(name, detail["id"]) for name, detail in bus.told}) == half


def test_rl_16_poison_record_holds_up_nobody(world: World, bus: Bus) -> None:
    """RL-16: it waits by its key, the log names it, and what stands behind it is told."""
    keys = {"account_id": {"S": "x"}, "at": {"S": "2026-11-27T01:00:00.000Z#gone"}}
    poison = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "0", "Keys": keys, "NewImage": {}}}
    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "x", "Keys": {}}}
    assert publish(world, a_teller(world, bus), [poison, removed, *contained(world)]) == []
    assert any('"record_unreadable"' in line and "gone" in line for line in world.lines)
    assert [name for name, _ in bus.told] == ["account.contained"]
    assert world.fake.tables.for_the_bus == {
        "2026-11-27T01": {"2026-11-27T01:00:00.000Z#gone|x": "record_unreadable"}
    }


def test_rl_16_one_that_nobody_foresaw_holds_up_no_other(world: World, bus: Bus) -> None:
    records = recorded(world, 3)
    key = next(iter(world.fake.tables.events))
    strange: Any = {"failures": object()}  # which no JSON can hold
    world.fake.tables.events[key] = world.fake.tables.events[key]._replace(details=strange)
    assert publish(world, a_teller(world, bus, everything=True), records) == []
    assert len(bus.told) == 2
    assert waiting(world) == ["fault"]


def test_rl_16_only_what_cannot_even_be_put_aside_stays_in_the_stream(world: World, bus: Bus) -> None:
    records, bus.broken = contained(world), "down"
    world.fake.down = True
    assert publish(world, a_teller(world, bus), records) == [records[0]["dynamodb"]["SequenceNumber"]]
    world.fake.heal()
    bus.broken = ""
    assert publish(world, a_teller(world, bus), records) == []
    assert [name for name, _ in bus.told] == ["account.contained"]


def test_event_whose_mark_could_not_be_left_comes_again_and_is_not_lost(world: World, bus: Bus) -> None:
    """Out, and nobody could write it down: twice is better than never, and the id tells."""
    records = contained(world)
    world.fake.fail()
    assert publish(world, a_teller(world, bus), records) == []
    assert waiting(world) == ["injected:bus.mark"]
    assert [name for name, _ in bus.told] == ["account.contained"]


def test_each_entry_has_its_own_answer(world: World, bus: Bus) -> None:
    """FailedEntryCount: of ten, the bus throttles three; these wait, seven are out."""
    records = recorded(world, 10)
    names = iter(range(100))
    bus.refuses = lambda _: "ThrottlingException" if next(names) % 3 == 1 else ""
    assert publish(world, a_teller(world, bus, everything=True), records) == []
    assert (len(bus.calls), len(bus.told), len(world.fake.tables.told)) == (1, 7, 7)
    assert waiting(world) == ["events:ThrottlingException"] * 3


def test_event_of_two_entries_waits_where_one_of_them_was_refused(world: World, bus: Bus) -> None:
    bus.refuses = lambda one: "InternalFailure" if one["Source"] == AUDIT_SOURCE else ""
    assert publish(world, a_teller(world, bus, everything=True), contained(world)[:1]) == []
    assert [name for name, _ in bus.told] == ["account.contained"]
    assert waiting(world) == ["events:InternalFailure"]
    assert world.fake.tables.told == {}


def test_a_call_that_is_refused_for_one_of_its_entries_costs_the_others_nothing(
    world: World, bus: Bus
) -> None:
    records = recorded(world, 4)
    spoilt = list(world.fake.tables.events.values())[-1]
    bus.refuses = lambda one: "ValidationException" if spoilt.id in one["Detail"] else ""
    assert publish(world, a_teller(world, bus, everything=True), records) == []
    assert (len(bus.told), waiting(world)) == (3, ["event_refused:ValidationException"])


def test_no_call_has_more_entries_or_bytes_than_eventbridge_takes(world: World, bus: Bus) -> None:
    records = recorded(world, 11) + recorded(world, 3, user_agent="\N{SNOWMAN}" * 33_000)
    assert publish(world, a_teller(world, bus, everything=True), records) == []
    assert len(bus.told) == 14
    assert [len(call) for call in bus.calls] == [10, 3, 1]
    sizes = [
        sum(len(e[part].encode()) for e in call for part in ("Source", "DetailType", "Detail"))
        for call in bus.calls
    ]
    assert max(map(len, bus.calls)) == MOST_ENTRIES
    assert 2 * 99_000 < max(sizes) <= MOST_BYTES


def test_an_event_that_is_too_large_by_itself_goes_without_its_details_and_says_so(
    world: World, bus: Bus
) -> None:
    long: Any = {"user_agent": "x" * 300_000, "details": {"failures": 5}}
    assert publish(world, a_teller(world, bus, everything=True), recorded(world, 1, **long)) == []
    ((_, detail),) = bus.told
    assert (detail["cut"], detail["details"], detail["user_agent"]) == (True, {}, "x" * LONGEST)
    assert publish(world, a_teller(world, bus, everything=True), recorded(world, 1)) == []
    assert "cut" not in bus.told[-1][1]


def test_half_a_character_is_no_poison(world: World, bus: Bus) -> None:
    """Attack: text that JSON can carry and UTF-8 cannot, in whatever a caller chooses."""
    assert (
        publish(world, a_teller(world, bus, everything=True), recorded(world, 1, user_agent="a\ud800b")) == []
    )
    assert [detail["user_agent"] for _, detail in bus.told] == ["a?b"]


def test_rl_13_what_was_put_back_from_a_backup_is_not_told_again(world: World, bus: Bus) -> None:
    records = contained(world)
    for record in records:
        record["dynamodb"]["NewImage"][RESTORED] = {"S": "2030-03-17T17:46:40.250Z"}
    assert publish(world, a_teller(world, bus, everything=True), records) == []
    assert (bus.calls, waiting(world)) == ([], [])


def test_each_change_is_told_by_its_name_and_nothing_else_is(world: World, bus: Bus) -> None:
    desk, ann = staff(world), world.person()
    world.fake.records()
    desk.does(ann, "unlock")
    desk.does(ann, "password", new_password=CHOSEN, force_change=False)
    desk.does(ann, "disable")
    desk.does(ann, "enable")
    world.visitor().logs_on(ann, CHOSEN)
    assert publish(world, a_teller(world, bus), world.fake.records()) == []
    assert [(name, detail["by"]) for name, detail in bus.told] == [
        ("account.password_reset", "administrator"),
        ("account.disabled", "administrator"),
    ]
    assert CHOSEN not in str(bus.entries)


def test_with_all_every_event_is_told_beside_the_notices(world: World, bus: Bus) -> None:
    desk, ann = staff(world), world.person()
    world.fake.records()
    desk.does(ann, "password", new_password=CHOSEN, force_change=False)
    world.visitor().logs_on(ann, CHOSEN)
    records = world.fake.records()
    assert publish(world, a_teller(world, bus, everything=True), records) == []
    audit = [name for name, detail in bus.told if "personal_data" in detail]
    assert audit == [event.kind for event in list(world.fake.tables.events.values())[-len(records) :]]
    assert [name for name, detail in bus.told if "personal_data" not in detail] == ["account.password_reset"]
    assert {entry["Source"] for entry in bus.entries} == {AUDIT_SOURCE, NOTICE_SOURCE}
    assert CHOSEN not in str(bus.entries)


def test_personal_data_go_only_where_the_stage_says_so(world: World, bus: Bus) -> None:
    desk, ann = staff(world), world.person()
    world.fake.records()
    desk.does(
        ann, "contain", restriction="listed", ranges=["192.0.2.0/24"], reason="call from ann@people.test"
    )
    records = [one for one in world.fake.records() if "#" in one["dynamodb"]["Keys"]["at"]["S"]]
    said = []
    for personal in (True, False):
        teller = a_teller(world, bus, everything=True, personal=personal)
        assert publish(world, teller, records) == []
        audit = [e["Detail"] for e in bus.entries if e["Source"] == AUDIT_SOURCE]
        said.append("".join(audit))
        bus.entries.clear()
    private = [ann.address, desk.account.address, "192.0.2.0", "call from", desk.visitor.source]
    assert [one in said[0] for one in private] == [True] * 5
    assert [one in said[1] for one in private] == [False] * 5
    assert ann.id in said[1]


def test_owner_s_own_doing_is_told_as_the_owner_s_with_the_address(world: World, bus: Bus) -> None:
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
    publish(world, a_teller(world, bus, personal=False), world.fake.records())
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


def test_the_function_answers_lambda_with_what_is_to_come_again(
    world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    records, bus.broken = contained(world), "down"
    world.fake.down = True
    monkeypatch.setattr(step, "portal", lambda: world.portal)
    monkeypatch.setattr(step, "teller", lambda: a_teller(world, bus))
    with heard(world.lines):
        answered = step.publish_event({"Records": records}, None)
    assert answered == {"batchItemFailures": [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]}
