"""The acts on replies: written once, for a reader who reads there still, and listed to that one alone."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import Message, reply_drawer
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.repeats import once
from chalicelib.domain.replies import REPLIES_HOURLY, Reply, answered_by
from tests.fakes.looking import planted, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_message, an_event, number


def answerable(store: Store, **facts: Any) -> tuple[Account, Account, Message]:
    admin, ann = planted(store, kind=Kind.ADMINISTRATOR), planted(store)
    message = a_message(ann, sender=admin.address, answers_to=admin.id, **facts)
    store.messages.send(message, an_event(ann.id, EventKind.MESSAGE_SENT))
    return admin, ann, message


def a_reply(about: Message, at: float = NOW) -> Reply:
    where = reply_drawer(about.answers_to)  # type: ignore[arg-type]
    row = Message(where, f"{about.id}-{number():011x}-r", "ann@people.test", "", "sealed", at, int(at) + 9)
    events = (
        an_event(about.account_id, EventKind.MESSAGE_ANSWERED, at),
        an_event(about.answers_to, EventKind.REPLY_RECEIVED, at),  # type: ignore[arg-type]
    )
    return Reply(row._replace(recipient=about.sender), about, events)


def test_it_is_stored_with_its_events_and_noted_on_the_message(store: Store) -> None:
    admin, ann, message = answerable(store)
    reply = a_reply(message, NOW + 5)
    store.replies.write(reply)
    assert store.replies.page(admin.id, message.id, None, 9) == [reply.row]
    assert store.messages.read(ann.id, message.id) == message._replace(answered_at=NOW + 5)
    assert EventKind.MESSAGE_ANSWERED in trail(store, ann)
    assert EventKind.REPLY_RECEIVED in trail(store, admin)
    assert answered_by(reply.row) == message.id
    assert store.messages.of_account(ann.id) == [message._replace(answered_at=NOW + 5)]
    assert store.messages.of_account(admin.id) == []
    assert store.directory.sent_by("ann@people.test", None, 9) == []


def test_each_is_listed_under_its_message_on_and_back(store: Store) -> None:
    admin, _, first = answerable(store)
    second = a_message(planted(store), sender=admin.address, answers_to=admin.id)
    store.messages.send(second, an_event(second.account_id, EventKind.MESSAGE_SENT))
    written = [a_reply(about, NOW + at) for at, about in enumerate([first, second, first, first])]
    for one in written:
        store.replies.write(one)
    rows = [written[place].row for place in (3, 2, 0)]
    assert store.replies.page(admin.id, first.id, None, 2) == rows[:2]
    assert store.replies.page(admin.id, first.id, rows[1].id, 2) == rows[2:]
    assert store.replies.page(admin.id, first.id, "0", 9) == []
    lines = [one._replace(sealed_body="", recipient="") for one in (written[1].row, *rows)]
    assert store.replies.lines(admin.id, first.id, second.id, 9) == lines
    assert store.replies.lines(admin.id, first.id, first.id, 9) == lines[1:]
    assert store.replies.lines(admin.id, first.id, second.id, 1) == lines[:1]
    assert store.replies.page(planted(store).id, first.id, None, 9) == []


@pytest.mark.parametrize(
    ("who", "meanwhile", "cause"),
    [
        ("admin", {"status": Status.DISABLED}, "reader_reads_no_more"),
        ("admin", {"kind": Kind.SUPPORT}, "reader_reads_no_more"),
        ("message", {"recalled_at": 1.0}, "no_such_message"),
        ("message", {"expires_at": NOW}, "no_such_message"),
        ("message", {"answers_to": "somebody"}, "no_such_message"),
    ],
)
def test_se_10_nothing_is_written_where_something_changed(
    store: Store, who: str, meanwhile: dict[str, Any], cause: str
) -> None:
    admin, ann, message = answerable(store)
    plant(store, {"admin": admin, "message": message}[who]._replace(**meanwhile))  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match=cause):
        store.replies.write(a_reply(message))
    assert store.replies.page(admin.id, message.id, None, 9) == []
    assert EventKind.MESSAGE_ANSWERED not in trail(store, ann)


def test_wb_20_the_form_of_a_reply_writes_one(store: Store) -> None:
    admin, _, message = answerable(store)
    form = once("replied", NOW, f"form {number()}")
    store.replies.write(a_reply(message)._replace(once=form))
    with pytest.raises(Refusal, match="sent_twice"):
        store.replies.write(a_reply(message)._replace(once=form))
    assert len(store.replies.page(admin.id, message.id, None, 9)) == 1


def test_ml_06_so_many_an_hour_for_each_account(store: Store) -> None:
    admin, _, message = answerable(store)
    for _ in range(REPLIES_HOURLY.most):
        store.replies.write(a_reply(message))
    with pytest.raises(Refusal, match="throttle_reply") as refused:
        store.replies.write(a_reply(message))
    assert refused.value.retry_after
    assert len(store.replies.page(admin.id, message.id, None, 99)) == REPLIES_HOURLY.most


def test_read_is_noted_once_and_brings_none_into_being(store: Store) -> None:
    admin, _, message = answerable(store)
    reply, gone = a_reply(message), a_reply(message).row
    store.replies.write(reply)
    for seconds in (5, 9):
        store.replies.mark_read([reply.row, gone], NOW + seconds)
    assert store.replies.page(admin.id, message.id, None, 9) == [reply.row._replace(read_at=NOW + 5)]


def test_those_of_a_writer_are_found_by_their_reader_and_their_id(store: Store) -> None:
    admin, _, first = answerable(store)
    other, _, second = answerable(store)
    written = [a_reply(first), a_reply(second), a_reply(first)]
    for one in written:
        store.replies.write(one)
    wanted = [(admin.id, written[0].row.id), (other.id, written[1].row.id), (other.id, written[2].row.id)]
    found = store.replies.written(wanted)
    assert found == [written[0].row, written[1].row], (
        "what lies in nobody's drawer, or in another's, is not there"
    )
    assert store.replies.written([]) == []
