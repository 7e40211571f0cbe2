"""RL-06, ML-02: stopped and broken anywhere, the mail worker sends one mail, at most two, and always the same."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from tests.fakes.looking import trail
from tests.faults.breaking import REST, SWEPT, Fault, Killed, breaking
from tests.world.mailer import LOST, RATE, UNREACHABLE, VIRUS, Sent
from tests.world.residents import Resident, a_resident
from tests.world.stream import record
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

pytestmark = pytest.mark.slow

BOTH = {"new_password": CHOSEN, "confirm_password": CHOSEN}


def asked(world: World) -> tuple[Resident, dict[str, Any]]:
    """Somebody who forgot their password, and the stream's record of it."""
    resident = a_resident(world)
    assert world.visitor().post("/password/forgot", {"email": resident.email}).status == 202
    (event,) = world.store.events.of_account(resident.account.id)
    return resident, record(event_row(event).serialize())


def delivered(world: World, batch: list[dict[str, Any]]) -> None:
    """As the stream does it: again until nothing of the batch is wanted again."""
    for _ in range(3):
        if not world.works(batch):
            return
    pytest.fail("the batch never came to an end")


def the_one_mail(world: World, resident: Resident, at_most: int = 1) -> Sent:
    sent = world.mailer.sent
    assert 1 <= len(sent) <= at_most
    assert {mail.to for mail in sent} == {resident.email}
    assert len({mail.text for mail in sent}) == 1
    return sent[0]


def link_works(world: World, resident: Resident, mail: Sent) -> None:
    token = mail.token("/password/reset")
    assert world.visitor().post("/password/reset", {"token": token, **BOTH}).status == 200
    assert world.visitor().logon(resident.email, CHOSEN).status == 200


@pytest.mark.parametrize("fault", [*SWEPT, *REST])
def test_rl_06_whatever_call_breaks_the_mail_goes_out_with_a_link_that_works(
    world: World, real_store: DynamoStore, fault: Fault
) -> None:
    for at in range(5):
        resident, one = asked(world)
        world.mailer.sent.clear()
        with breaking(real_store, fault, at) as breaker:
            try:
                again = world.works([one])
            except Killed:
                again = ["1"]
        assert breaker.hit or again == []
        delivered(world, [one] if again else [])
        link_works(world, resident, the_one_mail(world, resident, at_most=2))
        assert trail(real_store, resident.account).count(EventKind.MAIL_SENT) == 1
        if not breaker.hit:
            return
    pytest.fail("more calls than a mail may cost")


def test_ml_02_an_outage_of_ses_delays_the_mail_and_fails_nobody(
    world: World, real_store: DynamoStore
) -> None:
    resident, one = asked(world)
    for fault in (RATE, UNREACHABLE):
        world.mailer.fault = fault
        assert world.works([one]) == ["1"]
    assert EventKind.MAIL_SENT not in trail(real_store, resident.account)
    assert world.visitor().logon(resident.email, PASSWORD).status == 200
    world.mailer.fault = None
    assert world.works([one]) == []
    link_works(world, resident, the_one_mail(world, resident))


def test_ml_02_an_unknown_outcome_repeats_the_same_mail_once(world: World) -> None:
    resident, one = asked(world)
    world.mailer.fault = lambda *_: None if world.mailer.sent else LOST
    delivered(world, [one])
    link_works(world, resident, the_one_mail(world, resident, at_most=2))
    assert len(world.mailer.sent) == 2


def test_a_mail_that_ses_refuses_is_noted_and_not_tried_again(world: World, real_store: DynamoStore) -> None:
    resident, one = asked(world)
    world.mailer.fault = VIRUS
    assert world.works([one]) == []
    world.mailer.fault = None
    assert world.works([one]) == []
    assert world.mailer.sent == []
    assert trail(real_store, resident.account).count(EventKind.MAIL_FAILED) == 1


def test_rl_06_a_batch_that_comes_three_times_sends_each_mail_once(world: World) -> None:
    people = [asked(world) for _ in range(4)]
    batch = [one for _, one in people]
    for order in (batch, batch[::-1], batch):
        assert world.works(order) == []
    assert sorted(mail.to for mail in world.mailer.sent) == sorted(resident.email for resident, _ in people)


@pytest.mark.parametrize(
    "image",
    [{}, {"account_id": {"S": "x"}}, {"kind": {"S": "no such kind"}}],
    ids=["empty", "torn", "unknown kind"],
)
def test_rl_06_a_poison_record_holds_up_nobody(world: World, image: dict[str, Any]) -> None:
    resident, good = asked(world)
    _, other = asked(world)
    poison = record({**other["dynamodb"]["NewImage"], **image} if "kind" in image else image)
    poison["dynamodb"]["SequenceNumber"] = "2"
    assert world.works([poison, good]) == ["2"]
    the_one_mail(world, resident)
