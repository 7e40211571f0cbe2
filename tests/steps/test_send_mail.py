"""The step `send_mail`: which mail an event makes due, once each, whatever happens in between."""

import json
from typing import Any

import pytest

from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.events import EventKind
from chalicelib.domain.mails import CLAIM_SECONDS, hour
from chalicelib.steps.send_mail import work
from tests.fakes.samples import an_event
from tests.mail.occasions import forgets, notes
from tests.world.mailer import (
    DENIED,
    ILLEGAL,
    OF_THE_SENDER,
    RATE,
    UNREACHABLE,
    VIRUS,
    Fault,
    Says,
    sandboxed,
)
from tests.world.world import World


def test_ml_02_event_delivered_twice_is_mailed_once(world: World) -> None:
    account = forgets(world)
    records = world.fake.records()
    for batch in (records, records, list(reversed(records))):
        assert work({"Records": batch}, world.worker) == {"batchItemFailures": []}
    assert len(world.mailer.sent) == 1
    assert notes(world, account) == [(EventKind.MAIL_SENT, None)]


NOTHING_AGAIN: dict[str, Any] = {"batchItemFailures": []}


def test_ml_02_mail_survives_an_outage_and_carries_the_same_link(world: World) -> None:
    forgets(world)
    (record,) = world.fake.records()
    world.mailer.fault = RATE
    assert work({"Records": [record]}, world.worker) == NOTHING_AGAIN
    for _ in range(3):
        world.clock.passes(60)
        assert world.resumes() == {"settled": 0, "delayed": 1}
    world.mailer.fault = None
    assert world.resumes() == {"settled": 1, "delayed": 0}
    first = world.mailer.sent[0]
    # Stopped between sending and noting: sent again, the same mail.
    del world.fake.tables.events[next(key for key in world.fake.tables.events if key[1].endswith("~mail"))]
    world.clock.passes(CLAIM_SECONDS)
    work({"Records": [record]}, world.worker)
    second = world.mailer.sent[1]
    assert (first.temporary, first.token("/password/reset")) == (
        second.temporary,
        second.token("/password/reset"),
    )
    assert len(world.mailer.sent) == 2


TORN: Any = [
    {"x": 1},
    {"account_id": {"S": "x"}, "at": {"S": "2026-11-27T01:00:00.000Z#gone"}, "kind": {"S": "no_such_kind"}},
]


@pytest.mark.parametrize("image", TORN, ids=["torn", "of a kind nobody knows"])
def test_rl_16_unreadable_record_is_put_aside_at_once_and_holds_up_nobody(world: World, image: Any) -> None:
    for _ in range(3):
        forgets(world)
    good = world.fake.records()
    poison = {
        "eventName": "INSERT",
        "dynamodb": {
            "SequenceNumber": "poison",
            "Keys": {"account_id": {"S": "x"}, "at": {"S": "2026-11-27T01:00:00.000Z#gone"}},
            "NewImage": image,
        },
    }
    assert world.works([good[0], poison, *good[1:]]) == []
    assert len(world.mailer.sent) == 3
    told = [json.loads(line) for line in world.lines if "record_unreadable" in line]
    assert [(one["level"], one["account"], one["event"]) for one in told] == [
        ("ERROR", "x", "2026-11-27T01:00:00.000Z#gone")
    ]
    ((key, cause),) = world.fake.tables.aside[hour(world.clock())].items()
    assert (key, cause) == (("2026-11-27T01:00:00.000Z#gone", "x"), "record_unreadable")


