"""The acts on events and messages: asked alike for everybody, found again, told once."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Policy
from chalicelib.domain.addresses import AccountId, domain_of
from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import DAY, NOW, an_account, an_event, number

HOUR = 3600


def test_en_04_asking_for_a_reset_changes_no_account_and_needs_none(store: Store) -> None:
    known, unknown = planted(store), an_account()
    for account in (known, unknown):
        store.events.ask_reset(f"source {number()}", an_event(account.id, EventKind.RESET_ASKED))
        assert trail(store, account) == [EventKind.RESET_ASKED]
    assert stored(store, known) == known
    assert store.passwords.owner(unknown.id)[0] is None


def test_rs_13_twenty_resets_an_hour_of_one_source(store: Store) -> None:
    source, start, who = f"source {number()}", NOW - NOW % HOUR, an_account()
    for _ in range(20):
        store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start))
    with pytest.raises(Refusal) as refused:
        store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start + HOUR - 1))
    assert (refused.value.code, refused.value.retry_after) == (Code.THROTTLED, 2)
    assert len(trail(store, who)) == 20
    store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start + HOUR))


def test_rs_13_twenty_bad_links_an_hour_of_one_source(store: Store) -> None:
    source, start = f"source {number()}", NOW - NOW % HOUR
    for _ in range(20):
        store.events.count_bad_link(source, start)
    with pytest.raises(Refusal):
        store.events.count_bad_link(source, start + HOUR - 1)
    store.events.count_bad_link(source, start + HOUR)


def test_an_event_comes_back_as_it_was_and_by_its_reference(store: Store) -> None:
    who = an_account()
    event = an_event(
        who.id,
        reference=f"REFE-{number():04}",
        reason="because",
        email="Person@people.test",
        source="192.0.2.1",
        user_agent="agent",
        url="https://portal.test/logon",
        actor=who.id,
        details={"failures": 3, "next": "portal"},
    )
    store.events.record(event)
    assert store.events.of_account(who.id) == [event]
    assert store.events.by_reference(str(event.reference)) == [event]
    assert store.events.by_reference("NONE-SUCH") == []


def test_the_trail_is_newest_first_and_no_longer_than_asked(store: Store) -> None:
    who = an_account()
    for seconds in (2, 1, 3):
        store.events.record(an_event(who.id, at=NOW + seconds))
    assert [event.at for event in store.events.of_account(who.id, limit=2)] == [NOW + 3, NOW + 2]


def test_in_03_an_account_is_made_once(store: Store) -> None:
    account = an_account(password_hash=None)
    assert store.messages.invite(account, an_event(account.id, EventKind.ACCOUNT_INVITED))
    again = account._replace(password_hash="stolen")
    assert not store.messages.invite(again, an_event(account.id, EventKind.ACCOUNT_INVITED))
    assert stored(store, account) == account
    assert trail(store, account) == [EventKind.ACCOUNT_INVITED]


def test_an_invitation_enters_its_domain_in_the_list_and_changes_no_policy(store: Store) -> None:
    first = an_account(f"person@domain{number()}.test")
    store.messages.invite(first, an_event(first.id, EventKind.ACCOUNT_INVITED))
    found = store.passwords.owner(first.id)[1]
    assert found == Policy(domain_of(first.address))
    strict = found._replace(two_step_required=True, ranges=())
    plant(store, strict)
    second = an_account(f"other@{domain_of(first.address)}")
    store.messages.invite(second, an_event(second.id, EventKind.ACCOUNT_INVITED))
    assert store.passwords.owner(second.id)[1] == strict


def a_message(who: AccountId, sent_at: float = NOW) -> Message:
    return Message(
        account_id=who,
        id=f"{int(sent_at)}-{number():06}",
        sender="sender@senders.test",
        subject="Subject",
        sealed_body="sealed",
        sent_at=sent_at,
        expires_at=int(sent_at) + DAY,
    )


def send(store: Store, message: Message) -> None:
    store.messages.send(message, an_event(message.account_id, EventKind.MESSAGE_SENT))


def test_messages_are_listed_newest_first_and_only_to_their_account(store: Store) -> None:
    mine, other = an_account(), an_account()
    early, late, theirs = a_message(mine.id), a_message(mine.id, NOW + 60), a_message(other.id)
    for message in (early, late, theirs):
        send(store, message)
    assert store.messages.of_account(mine.id) == [late, early]
    assert store.messages.read(mine.id, theirs.id) is None
    assert store.messages.read(other.id, theirs.id) == theirs


def test_a_message_is_sent_once(store: Store) -> None:
    message = a_message(an_account().id)
    send(store, message)
    send(store, message._replace(subject="Another"))
    assert store.messages.of_account(message.account_id) == [message]
    assert len(store.events.of_account(message.account_id)) == 1


def test_the_first_reading_is_noted_and_no_later_one(store: Store) -> None:
    message = a_message(an_account().id)
    send(store, message)
    for seconds in (1, 2):
        event = an_event(message.account_id, EventKind.MESSAGE_READ, NOW + seconds)
        store.messages.mark_read(message, event)
    found = store.messages.read(message.account_id, message.id)
    assert found == message._replace(read_at=NOW + 1)
    read = [
        event for event in store.events.of_account(message.account_id) if event.kind is EventKind.MESSAGE_READ
    ]
    assert len(read) == 1


def test_a_message_that_is_not_there_is_not_read_into_being(store: Store) -> None:
    message = a_message(an_account().id)
    store.messages.mark_read(message, an_event(message.account_id, EventKind.MESSAGE_READ))
    assert store.messages.read(message.account_id, message.id) is None
