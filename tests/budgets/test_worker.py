"""What a mail costs the worker: one reading trip, whatever the sender's brand is, and the three writes of issue, claim
and note.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.brand import Brand, checked_logo
from chalicelib.domain.events import EventKind
from chalicelib.storage.rows import event_row
from tests.budgets.ledger import counting
from tests.domain.pictures import in_base64, weighing
from tests.fakes.planting import brand
from tests.fakes.samples import an_event
from tests.world.residents import a_resident
from tests.world.stream import record
from tests.world.world import World

HEAVY = Brand("Acme", "#a8232c", checked_logo(in_base64(weighing(6144))), "+49 30 1234")


def asked(world: World) -> tuple[str, dict[str, Any]]:
    """The domain of somebody who forgot their password, and the stream's record of it."""
    resident = a_resident(world)
    assert world.visitor().post("/password/forgot", {"email": resident.email}).status == 202
    (event,) = world.store.events.of_account(resident.account.id)
    return resident.email.partition("@")[2], record(event_row(event).serialize())


@pytest.mark.parametrize("known_by", [None, HEAVY], ids=["stage", "brand"])
def test_a_mail_is_one_reading_trip_and_three_writes(world: World, known_by: Brand | None) -> None:
    domain, one = asked(world)
    if known_by:
        brand(world.store, domain, known_by)
    with counting(world) as ledger:
        assert world.works([one]) == []
    assert [mail.rendered.sender_name for mail in world.mailer.sent] == [
        known_by.name if known_by else "Secure Messaging Portal"
    ]
    assert [call.told for call in ledger.calls if call.consistent is not None] == [
        "BatchGetItem accounts+domains+events+throttles"
    ]
    assert [call.consistent for call in ledger.calls if call.consistent is not None] == [True]
    # Of write units the claim is one: a row of under 1 KB in a table without an index, outside of a transaction.
    assert [call.told for call in ledger.calls[1:]] == [
        "+".join(
            ["TransactWriteItems conditioncheck accounts", *["put resets"] * 2, *["update throttles"] * 3]
        ),
        "UpdateItem throttles",
        "PutItem events",
    ]


def test_ad_09_telling_the_other_administrators_costs_their_event_two_more_trips(world: World) -> None:
    """However many they are up to fifty: their mails are events of their own, and hold nothing up."""
    target = a_resident(world, kind=Kind.ADMINISTRATOR).account
    others = [a_resident(world, kind=Kind.ADMINISTRATOR).email for _ in range(12)]
    details = {"kind": "administrator", "actor_kind": "administrator"}
    event = an_event(target.id, EventKind.ACCOUNT_DISABLED, email=target.address, details=details)
    world.visitor().get("/health")  # the ledger asks which step ran last
    with counting(world) as ledger:
        assert world.works([record(event_row(event).serialize())]) == []
    assert [call.operation for call in ledger.calls] == [
        "BatchGetItem",
        "Query",
        "TransactWriteItems",
        "PutItem",
    ]
    assert world.mailer.sent == []
    world.delivers()
    assert {mail.to for mail in world.mailer.sent} >= set(others)
