"""RL-06, ML-02: stopped and broken anywhere, the mail worker sends one mail, at most two, and always the same."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.mail.worker import Worker
from chalicelib.services.ses import Rejected, RenderedMail
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from tests.fakes.looking import trail
from tests.fakes.premises import Mailer, Premises, a_worker, work
from tests.fakes.residents import NEW_PASSWORD, PASSWORD, Resident, a_resident
from tests.faults.breaking import REST, SWEPT, Fault, Killed, breaking

pytestmark = pytest.mark.slow

LINK = re.compile(r"/password/reset/([A-Za-z0-9_-]{43})")
BOTH = {"new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD}


class Undecided(Mailer):
    """Sends, and then the answer is lost."""

    def send(self, to: str, mail: RenderedMail) -> str:
        self.sent.append((to, mail))
        if len(self.sent) == 1:
            raise Unavailable("ses:ReadTimeoutError")
        return "message"


def asked(premises: Premises) -> tuple[Resident, dict[str, Any]]:
    """Somebody who forgot their password, and the stream's record of it."""
    resident = a_resident(premises.portal)
    assert premises.visitor().post("/password/forgot", email=resident.email).status == 202
    (event,) = premises.portal.store.events.of_account(resident.account.id)
    return resident, record(event_row(event).serialize())


def record(image: dict[str, Any]) -> dict[str, Any]:
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": image}}


def delivered(worker: Worker, batch: list[dict[str, Any]]) -> None:
    """As the stream does it: again until nothing of the batch is wanted again."""
    for _ in range(3):
        if not work(worker, batch):
            return
    pytest.fail("the batch never came to an end")


def the_one_mail(mailer: Mailer, resident: Resident, at_most: int = 1) -> RenderedMail:
    assert 1 <= len(mailer.sent) <= at_most
    assert {to for to, _ in mailer.sent} == {resident.email}
    assert len({mail.text for _, mail in mailer.sent}) == 1
    return mailer.sent[0][1]


def link_works(premises: Premises, resident: Resident, mail: RenderedMail) -> None:
    found = LINK.search(mail.text)
    assert found
    assert premises.visitor().post("/password/reset", token=found[1], **BOTH).status == 200
    assert premises.visitor().logon(resident.email, NEW_PASSWORD).status == 200


@pytest.mark.parametrize("fault", [*SWEPT, *REST])
def test_rl_06_whatever_call_breaks_the_mail_goes_out_with_a_link_that_works(
    premises: Premises, real_store: DynamoStore, fault: Fault
) -> None:
    for at in range(5):
        resident, one = asked(premises)
        mailer = Mailer()
        worker = a_worker(premises.portal, mailer)
        with breaking(real_store, fault, at) as breaker:
            try:
                again = work(worker, [one])
            except Killed:
                again = ["1"]
        assert breaker.hit or again == []
        delivered(worker, [one] if again else [])
        link_works(premises, resident, the_one_mail(mailer, resident, at_most=2))
        assert trail(real_store, resident.account).count(EventKind.MAIL_SENT) == 1
        if not breaker.hit:
            return
    pytest.fail("more calls than a mail may cost")


def test_ml_02_an_outage_of_ses_delays_the_mail_and_fails_nobody(
    premises: Premises, real_store: DynamoStore
) -> None:
    resident, one = asked(premises)
    mailer = Mailer(
        failures=[Unavailable("ses:TooManyRequestsException"), Unavailable("ses:EndpointConnectionError")]
    )
    worker = a_worker(premises.portal, mailer)
    assert [work(worker, [one]) for _ in range(2)] == [["1"], ["1"]]
    assert EventKind.MAIL_SENT not in trail(real_store, resident.account)
    assert premises.visitor().logon(resident.email, PASSWORD).status == 200
    assert work(worker, [one]) == []
    link_works(premises, resident, the_one_mail(mailer, resident))


def test_ml_02_an_unknown_outcome_repeats_the_same_mail_once(premises: Premises) -> None:
    resident, one = asked(premises)
    mailer = Undecided()
    delivered(a_worker(premises.portal, mailer), [one])
    link_works(premises, resident, the_one_mail(mailer, resident, at_most=2))
    assert len(mailer.sent) == 2


def test_a_mail_that_ses_refuses_is_noted_and_not_tried_again(
    premises: Premises, real_store: DynamoStore
) -> None:
    resident, one = asked(premises)
    mailer = Mailer(failures=[Rejected("MessageRejected")])
    worker = a_worker(premises.portal, mailer)
    assert [work(worker, [one]) for _ in range(2)] == [[], []]
    assert mailer.sent == []
    assert trail(real_store, resident.account).count(EventKind.MAIL_FAILED) == 1


def test_rl_06_a_batch_that_comes_three_times_sends_each_mail_once(premises: Premises) -> None:
    people = [asked(premises) for _ in range(4)]
    mailer = Mailer()
    worker = a_worker(premises.portal, mailer)
    batch = [one for _, one in people]
    for order in (batch, batch[::-1], batch):
        assert work(worker, order) == []
    assert sorted(to for to, _ in mailer.sent) == sorted(resident.email for resident, _ in people)


@pytest.mark.parametrize(
    "image",
    [{}, {"account_id": {"S": "x"}}, {"kind": {"S": "no such kind"}}],
    ids=["empty", "torn", "unknown kind"],
)
def test_rl_06_a_poison_record_holds_up_nobody(premises: Premises, image: dict[str, Any]) -> None:
    resident, good = asked(premises)
    _, other = asked(premises)
    poison = record({**other["dynamodb"]["NewImage"], **image} if "kind" in image else image)
    poison["dynamodb"]["SequenceNumber"] = "2"
    mailer = Mailer()
    assert work(a_worker(premises.portal, mailer), [poison, good]) == ["2"]
    the_one_mail(mailer, resident)
