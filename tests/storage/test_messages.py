"""The acts on messages: sent once, listed to their recipient alone, read once."""

from __future__ import annotations

from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Store
from tests.fakes.looking import planted, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_message, an_account, an_event


def send(store: Store, message: Message) -> None:
    store.messages.send(message, an_event(message.account_id, EventKind.MESSAGE_SENT))


def test_messages_are_listed_newest_first_and_only_to_their_account(store: Store) -> None:
    mine, other = an_account(), an_account()
    early, late, theirs = a_message(mine), a_message(mine, sent_at=NOW + 60), a_message(other)
    for message in (early, late, theirs):
        send(store, message)
    assert store.messages.of_account(mine.id) == [late, early]
    assert store.messages.read(mine.id, theirs.id) is None
    assert store.messages.read(other.id, theirs.id) == theirs


def test_a_message_is_sent_once(store: Store) -> None:
    message = a_message(an_account())
    send(store, message)
    send(store, message._replace(subject="Another"))
    assert store.messages.of_account(message.account_id) == [message]
    assert len(store.events.of_account(message.account_id)) == 1


def test_the_first_reading_is_noted_and_no_later_one(store: Store) -> None:
    message = a_message(an_account())
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
    message = a_message(an_account())
    store.messages.mark_read(message, an_event(message.account_id, EventKind.MESSAGE_READ))
    assert store.messages.read(message.account_id, message.id) is None


def test_recalled_message_is_not_marked_as_read(store: Store) -> None:
    """Who reads at the moment of the recall finds nothing, so that "recalled" means unread."""
    who = planted(store)
    recalled, waiting = a_message(who, recalled_at=NOW), a_message(who)
    plant(store, recalled, waiting)
    assert store.messages.mark_read(recalled, an_event(who.id, EventKind.MESSAGE_READ)) is False
    assert store.messages.mark_read(a_message(who), an_event(who.id, EventKind.MESSAGE_READ)) is False
    assert store.messages.read(who.id, recalled.id) == recalled
    assert store.messages.mark_read(waiting, an_event(who.id, EventKind.MESSAGE_READ)) is True
    assert store.messages.mark_read(waiting, an_event(who.id, EventKind.MESSAGE_READ)) is True
    assert len(trail(store, who)) == 1
