"""The acts on messages: sent once, listed to their recipient alone, read once."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import Message, unsent
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Refusal
from tests.fakes.looking import planted, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_message, a_session, an_account, an_event


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


@pytest.mark.parametrize(
    "meanwhile", [{"epoch": 2}, {"status": Status.DISABLED}, {"kind": Kind.SUPPORT}], ids=str
)
def test_se_10_no_message_is_sent_by_an_actor_who_no_longer_stands(
    store: Store, meanwhile: dict[str, Any]
) -> None:
    admin, message = planted(store, kind=Kind.ADMINISTRATOR), a_message(planted(store))
    told = an_event(message.account_id, EventKind.MESSAGE_SENT)
    plant(store, admin._replace(**meanwhile))
    with pytest.raises(Refusal, match="conflict"):
        store.messages.send(message, told, Actor(admin.id, 1))
    assert store.messages.of_account(message.account_id) == []
    assert store.events.of_account(message.account_id) == []
    plant(store, admin)
    store.messages.send(message, told, Actor(admin.id, 1))
    assert store.messages.of_account(message.account_id) == [message]


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


def test_lines_come_without_bodies_on_and_back(store: Store) -> None:
    account = an_account()
    made = [a_message(account) for _ in range(5)]
    for message in made:
        send(store, message)
    lines = [one._replace(sealed_body="", recipient="") for one in made]
    assert store.messages.lines(account.id, None, 2) == lines[:2:-1]
    assert store.messages.lines(account.id, made[3].id, 2) == lines[2:0:-1]
    assert store.messages.lines(account.id, made[1].id, 2, back=True) == lines[2:4]
    assert store.messages.lines(account.id, None, 9, back=True) == lines


def test_tr_06_messages_come_in_pages_back_to_the_first(store: Store) -> None:
    who, other = planted(store), planted(store)
    sent = [a_message(who) for _ in range(5)]
    plant(store, *sent, a_message(other))
    ids = sorted((one.id for one in sent), reverse=True)
    found = list[str]()
    while page := store.messages.page(who.id, found[-1] if found else None, 2):
        assert len(page) <= 2
        found += [one.id for one in page]
    assert found == ids


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


def test_wb_17_what_was_typed_is_kept_under_a_session_that_is_in_its_table_alone(store: Store) -> None:
    """WB-17: dead or alive; the newest, in no list, and under its own account's key."""
    account, other = planted(store), planted(store)
    session = a_session(account)
    plant(store, session)
    early = unsent(account.id, "k3x7qv2m5n4tz6ra", NOW)._replace(sealed_body="s1.k1.early")
    late = early._replace(sealed_body="s1.k1.late")
    assert not store.messages.keep_unsent(early, account.id, a_session(account).digest)
    assert not store.messages.keep_unsent(early, other.id, session.digest)
    assert store.messages.read(early.account_id, early.id) is None
    assert store.messages.keep_unsent(early, account.id, session.digest)
    assert store.messages.keep_unsent(late, account.id, session.digest)
    assert store.messages.read(late.account_id, late.id) == late
    assert store.messages.of_account(account.id) == []
    assert store.directory.sent_by(account.address, None, 10) == []


def test_what_became_of_its_mail_stays_bounced_whatever_comes_after(store: Store) -> None:
    delivered, bounced = a_message(planted(store)), a_message(planted(store))
    for one in (delivered, bounced):
        send(store, one)
    for one, fates in ((delivered, ["delivered"] * 2), (bounced, ["delivered", "bounced", "delivered"])):
        for later, fate in enumerate(fates):
            store.messages.mail_went((one.account_id, one.id), fate, NOW + later)
    found = [store.messages.read(one.account_id, one.id) for one in (delivered, bounced)]
    assert [(one.mail, one.mail_at) for one in found if one] == [("delivered", NOW), ("bounced", NOW + 1)]
    store.messages.mail_went((delivered.account_id, "0-gone"), "bounced", NOW)
    assert store.messages.read(delivered.account_id, "0-gone") is None
