"""The step `record_delivery`: what SES tells of each mail, however often, in whatever order, and by whoever's words."""

from __future__ import annotations

import itertools
import json
import random
from types import ModuleType
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import Event, EventKind
from chalicelib.steps import record_delivery
from chalicelib.steps.record_delivery import work
from tests.console.staff import staff
from tests.fakes.samples import NOW
from tests.world.mailer import Sent
from tests.world.running import heard
from tests.world.ses_events import (
    Told,
    arrive,
    bounce,
    complaint,
    delay,
    delivery,
    hand_over,
    mailed,
    ses_event,
)
from tests.world.world import World

TOLD = {
    EventKind.MAIL_BOUNCED,
    EventKind.MAIL_COMPLAINED,
    EventKind.MAIL_DELAYED,
    EventKind.MAIL_DELIVERED,
    EventKind.MAIL_FAILED,
}
STRANGER = "stranger@elsewhere.example"


def news(world: World, who: Account) -> list[Event]:
    """What SES told of this account's mails, the newest first."""
    return [one for one in world.portal.store.events.of_account(who.id, 100) if one.kind in TOLD]


def lines(world: World, what: str) -> list[dict[str, Any]]:
    return [one for one in map(json.loads, world.lines) if one["what"] == what]


def test_ml_05_any_order_and_any_number_of_times_comes_to_the_same(world: World) -> None:
    outcomes = []
    for order in itertools.permutations(range(4)):
        ann = world.person()
        mail, other = mailed(world, ann), mailed(world, ann)
        events = [
            delivery(mail, NOW + 1),
            delay(mail, "MailboxFull", NOW),
            complaint(mail, at=NOW + 3),
            delivery(other, NOW + 2),
        ]
        shuffled = [events[number] for number in order]
        arrive(world, *shuffled, *shuffled)
        random.Random(sum(order)).shuffle(shuffled)
        arrive(world, *shuffled)
        kinds = sorted(one.kind.value for one in news(world, ann))
        outcomes.append((tuple(kinds), world.stored(ann).undeliverable))
    assert set(outcomes) == {
        (("mail_complained", "mail_delayed", "mail_delivered", "mail_delivered"), "complained")
    }


def test_hard_bounce_stops_self_service_mails_and_the_answer_stays_the_same(world: World) -> None:
    """ML-05: nothing tells a stranger that an address is dead."""
    ann, bob = world.person(), world.person()
    arrive(world, bounce(mailed(world, ann)))
    before = len(world.mails(ann))
    answers = [world.visitor().post("/password/forgot", {"email": one.address}) for one in (ann, bob)]
    assert answers[0].same == answers[1].same
    assert (len(world.mails(ann)) - before, len(world.mails(bob))) == (0, 1)
    shown = staff(world).user(ann)
    assert shown["undeliverable"] == "bounced"
    told = {(one["what"], one["state"], one["detail"]) for one in shown["mails"]}
    assert ("message_sent", "bounced", "Permanent/General") in told
    assert ("password_reset_asked", "withheld", "address_undeliverable") in told


