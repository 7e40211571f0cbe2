"""What a mail costs the worker: one reading trip, whatever the sender's brand is."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.brand import Brand, checked_logo
from chalicelib.storage.rows import event_row
from tests.budgets.ledger import counting
from tests.domain.pictures import in_base64, weighing
from tests.fakes.planting import brand
from tests.fakes.premises import Mailer, Premises, a_worker, work
from tests.fakes.residents import a_resident

HEAVY = Brand("Acme", "#a8232c", checked_logo(in_base64(weighing(6144))), "+49 30 1234")


def asked(premises: Premises) -> tuple[str, dict[str, Any]]:
    """The domain of somebody who forgot their password, and the stream's record of it."""
    resident = a_resident(premises.portal)
    assert premises.visitor().post("/password/forgot", email=resident.email).status == 202
    (event,) = premises.portal.store.events.of_account(resident.account.id)
    image = event_row(event).serialize()
    record = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": image}}
    return resident.email.partition("@")[2], record


@pytest.mark.parametrize("known_by", [None, HEAVY], ids=["stage", "brand"])
def test_a_mail_is_one_reading_trip_and_two_writes(premises: Premises, known_by: Brand | None) -> None:
    domain, record = asked(premises)
    if known_by:
        brand(premises.portal.store, domain, known_by)
    mailer = Mailer()
    with counting(premises) as ledger:
        assert work(a_worker(premises.portal, mailer), [record]) == []
    assert [mail.sender_name for _, mail in mailer.sent] == [
        known_by.name if known_by else "Secure Messaging Portal"
    ]
    assert [call.told for call in ledger.calls if call.consistent is not None] == [
        "BatchGetItem accounts+domains+events"
    ]
    assert [call.consistent for call in ledger.calls if call.consistent is not None] == [True]
    assert len(ledger.calls) == 3
