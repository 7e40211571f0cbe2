"""RL-06, ML-02, ML-11: stopped and broken anywhere, a mail goes out once, or twice at worst, and is always the same."""

from __future__ import annotations

import copy
import json
import os
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.domain.events import EventKind
from chalicelib.domain.keys import Keyring
from chalicelib.domain.mails import CLAIM_SECONDS, NOTE
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from tests.fakes.looking import trail
from tests.faults.breaking import REST, SWEPT, Fault, Killed, breaking, hooked
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


def delivered(world: World, batch: list[dict[str, Any]], often: int = 1) -> None:
    """The stream brings the batch so many times, and after each the minute is over and what waits is taken up."""
    for _ in range(often):
        world.works(batch)
        world.clock.passes(CLAIM_SECONDS)
        world.resumes()


def copies_for(world: World, resident: Resident) -> list[Sent]:
    """Of those that share a store, some may have left a mail that waits."""
    return [mail for mail in world.mailer.sent if mail.to == resident.email]


def the_one_mail(world: World, resident: Resident, at_most: int = 1) -> Sent:
    sent = copies_for(world, resident)
    assert 1 <= len(sent) <= at_most
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
    for at in range(7):
        resident, one = asked(world)
        world.mailer.sent.clear()
        with breaking(real_store, fault, at) as breaker:
            try:
                again = world.works([one])
            except Killed:
                again = ["1"]
        assert breaker.hit or again == []
        delivered(world, [one] if again else [], 2)
        delivered(world, [])
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
        assert world.works([one]) == []
    assert EventKind.MAIL_SENT not in trail(real_store, resident.account)
    assert world.visitor().logon(resident.email, PASSWORD).status == 200
    world.mailer.fault = None
    world.resumes()
    link_works(world, resident, the_one_mail(world, resident))


def test_ml_02_an_unknown_outcome_repeats_the_same_mail_once(world: World) -> None:
    resident, one = asked(world)
    world.mailer.fault = lambda *_: None if world.mailer.sent else LOST
    delivered(world, [one])
    link_works(world, resident, the_one_mail(world, resident, at_most=2))
    assert len(copies_for(world, resident)) == 2


@pytest.mark.parametrize(("deliveries", "copies"), [(1, 2), (2, 2), (3, 2), (10, 2)])
def test_ml_11_ses_takes_the_mail_and_its_answer_is_lost(
    world: World, real_store: DynamoStore, deliveries: int, copies: int
) -> None:
    """Each time. Before there was a claim, ten deliveries of a record made 21 copies."""
    resident, one = asked(world)
    world.mailer.fault = LOST
    delivered(world, [one], deliveries)
    assert len(copies_for(world, resident)) == copies
    the_one_mail(world, resident, at_most=2)
    assert trail(real_store, resident.account).count(EventKind.MAIL_UNKNOWN) == 1
    world.mailer.fault = None
    delivered(world, [one], 3)
    assert len(copies_for(world, resident)) == copies


@pytest.mark.parametrize(("deliveries", "copies"), [(1, 2), (2, 2), (3, 2), (10, 2)])
def test_ml_11_the_mail_is_out_and_its_note_cannot_be_written(
    world: World, real_store: DynamoStore, deliveries: int, copies: int
) -> None:
    """Before there was a claim, ten deliveries of a record made 11 copies."""
    resident, one = asked(world)
    with noteless(real_store):
        delivered(world, [one], deliveries)
    assert len(copies_for(world, resident)) == copies
    link_works(world, resident, the_one_mail(world, resident, at_most=2))
    delivered(world, [one], 3)
    assert len(copies_for(world, resident)) == copies
    assert trail(real_store, resident.account).count(EventKind.MAIL_UNKNOWN) == 1


@contextmanager
def noteless(store: DynamoStore) -> Iterator[None]:
    """No note of a mail is written; whatever else is."""

    def refuse(request: Any, **_: object) -> None:
        if request.headers["X-Amz-Target"].endswith(b"PutItem") and NOTE.encode() in request.body:
            raise ReadTimeoutError(endpoint_url=request.url)

    with hooked(store, refuse):
        yield


def test_ml_11_two_runs_at_once_make_one(world: World) -> None:
    """Both have read that nothing is out yet; one of them claims it, and the other leaves it alone."""
    resident, one = asked(world)
    both = threading.Barrier(2)

    class Together(type(world.store.outbox)):  # type: ignore[misc]
        def claim(self, *asked: Any) -> Any:
            both.wait(10)
            return super().claim(*asked)

    world.store.outbox.__class__ = Together
    runs = [threading.Thread(target=world.works, args=([one],)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    world.store.outbox.__class__ = Together.__base__
    the_one_mail(world, resident)
    delivered(world, [one], 2)
    the_one_mail(world, resident)


def test_ml_11_second_copy_carries_the_same_link_across_a_rotation(world: World) -> None:
    resident, one = asked(world)
    world.mailer.fault = lambda *_: None if world.mailer.sent else LOST
    world.works([one])
    world.rings["mailed"] = rotated(world.rings["mailed"])
    delivered(world, [one], 2)
    assert len(copies_for(world, resident)) == 2
    link_works(world, resident, the_one_mail(world, resident, at_most=2))


def test_ml_11_nothing_is_made_with_a_key_that_was_taken_off_its_ring(world: World) -> None:
    """It had leaked: whoever has it can make the link of every copy."""
    resident, one = asked(world)
    world.mailer.fault = lambda *_: None if world.mailer.sent else LOST
    world.works([one])
    world.rings["mailed"] = rotated(world.rings["mailed"], keeping=False)
    delivered(world, [one], 2)
    first, second = copies_for(world, resident)
    assert first.token("/password/reset") != second.token("/password/reset")
    link_works(world, resident, second)


def rotated(ring: Keyring, *, keeping: bool = True) -> Keyring:
    """The ring with another current key."""
    keys = {"new": os.urandom(32)} | ({ring.current: ring.key()} if keeping else {})
    document = {"current": "new", "keys": {name: b64encode(key).decode() for name, key in keys.items()}}
    return Keyring.from_json(json.dumps(document))


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
def test_rl_16_a_poison_record_holds_up_nobody(world: World, image: dict[str, Any]) -> None:
    resident, good = asked(world)
    _, other = asked(world)
    poison = copy.deepcopy(other)
    whole = other["dynamodb"]["NewImage"]
    poison["dynamodb"] |= {
        "SequenceNumber": "2",
        "NewImage": {**whole, **image} if "kind" in image else image,
    }
    assert world.works([poison, good]) == []
    the_one_mail(world, resident)


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.SERVER_ERROR])
def test_rl_16_an_account_whose_partition_is_throttled_holds_up_nobody(
    world: World, real_store: DynamoStore, fault: Fault
) -> None:
    """Somebody keeps it busy: its mail waits elsewhere, in a partition that has nothing to do with the account."""
    busy, first = asked(world)
    resident, second = asked(world)
    with breaking(real_store, fault, 0):
        assert world.works([first, second]) == []
    the_one_mail(world, resident)
    world.resumes()
    assert {mail.to for mail in world.mailer.sent} >= {busy.email, resident.email}