def test_rl_16_unreadable_record_costs_the_stream_one_call_and_not_a_hundred(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Lambda's mapping brings them: who is in the same batch, and who in the next, is not kept waiting."""
    for _ in range(12):
        forgets(world)
    calls, works, event_of = list[int](), world._mails, world.fake.outbox.event_of
    broken = next(iter(world.fake.tables.events))

    def one_is_torn(image: Any) -> Any:
        if (image["account_id"]["S"], image["at"]["S"]) == broken:
            raise KeyError("kind")
        return event_of(image)

    def counted(batch: Any) -> Any:
        calls.append(len(batch["Records"]))
        return works(batch)

    monkeypatch.setattr(world.fake.outbox, "event_of", one_is_torn)
    monkeypatch.setattr(world, "_mails", counted)
    assert world.delivers() == []
    assert len(world.mailer.sent) == 11
    assert calls == [10, 2, 10, 1]  # and what the notes of eleven mails bring


def test_rl_16_unreadable_record_is_worked_through_by_the_first_version_that_can_read_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = forgets(world)
    records = world.fake.records()

    def newer(_: object) -> None:
        raise ValueError("a kind of a later version")

    monkeypatch.setattr(world.fake.outbox, "event_of", newer)
    assert world.works(records) == []
    assert world.mailer.sent == []
    assert world.resumes() == {"settled": 1, "delayed": 0}
    assert [mail.to for mail in world.mailer.sent] == [account.address]


def test_rl_16_only_a_store_that_cannot_even_put_it_aside_keeps_a_record_in_the_stream(world: World) -> None:
    forgets(world)
    records = world.fake.records()
    world.fake.down = True
    assert world.works(records) == [records[0]["dynamodb"]["SequenceNumber"]]
    world.fake.heal()
    assert world.works(records) == []
    assert len(world.mailer.sent) == 1


def test_only_new_events_make_mails_due(world: World) -> None:
    forgets(world)
    records = [
        record | {"eventName": name} for record in world.fake.records() for name in ("MODIFY", "REMOVE")
    ]
    work({"Records": records}, world.worker)
    assert world.mailer.sent == []


@pytest.mark.parametrize("refused", [VIRUS, ILLEGAL])
def test_rejected_mail_is_not_tried_again(world: World, refused: Says) -> None:
    account = forgets(world)
    records = world.fake.records()
    world.mailer.fault = refused
    assert work({"Records": records}, world.worker) == {"batchItemFailures": []}
    assert notes(world, account) == [(EventKind.MAIL_FAILED, refused.code)]


@pytest.mark.parametrize("fault", [*OF_THE_SENDER, UNREACHABLE], ids=str)
def test_ml_08_what_ses_says_of_the_sender_delays_an_invitation_and_does_not_lose_it(
    world: World, fault: Fault
) -> None:
    """In the words in which the real one says it: a paused account hears the code of a mail that is refused."""
    world.invoke("setup", {})
    records = world.fake.records()
    account = world.fake.tables.accounts[account_id(canonical_address("admin@portal.example"))]
    world.mailer.fault = fault
    assert work({"Records": records}, world.worker) == NOTHING_AGAIN
    assert notes(world, account) == []
    world.clock.passes(1)
    world.mailer.fault = None
    assert world.resumes() == {"settled": 1, "delayed": 0}
    assert notes(world, account) == [(EventKind.MAIL_SENT, None)]
    assert [one.to for one in world.mailer.sent] == [account.address]


@pytest.mark.parametrize("forbidden", [DENIED, sandboxed("ann@people.test")])
def test_rl_16_what_ses_forbids_waits_outside_of_the_stream(world: World, forbidden: Says) -> None:
    account = forgets(world, address="ann@people.test")
    world.mailer.fault = forbidden
    assert world.delivers() == []
    assert notes(world, account) == []
    assert list(world.fake.tables.aside[hour(world.clock())].values()) == [f"ses:{forbidden.code}"]


def test_unknown_address_gets_no_mail_and_no_note(world: World) -> None:
    world.visitor().post("/password/forgot", {"email": "nobody@nowhere.test"})
    world.delivers()
    assert world.mailer.sent == []
    assert len(world.fake.tables.events) == 1


UNTOLD = (EventKind.LOGGED_OFF, EventKind.MESSAGE_READ, EventKind.REAUTHENTICATED, EventKind.MAIL_SENT)
QUIET = (
    EventKind.LOGON_HALF_DONE,
    EventKind.REQUEST_REFUSED,
    EventKind.SESSIONS_REVOKED,
    EventKind.RESET_REFUSED,
)


@pytest.mark.parametrize("kind", UNTOLD + QUIET)
def test_other_events_make_no_mail_due(world: World, kind: EventKind) -> None:
    world.store.events.record(an_event(world.person().id, kind))
    assert world.mails() == []