def test_bounce_is_read_from_the_notification_that_sns_makes_of_it(world: World, moto: ModuleType) -> None:
    """SNS as moto has it: what SES tells is a text inside its notification, which Lambda hands on as it is."""
    session, ann = botocore.session.get_session(), world.person()
    sns, sqs = session.create_client("sns"), session.create_client("sqs")
    topic = sns.create_topic(Name="deliveries")["TopicArn"]
    queue = sqs.create_queue(QueueName="deliveries")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message=json.dumps(bounce(mailed(world, ann))))
    (notified,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    notification = json.loads(notified["Body"])
    assert (notification["Type"], notification["TopicArn"]) == ("Notification", topic)
    with heard(world.lines):
        work({"Records": [{"EventSource": "aws:sns", "Sns": notification}]}, world.portal)
    assert world.stored(ann).undeliverable == "bounced"


ADDRESSES = (
    STRANGER,
    "Ann <ann@people.test>",
    "<ann@people.test>",
    "ANN@PEOPLE.TEST",
    "no address",
    "",
    "ann@people.test\r\nX: y",
    None,
    17,
    {"emailAddress": "ann@people.test"},
)


@pytest.mark.parametrize("written", ADDRESSES, ids=repr)
@pytest.mark.parametrize("make", [bounce, complaint, delay, delivery], ids=lambda make: str(make.__name__))
def test_ml_07_the_note_says_whose_mail_it_was_whatever_address_a_server_writes(
    world: World, make: Any, written: object
) -> None:
    """A forward bounces with the address behind it; a server may name anybody at all."""
    ann, victim = world.person("ann@people.test"), world.person(STRANGER)
    told = make(mailed(world, ann))
    part = next(value for key, value in told.items() if key not in {"eventType", "mail"})
    for name in part:
        if name.endswith("ecipients"):
            part[name] = [written] if name == "recipients" else [{"emailAddress": written}]
    told["mail"]["destination"] = [written]
    arrive(world, told)
    assert len(news(world, ann)) == 1
    assert (world.stored(ann).undeliverable is not None) == (make in (bounce, complaint))
    assert news(world, victim) == []
    assert world.stored(victim).undeliverable is None


def test_ml_07_news_of_a_mail_that_no_note_holds_is_a_line_and_nothing_else(world: World) -> None:
    world.person(STRANGER)
    never_sent = Sent(STRANGER, mailed(world, world.person()).rendered, "0102015e-ffffffff-000000")
    world.portal = world.portal._replace(sleep=lambda _: None)
    before = world.rows("accounts", "events")
    arrive(world, *(make(never_sent) for make in (bounce, complaint, delay, delivery)))
    assert world.rows("accounts", "events") == before
    told = lines(world, "delivery_of_no_mail")
    assert [one["event"] for one in told] == ["Bounce", "Complaint", "DeliveryDelay", "Delivery"]
    assert {one["message_id"] for one in told} == {never_sent.message_id}


def test_ml_07_a_mail_that_was_withheld_or_failed_has_no_news(world: World) -> None:
    ann = world.person(undeliverable="bounced")
    world.visitor().post("/password/forgot", {"email": ann.address})
    assert world.mails(ann) == []
    some = mailed(world, world.person())
    world.clock.passes(record_delivery.YOUNG_SECONDS)
    before = world.rows("accounts", "events")
    for odd in ("None", "null", " ", some.message_id.upper()):
        arrive(world, bounce(Sent(ann.address, some.rendered, odd)))
    assert world.rows("accounts", "events") == before
    assert len(lines(world, "delivery_of_no_mail")) == 4


def test_ml_07_alias_is_mailed_at_its_own_accounts_address_which_is_the_one_that_bounces(
    world: World,
) -> None:
    ann = world.person()
    alias = world.person(alias_of=ann.id, password=None)
    world.visitor().post("/password/forgot", {"email": alias.address})
    arrive(world, bounce(world.mails(ann)[-1]))
    assert world.stored(ann).undeliverable == "bounced"
    assert world.stored(alias).undeliverable is None
    assert [one.kind for one in news(world, ann)] == [EventKind.MAIL_BOUNCED]


def test_news_that_overtakes_the_note_waits_for_it(world: World) -> None:
    """A server may bounce while it is handed the mail; the index of notes is a moment behind, too."""
    ann = world.person()
    slept: list[float] = []
    mail = mailed(world, ann)
    ((key, note),) = [one for one in world.fake.tables.events.items() if one[1].told["message_id"]]
    del world.fake.tables.events[key]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == len(record_delivery.PAUSES):
            world.fake.tables.events[key] = note

    world.portal = world.portal._replace(sleep=sleep)
    arrive(world, bounce(mail))
    assert world.stored(ann).undeliverable == "bounced"
    assert slept == list(record_delivery.PAUSES)
    assert sum(slept) < 5  # of the sixty seconds the function has


def test_old_news_of_nobodys_mail_waits_for_nothing(world: World) -> None:
    mail = mailed(world, world.person())
    world.fake.tables.events.clear()
    world.portal = world.portal._replace(sleep=lambda seconds: pytest.fail(f"slept {seconds}"))
    world.clock.passes(record_delivery.YOUNG_SECONDS)
    arrive(world, bounce(mail))
    assert len(lines(world, "delivery_of_no_mail")) == 1


NOTHING = None
# Every type and subtype of the documentation: what is recorded, its cause, and whether the address is shut out.
DOCUMENTED: tuple[tuple[Any, tuple[Any, ...], EventKind, str | None, str | None], ...] = (
    *(
        (bounce, ("Permanent", one), EventKind.MAIL_BOUNCED, f"Permanent/{one}", "bounced")
        for one in ("General", "NoEmail", "Suppressed", "OnAccountSuppressionList", "UnsubscribedRecipient")
    ),
    *(
        (bounce, ("Transient", one), EventKind.MAIL_BOUNCED, f"Transient/{one}", NOTHING)
        for one in (
            "General",
            "MailboxFull",
            "MessageTooLarge",
            "CustomTimeoutExceeded",
            "ContentRejected",
            "AttachmentRejected",
        )
    ),
    (bounce, ("Undetermined", "Undetermined"), EventKind.MAIL_BOUNCED, "Undetermined/Undetermined", NOTHING),
    *(
        (complaint, (one,), EventKind.MAIL_COMPLAINED, one, "complained")
        for one in ("abuse", "fraud", "other", "virus", None)
    ),
    *((complaint, (one,), EventKind.MAIL_COMPLAINED, one, NOTHING) for one in ("not-spam", "auth-failure")),
    *(
        (
            complaint,
            (one, "OnAccountSuppressionList"),
            EventKind.MAIL_COMPLAINED,
            "OnAccountSuppressionList",
            "complained",
        )
        for one in (None, "not-spam")
    ),
    (delivery, (), EventKind.MAIL_DELIVERED, NOTHING, NOTHING),
    *(
        (delay, (one,), EventKind.MAIL_DELAYED, one, NOTHING)
        for one in (
            "InternalFailure",
            "General",
            "MailboxFull",
            "SpamDetected",
            "RecipientServerError",
            "IPFailure",
            "TransientCommunicationFailure",
            "BYOIPHostNameLookupUnavailable",
            "Undetermined",
            "SendingDeferral",
        )
    ),
)


@pytest.mark.parametrize("notification", [False, True], ids=["event", "notification"])
@pytest.mark.parametrize(
    ("make", "said", "kind", "cause", "shut"),
    DOCUMENTED,
    ids=lambda value: str(getattr(value, "__name__", value)),
)
def test_ml_07_what_ses_documents_has_the_effect_that_was_decided(
    world: World,
    make: Any,
    said: tuple[Any, ...],
    kind: EventKind,
    cause: str | None,
    shut: str | None,
    *,
    notification: bool,
) -> None:
    """And the same for an identity's notifications, which have another name and no tags."""
    ann = world.person()
    told: Told = make(mailed(world, ann), *said)
    if notification:
        told["notificationType"] = told.pop("eventType")
        del told["mail"]["tags"]
    arrive(world, told)
    ((only,), stored) = news(world, ann), world.stored(ann)
    assert (only.kind, only.told["cause"], stored.undeliverable) == (kind, cause, shut)
    assert (only.told["mail"], only.email) == ("message_sent", None)
    (line,) = lines(world, kind.value)
    assert (line["account"], line.get("cause"), line["message_id"]) == (
        ann.id,
        cause,
        only.told["message_id"],
    )


@pytest.mark.parametrize(
    ("name", "part", "cause"),
    [
        ("Reject", {"reason": "Bad content"}, "Reject/Bad content"),
        ("Reject", {}, "Reject/other"),
        ("Reject", {"reason": "call us"}, "Reject/other"),
        (
            "Rendering Failure",
            {"errorMessage": "Attribute 'name' is not present", "templateName": "MyTemplate"},
            "Rendering Failure",
        ),
    ],
)
def test_ml_07_a_mail_that_ses_took_and_did_not_send_is_shown_as_failed(
    world: World, name: str, part: Told, cause: str
) -> None:
    ann = world.person()
    arrive(world, ses_event(name, mailed(world, ann), **part))
    assert [(one.kind, one.told["cause"]) for one in news(world, ann)] == [(EventKind.MAIL_FAILED, cause)]
    assert world.stored(ann).undeliverable is None


PREFERENCES: Told = {"unsubscribeAll": False, "topicSubscriptionStatus": []}
OF_NO_USE: dict[str, Told] = {
    "Send": {},
    "Open": {"ipAddress": "192.0.2.1", "userAgent": "Mozilla/5.0"},
    "Click": {"ipAddress": "192.0.2.1", "link": "https://portal.example/help", "linkTags": None},
    "Subscription": {
        "contactList": "List",
        "source": "UnsubscribeHeader",
        "newTopicPreferences": PREFERENCES,
    },
}


@pytest.mark.parametrize("name", [*OF_NO_USE, "Something New", "bounce\n", ""])
def test_ml_07_what_is_not_recorded_leaves_a_line_and_nothing_else(world: World, name: str) -> None:
    mail = mailed(world, world.person())
    before = world.rows("accounts", "events")
    known = name in OF_NO_USE
    arrive(world, ses_event(name, mail, **OF_NO_USE.get(name, {})))
    if name.strip().casefold() == "bounce":
        assert len(lines(world, "delivery_unreadable")) == 1
    else:
        (line,) = lines(world, "delivery_not_recorded")
        assert line["event"] == (name if known else "other")
    assert world.rows("accounts", "events") == before


ODD: tuple[tuple[Any, tuple[Any, ...], str | None, str | None], ...] = (
    (complaint, ("NOT-SPAM",), "not-spam", None),
    (complaint, (" Auth-Failure\r\n",), "auth-failure", None),
    (complaint, ("not-spam; call 555-0100",), "other", "complained"),
    (complaint, (["not-spam"],), "other", "complained"),
    (complaint, ("http://evil.example/" * 20,), "other", "complained"),
    (complaint, ("abuse", "evil.example"), "other", "complained"),
    (bounce, ("PERMANENT", "NOEMAIL"), "Permanent/NoEmail", "bounced"),
    (bounce, ("Permanent", "evil.example"), "Permanent/other", "bounced"),
    (bounce, ("evil.example", "General"), "other/General", None),
    (bounce, (None, None), "other/other", None),
    (bounce, ({}, 7), "other/other", None),
    (delay, ("evil.example",), "other", None),
    (delay, (None,), None, None),
)


@pytest.mark.parametrize(("make", "said", "cause", "shut"), ODD)
def test_ml_07_what_a_server_writes_is_a_word_of_our_list_or_other(
    world: World, make: Any, said: tuple[Any, ...], cause: str | None, shut: str | None
) -> None:
    ann = world.person()
    arrive(world, make(mailed(world, ann), *said))
    (only,) = news(world, ann)
    assert (only.told["cause"], world.stored(ann).undeliverable) == (cause, shut)
    assert "evil" not in f"{only}{world.lines}"


def test_mail_to_several_is_the_mail_of_whoever_its_note_names(world: World) -> None:
    ann, bob = world.person(), world.person()
    told = bounce(mailed(world, ann))
    told["mail"]["destination"] = [bob.address, ann.address]
    told["bounce"]["bouncedRecipients"] = [{"emailAddress": bob.address}, {"emailAddress": ann.address}]
    arrive(world, told)
    assert [world.stored(one).undeliverable for one in (ann, bob)] == ["bounced", None]
    assert (len(news(world, ann)), news(world, bob)) == (1, [])


def test_administrator_lifts_it_with_a_reason_and_late_news_does_not_bring_it_back(
    world: World,
) -> None:
    ann, desk = world.person(), staff(world)
    before, mail = world.clock(), mailed(world, ann)
    arrive(world, bounce(mail, at=before))
    assert desk.tries(ann, "deliverable").status == 422
    world.clock.passes(10)
    assert desk.does(ann, "deliverable", reason="mailbox repaired")["done"] == "deliverable"
    arrive(world, bounce(mail, at=before + 5), bounce(mail, at=before))
    assert world.stored(ann).undeliverable is None
    assert world.asks(ann).temporary
    arrive(world, bounce(mail, at=world.clock() + 1))
    assert world.stored(ann).undeliverable == "bounced"


def test_news_that_a_server_dates_ahead_does_not_outlive_the_lifting(world: World) -> None:
    """ML-07: the time of a complaint is its server's."""
    ann, desk = world.person(), staff(world)
    mail = mailed(world, ann)
    ahead = complaint(mail, at=NOW + 10 * 365 * 86400)
    arrive(world, ahead)
    assert world.stored(ann).undeliverable == "complained"
    world.clock.passes(10)
    desk.does(ann, "deliverable", reason="asked on the phone")
    arrive(world, ahead, complaint(mail, "fraud", at=NOW + 20 * 365 * 86400))
    assert world.stored(ann).undeliverable is None
    assert max(one.at for one in news(world, ann)) <= world.clock()


def test_lifting_twice_changes_nothing(world: World) -> None:
    ann, desk = world.person(), staff(world)
    assert desk.does(ann, "deliverable", reason="to be sure")["changed"] is False
    arrive(world, bounce(mailed(world, ann)))
    world.clock.passes(10)
    assert desk.does(ann, "deliverable", reason="repaired")["changed"] is True
    assert desk.does(ann, "deliverable", reason="repaired")["changed"] is False


def test_unreadable_notification_is_logged_and_holds_nobody_up(world: World) -> None:
    """RL-06, ML-07."""
    ann = world.person()
    mail = mailed(world, ann)
    records: list[Any] = [{}, {"Sns": {}}, {"Sns": 1}]
    texts = [
        "no JSON",
        "Successfully validated SNS topic for Amazon SES event publishing.",
        "[" * 100_000,
        "[]",
        "null",
        "17",
    ]
    halves: list[Told] = [
        {"eventType": "Bounce"},
        {"eventType": "Bounce", "bounce": {}, "mail": {}},
        {"eventType": "Bounce", "bounce": [], "mail": []},
        bounce(mail, at=NOW) | {"mail": {"messageId": ""}},
        bounce(mail, at=NOW) | {"mail": {"messageId": [mail.message_id]}},
        bounce(mail, at=NOW) | {"mail": {"messageId": "x" * 3000}},
        bounce(mail, at=NOW) | {"bounce": {"timestamp": "yesterday"}},
        bounce(mail, at=NOW) | {"bounce": {"timestamp": "0001-01-01T00:00:00+14:00"}},
    ]
    texts += [json.dumps(one) for one in halves]
    with heard(world.lines):
        work({"Records": [*records, *({"Sns": {"Message": one}} for one in texts)]}, world.portal)
    hand_over(world, json.dumps(bounce(mail)))
    assert world.stored(ann).undeliverable == "bounced"
    assert len(lines(world, "delivery_unreadable")) == len(records) + len(texts)
