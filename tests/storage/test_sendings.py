"""The acts of sending systems: a place in their rate, one claim, a message once, found again by its sender alone."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import canonical_address
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.invitations import invitation
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.sendings import CLAIM_SECONDS, Claim, event_id_of, rate
from chalicelib.domain.services import HeldKey, Sender
from tests.fakes.looking import planted, trail
from tests.fakes.samples import NOW, a_digest, a_message, an_account, an_event, number
from tests.world.systems import a_system, an_actor


def told(message: Message) -> Event:
    event = an_event(message.account_id, EventKind.MESSAGE_SENT, NOW)
    return event._replace(id=event_id_of(message.id), details={"message": message.id})


def sent(store: Store, sender: Sender) -> tuple[Account, Message]:
    account = planted(store)
    message = a_message(account)._replace(service=sender.id)
    store.sendings.send(sender, message, told(message))
    return account, message


def test_each_service_has_places_of_its_own(store: Store) -> None:
    (one, _), (other, _) = a_system(store), a_system(store)
    for _ in range(3):
        store.sendings.reserve(one.id, rate(3), NOW)
    with pytest.raises(Refusal, match="throttle_service") as refused:
        store.sendings.reserve(one.id, rate(3), NOW)
    assert refused.value.retry_after
    store.sendings.reserve(other.id, rate(3), NOW)
    store.sendings.reserve(one.id, rate(3), NOW + 60)


def a_claim(at: float = NOW, mark: str = "") -> Claim:
    return Claim(mark or f"idempotency#x#{number()}", f"m{number()}", f"said{number()}", "k1", at)


def test_a_key_is_claimed_once_until_its_day_is_over(store: Store) -> None:
    first = a_claim()
    assert store.sendings.claim(first) is None
    for seconds in (0, CLAIM_SECONDS - 1):
        assert store.sendings.claim(a_claim(NOW + seconds, first.mark)) == first
    later = a_claim(NOW + CLAIM_SECONDS, first.mark)
    assert store.sendings.claim(later) is None
    assert store.sendings.claim(a_claim(later.at, first.mark)) == later


def test_ad_13_a_message_is_sent_once_and_found_by_its_service_alone(store: Store) -> None:
    (_, sender), (other, _) = a_system(store), a_system(store)
    account, message = sent(store, sender)
    store.sendings.send(sender, message._replace(subject="Another"), told(message))
    assert store.messages.of_account(account.id) == [message]
    assert trail(store, account) == [EventKind.MESSAGE_SENT]
    found = store.sendings.sent(sender.id, message.id)
    assert found
    assert (found.message, found.note, found.about.recipient) == (message, None, account.address)
    assert store.sendings.was_sent(sender.id, message.id)
    assert store.sendings.sent(other.id, message.id) is None
    assert not store.sendings.was_sent(other.id, message.id)


def test_the_note_of_its_mail_is_found_with_it(store: Store) -> None:
    _, sender = a_system(store)
    _, message = sent(store, sender)
    event = told(message)
    note = event._replace(
        kind=EventKind.MAIL_FAILED, id=f"{event.id}~mail", details={"about": "message_sent"}
    )
    store.outbox.note(note)
    found = store.sendings.sent(sender.id, message.id)
    assert found
    assert found.note == note


def test_a_service_may_invite(store: Store) -> None:
    _, sender = a_system(store)
    address = canonical_address(f"new{number()}@people.test")
    made = invitation(address, Kind.RECIPIENT, at=NOW, event_id=f"{number():032x}", actor=sender.actor)
    assert store.accounts.invite(*made, sender)
    assert not store.accounts.invite(*made, sender)
    assert store.accounts.read(made[0].id)


def test_a_message_is_taken_back_once_and_not_once_it_was_read(store: Store) -> None:
    _, sender = a_system(store)
    account, message = sent(store, sender)
    _, read = sent(store, sender)
    store.messages.mark_read(read, an_event(read.account_id, EventKind.MESSAGE_READ))
    recalled = an_event(message.account_id, EventKind.MESSAGE_RECALLED, NOW + 5)
    assert store.sendings.recall(sender, message, recalled)
    assert not store.sendings.recall(
        sender, message, an_event(account.id, EventKind.MESSAGE_RECALLED, NOW + 9)
    )
    assert not store.sendings.recall(sender, read, an_event(read.account_id, EventKind.MESSAGE_RECALLED))
    found = store.sendings.sent(sender.id, message.id)
    assert found
    assert found.message == message._replace(recalled_at=NOW + 5)


def test_what_was_done_with_it_outlives_the_message(store: Store) -> None:
    """Kept with the way by which its service finds it; of a reading only the first."""
    _, sender = a_system(store)
    (_, recalled), (_, read) = sent(store, sender), sent(store, sender)
    assert store.sendings.recall(
        sender, recalled, an_event(recalled.account_id, EventKind.MESSAGE_RECALLED, NOW + 5)
    )
    for seconds in (5, 9):
        stored = store.messages.read(read.account_id, read.id)
        assert stored
        assert store.messages.mark_read(
            stored, an_event(read.account_id, EventKind.MESSAGE_READ, NOW + seconds)
        )
    found = [store.sendings.sent(sender.id, one.id) for one in (recalled, read)]
    assert [(one.about.recalled_at, one.about.read_at) for one in found if one] == [
        (NOW + 5, None),
        (None, NOW + 5),
    ]


def test_tr_05_a_service_s_message_is_in_no_person_s_list(store: Store) -> None:
    _, sender = a_system(store)
    account = planted(store)
    message = a_message(account, sender=f"desk{number()}@people.test", service=sender.id)
    store.sendings.send(sender, message, told(message))
    assert store.directory.sent_by(message.sender, None, 10) == []
    assert store.messages.read(account.id, message.id) == message


@pytest.mark.parametrize("how", ["revoked", "rotated away", "never there"])
def test_ad_14_a_key_that_is_void_by_now_writes_nothing(store: Store, how: str) -> None:
    service, sender = a_system(store)
    account, message = sent(store, sender)
    if how == "revoked":
        store.services.revoke(an_actor(store), service, an_event(service.trail, EventKind.SERVICE_REVOKED))
    elif how == "rotated away":
        for _ in range(2):
            seen = store.services.find(service.id)
            assert seen
            event = an_event(service.trail, EventKind.SERVICE_ROTATED)
            assert store.services.rotate(an_actor(store), seen, HeldKey(a_digest(), NOW), event)
    else:
        sender = sender._replace(id="a" * 16)
    new = a_message(account)
    for act in (
        lambda: store.sendings.send(sender, new, told(new)),
        lambda: store.sendings.recall(sender, message, an_event(account.id, EventKind.MESSAGE_RECALLED)),
        lambda: store.accounts.invite(an_account(), an_event(account.id, EventKind.ACCOUNT_INVITED), sender),
    ):
        with pytest.raises(Refusal, match="service_key_void_meanwhile") as refused:
            act()
        assert refused.value.code == "session_required"
    assert store.messages.of_account(account.id) == [message]
    assert trail(store, account) == [EventKind.MESSAGE_SENT]


def test_the_key_before_the_newest_still_sends(store: Store) -> None:
    service, sender = a_system(store)
    event = an_event(service.trail, EventKind.SERVICE_ROTATED)
    assert store.services.rotate(an_actor(store), service, HeldKey(a_digest(), NOW), event)
    account, message = sent(store, sender)
    assert store.messages.of_account(account.id) == [message]
