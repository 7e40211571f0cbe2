"""The step `record_delivery`: what SES tells of each mail, however often and in whatever order."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.steps.record_delivery import work
from tests.console.staff import staff
from tests.fakes.samples import NOW
from tests.world.running import heard
from tests.world.world import World

Told = dict[str, Any]
DESTINATIONS = {
    "Bounce": "bouncedRecipients",
    "Complaint": "complainedRecipients",
    "DeliveryDelay": "delayedRecipients",
}


def told(name: str, to: str, at: float = NOW, message: str = "m-1", **part: Any) -> Told:
    """An SES event, in the form of the service's documentation."""
    stamp = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    facts: Told = {"timestamp": stamp, **part}
    if name in DESTINATIONS:
        facts[DESTINATIONS[name]] = [{"emailAddress": to}]
    else:
        facts["recipients"] = [to]
    return {
        "eventType": name,
        "mail": {"messageId": message, "destination": [to]},
        name[0].lower() + name[1:]: facts,
    }


def bounce(to: str, at: float = NOW, kind: str = "Permanent") -> Told:
    return told("Bounce", to, at, bounceType=kind, bounceSubType="General")


def arrive(world: World, *told_of: Told) -> None:
    """SNS hands them over, one to a notification."""
    with heard(world.lines):
        work({"Records": [{"Sns": {"Message": json.dumps(one)}} for one in told_of]}, world.portal)


def kinds(world: World, who: Account) -> list[str]:
    trail = world.portal.store.events.of_account(who.id, 100)
    return sorted(event.kind.value for event in trail if event.kind.value.startswith("mail_"))


def test_ml_05_any_order_and_any_number_of_times_comes_to_the_same(world: World) -> None:
    outcomes = []
    for order in itertools.permutations(range(4)):
        ann = world.person()
        events = [
            told("Delivery", ann.address, NOW + 1),
            told("DeliveryDelay", ann.address, NOW, delayType="MailboxFull"),
            told("Complaint", ann.address, NOW + 3, complaintFeedbackType="abuse"),
            told("Delivery", ann.address, NOW + 2, "m-2"),
        ]
        shuffled = [events[number] for number in order]
        arrive(world, *shuffled, *shuffled)
        random.Random(sum(order)).shuffle(shuffled)
        arrive(world, *shuffled)
        outcomes.append((tuple(kinds(world, ann)), world.stored(ann).undeliverable))
    assert set(outcomes) == {
        (("mail_complained", "mail_delayed", "mail_delivered", "mail_delivered"), "complained")
    }


def test_hard_bounce_stops_self_service_mails_and_the_answer_stays_the_same(world: World) -> None:
    """ML-05: nothing tells a stranger that an address is dead."""
    ann, bob = world.person(), world.person()
    arrive(world, bounce(ann.address))
    answers = [world.visitor().post("/password/forgot", {"email": one.address}) for one in (ann, bob)]
    assert answers[0].same == answers[1].same
    assert (len(world.mails(ann)), len(world.mails(bob))) == (0, 1)
    shown = staff(world).user(ann)
    assert shown["undeliverable"] == "bounced"
    assert {(one["state"], one["detail"]) for one in shown["mails"]} == {
        ("bounced", "Permanent/General"),
        ("withheld", "address_undeliverable"),
    }


def test_bounce_is_read_from_the_notification_that_sns_makes_of_it(world: World, moto: ModuleType) -> None:
    """SNS as moto has it: what SES tells is a text inside its notification, which Lambda hands on as it is."""
    session, ann = botocore.session.get_session(), world.person()
    sns, sqs = session.create_client("sns"), session.create_client("sqs")
    topic = sns.create_topic(Name="deliveries")["TopicArn"]
    queue = sqs.create_queue(QueueName="deliveries")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message=json.dumps(bounce(ann.address)))
    (notified,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    notification = json.loads(notified["Body"])
    assert (notification["Type"], notification["TopicArn"]) == ("Notification", topic)
    with heard(world.lines):
        work({"Records": [{"EventSource": "aws:sns", "Sns": notification}]}, world.portal)
    assert world.stored(ann).undeliverable == "bounced"


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_full_mailbox_and_delay_stop_nothing(world: World, kind: str) -> None:
    ann = world.person()
    arrive(world, bounce(ann.address, kind=kind), told("DeliveryDelay", ann.address, delayType="MailboxFull"))
    assert world.stored(ann).undeliverable is None
    assert world.asks(ann).temporary


def test_administrator_lifts_it_with_a_reason_and_late_news_does_not_bring_it_back(
    world: World,
) -> None:
    ann, desk = world.person(), staff(world)
    before = world.clock()
    arrive(world, bounce(ann.address, before))
    assert desk.tries(ann, "deliverable").status == 422
    world.clock.passes(10)
    assert desk.does(ann, "deliverable", reason="mailbox repaired")["done"] == "deliverable"
    arrive(world, bounce(ann.address, before + 5), bounce(ann.address, before))
    assert world.stored(ann).undeliverable is None
    assert world.asks(ann).temporary
    arrive(world, bounce(ann.address, world.clock() + 1))
    assert world.stored(ann).undeliverable == "bounced"


def test_lifting_twice_changes_nothing(world: World) -> None:
    ann, desk = world.person(), staff(world)
    assert desk.does(ann, "deliverable", reason="to be sure")["changed"] is False
    arrive(world, bounce(ann.address))
    world.clock.passes(10)
    assert desk.does(ann, "deliverable", reason="repaired")["changed"] is True
    assert desk.does(ann, "deliverable", reason="repaired")["changed"] is False


def test_unreadable_notification_is_logged_and_holds_nobody_up(world: World) -> None:
    """RL-06."""
    ann = world.person()
    broken: list[Any] = [
        {},
        {"Sns": {}},
        {"Sns": {"Message": "no JSON"}},
        {"Sns": {"Message": "[]"}},
        {"Sns": 1},
    ]
    halves: list[Told] = [{"eventType": "Bounce"}, {"eventType": "Bounce", "bounce": {}}]
    broken += [{"Sns": {"Message": json.dumps(one)}} for one in halves]
    good = {"Sns": {"Message": json.dumps(bounce(ann.address))}}
    with heard(world.lines):
        work({"Records": [*broken, good]}, world.portal)
    assert world.stored(ann).undeliverable == "bounced"
    assert sum("delivery_unreadable" in line for line in world.lines) >= len(broken) - 1


def test_news_of_opens_and_of_addresses_that_cannot_be_is_nothing(world: World) -> None:
    before = world.rows("accounts", "events")
    arrive(world, told("Open", "ann@people.test"), told("Delivery", "no address"))
    assert world.rows("accounts", "events") == before


def test_news_of_an_address_without_an_account_is_kept_and_makes_none(world: World) -> None:
    arrive(world, bounce("nobody@people.test"))
    assert world.rows("accounts") == {"accounts": {}}
    (event,) = world.fake.tables.events.values()
    assert event.kind is EventKind.MAIL_BOUNCED
