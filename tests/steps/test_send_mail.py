"""The step `send_mail`: which mail an event makes due, once each, whatever happens in between."""

from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.services.ses import Rejected
from chalicelib.steps.send_mail import work
from tests.fakes.samples import an_event
from tests.mail.occasions import forgets, notes
from tests.world.world import World


def test_ml_02_event_delivered_twice_is_mailed_once(premises: World) -> None:
    account = forgets(premises)
    records = premises.fake.records()
    for batch in (records, records, list(reversed(records))):
        assert work({"Records": batch}, premises.worker) == {"batchItemFailures": []}
    assert len(premises.mailer.sent) == 1
    assert notes(premises, account) == [(EventKind.MAIL_SENT, None)]


def test_ml_02_mail_survives_an_outage_and_carries_the_same_link(premises: World) -> None:
    forgets(premises)
    (record,) = premises.fake.records()
    premises.mailer.fault = Unavailable("ses:Throttling")
    for _ in range(3):
        assert work({"Records": [record]}, premises.worker) == {
            "batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
        }
        premises.clock.passes(60)
    premises.mailer.fault = None
    work({"Records": [record]}, premises.worker)
    first = premises.mailer.sent[0]
    # Stopped between sending and noting: sent again, the same mail.
    del premises.fake.tables.events[
        next(key for key in premises.fake.tables.events if key[1].endswith("~mail"))
    ]
    work({"Records": [record]}, premises.worker)
    second = premises.mailer.sent[1]
    assert (first.temporary, first.token("/password/reset")) == (
        second.temporary,
        second.token("/password/reset"),
    )
    assert len(premises.mailer.sent) == 2


def test_rl_06_poison_record_holds_up_nobody(premises: World) -> None:
    for _ in range(3):
        forgets(premises)
    good = premises.fake.records()
    poison: dict[str, Any] = {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": "poison", "NewImage": {"x": 1}},
    }
    outcome = work({"Records": [good[0], poison, *good[1:]]}, premises.worker)
    assert outcome == {"batchItemFailures": [{"itemIdentifier": "poison"}]}
    assert len(premises.mailer.sent) == 3


def test_only_new_events_make_mails_due(premises: World) -> None:
    forgets(premises)
    records = [
        record | {"eventName": name} for record in premises.fake.records() for name in ("MODIFY", "REMOVE")
    ]
    work({"Records": records}, premises.worker)
    assert premises.mailer.sent == []


def test_rejected_mail_is_not_tried_again(premises: World) -> None:
    account = forgets(premises)
    records = premises.fake.records()
    premises.mailer.fault = Rejected("MessageRejected")
    assert work({"Records": records}, premises.worker) == {"batchItemFailures": []}
    assert notes(premises, account) == [(EventKind.MAIL_FAILED, "MessageRejected")]


def test_unknown_address_gets_no_mail_and_no_note(premises: World) -> None:
    premises.visitor().post("/password/forgot", {"email": "nobody@nowhere.test"})
    premises.delivers()
    assert premises.mailer.sent == []
    assert len(premises.fake.tables.events) == 1


UNTOLD = (EventKind.LOGGED_OFF, EventKind.MESSAGE_READ, EventKind.REAUTHENTICATED, EventKind.MAIL_SENT)
QUIET = (
    EventKind.LOGON_HALF_DONE,
    EventKind.REQUEST_REFUSED,
    EventKind.SESSIONS_REVOKED,
    EventKind.RESET_REFUSED,
)


@pytest.mark.parametrize("kind", UNTOLD + QUIET)
def test_other_events_make_no_mail_due(premises: World, kind: EventKind) -> None:
    premises.store.events.record(an_event(premises.person().id, kind))
    assert premises.mails() == []
