"""The step `send_mail`: which mail an event makes due, once each, whatever happens in between."""

from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.steps.send_mail import INSISTS_SECONDS, work
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


def test_ml_02_mail_survives_an_outage_and_carries_the_same_link(world: World) -> None:
    forgets(world)
    (record,) = world.fake.records()
    world.mailer.fault = RATE
    for _ in range(3):
        assert work({"Records": [record]}, world.worker) == {
            "batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
        }
        world.clock.passes(60)
    world.mailer.fault = None
    work({"Records": [record]}, world.worker)
    first = world.mailer.sent[0]
    # Stopped between sending and noting: sent again, the same mail.
    del world.fake.tables.events[next(key for key in world.fake.tables.events if key[1].endswith("~mail"))]
    work({"Records": [record]}, world.worker)
    second = world.mailer.sent[1]
    assert (first.temporary, first.token("/password/reset")) == (
        second.temporary,
        second.token("/password/reset"),
    )
    assert len(world.mailer.sent) == 2


def test_rl_06_poison_record_holds_up_nobody(world: World) -> None:
    for _ in range(3):
        forgets(world)
    good = world.fake.records()
    poison: dict[str, Any] = {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": "poison", "NewImage": {"x": 1}},
    }
    outcome = work({"Records": [good[0], poison, *good[1:]]}, world.worker)
    assert outcome == {"batchItemFailures": [{"itemIdentifier": "poison"}]}
    assert len(world.mailer.sent) == 3


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
    (account,) = world.fake.tables.accounts.values()
    world.mailer.fault = fault
    assert len(work({"Records": records}, world.worker)["batchItemFailures"]) == 1
    assert notes(world, account) == []
    world.clock.passes(1)
    world.mailer.fault = None
    assert work({"Records": records}, world.worker) == {"batchItemFailures": []}
    assert notes(world, account) == [(EventKind.MAIL_SENT, None)]
    assert [one.to for one in world.mailer.sent] == [account.address]


def test_rl_06_one_recipient_whom_the_sandbox_forbids_does_not_hold_up_the_stream_for_a_day(
    world: World,
) -> None:
    account = forgets(world)
    records = world.fake.records()
    world.mailer.fault = sandboxed(account.address)
    world.clock.passes(INSISTS_SECONDS - 1)
    assert len(work({"Records": records}, world.worker)["batchItemFailures"]) == 1
    world.clock.passes(1)
    assert work({"Records": records}, world.worker) == {"batchItemFailures": []}
    assert notes(world, account) == []


def test_a_sender_that_may_not_send_at_all_is_insisted_upon(world: World) -> None:
    forgets(world)
    records = world.fake.records()
    world.mailer.fault = DENIED
    world.clock.passes(2 * INSISTS_SECONDS)
    assert len(work({"Records": records}, world.worker)["batchItemFailures"]) == 1


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
