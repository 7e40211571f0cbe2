"""The acts on events on their way to other systems: what is out has a mark, what is not waits until it is settled."""

from __future__ import annotations

import pytest

from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.mails import hour
from chalicelib.domain.ports import Store
from chalicelib.domain.published import Waiting
from chalicelib.storage.bus import FOR_THE_BUS, TOGETHER, TOLD, key_of, mark_side, waits_as
from chalicelib.storage.rows import event_row, trail_key
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import EventRow
from tests.fakes.samples import NOW, an_account, an_event, number

HOUR = 3600


def an_hour() -> float:
    """One that no other test uses: all hours are one table."""
    return NOW - HOUR * (1000 + number() % 1_000_000)


def refused(store: Store, at: float) -> Event:
    event = an_event(an_account().id, EventKind.LOGON_REFUSED, at=at)
    store.events.record(event)
    return event


def put_aside(store: Store, event: Event) -> str:
    """The key it waits under."""
    store.bus.put_aside(*key_of(event), "events:down", NOW)
    return waits_as(*key_of(event))


def test_what_was_put_aside_waits_under_the_hour_of_its_event_until_it_is_settled(store: Store) -> None:
    at = an_hour()
    events = [refused(store, at + second) for second in range(3)]
    keys = [put_aside(store, event) for event in reversed(events)][::-1]
    assert list(store.bus.waiting(hour(at)).events.values()) == events
    store.bus.settle(hour(at), keys[1:2], NOW)
    assert list(store.bus.waiting(hour(at)).events.values()) == [events[0], events[2]]
    assert put_aside(store, events[1]) == keys[1]  # the batch came once more
    assert list(store.bus.waiting(hour(at)).events.values()) == [events[0], events[2]]
    assert store.bus.waiting(hour(at + HOUR)) == Waiting({})


def test_a_page_leads_to_the_next_and_splits_none_from_what_settles_it(store: Store) -> None:
    at = an_hour()
    events = [refused(store, at + second) for second in range(TOGETHER + 30)]
    keys = [put_aside(store, event) for event in events]
    store.bus.settle(hour(at), keys[: TOGETHER // 2 + 3], NOW)
    found: list[Event] = []
    page = store.bus.waiting(hour(at))
    pages = 1
    found += page.events.values()
    while page.behind is not None:
        page = store.bus.waiting(hour(at), page.behind)
        found += page.events.values()
        pages += 1
    assert found == events[TOGETHER // 2 + 3 :]
    assert 2 <= pages <= 4


def test_rl_16_one_that_cannot_be_read_waits_by_its_key_and_holds_up_no_other(
    real_store: DynamoStore,
) -> None:
    at = an_hour()
    events = [refused(real_store, at + second) for second in range(3)]
    torn = event_row(an_event(an_account().id, EventKind.LOGON_REFUSED, at=at + 1.5))
    torn.kind = "of_tomorrow"
    torn.save()
    keys = [put_aside(real_store, event) for event in events]
    real_store.bus.put_aside(torn.account_id, torn.at, "record_unreadable", NOW)
    waiting = real_store.bus.waiting(hour(at))
    assert list(waiting.events.values()) == events
    assert sorted([*keys, *waiting.unread]) == sorted([*keys, waits_as(torn.account_id, torn.at)])


def test_rl_13_what_was_put_back_from_a_backup_does_not_wait(real_store: DynamoStore) -> None:
    at = an_hour()
    rows = [event_row(an_event(an_account().id, EventKind.LOGON_REFUSED, at=at + one)) for one in range(2)]
    rows[0].restored = iso(NOW)
    for one in rows:
        one.save()
        real_store.bus.put_aside(one.account_id, one.at, "events:down", NOW)
    assert [event.at for event in real_store.bus.waiting(hour(at)).events.values()] == [at + 1]
    mine = EventRow.get(f"{FOR_THE_BUS}{hour(at)}", waits_as(rows[1].account_id, rows[1].at))
    mine.restored = iso(NOW)
    mine.save()
    assert real_store.bus.waiting(hour(at)).events == {}


def test_what_waits_and_is_not_there_is_left_out(store: Store) -> None:
    at = an_hour()
    put_aside(store, an_event(an_account().id, EventKind.LOGON_REFUSED, at=at))
    assert store.bus.waiting(hour(at)) == Waiting({})


def test_a_mark_lies_by_the_hour_and_of_a_notice_by_the_month(real_store: DynamoStore) -> None:
    who, at = an_account().id, an_hour()
    events = [an_event(who, kind, at=at) for kind in (EventKind.LOGON_REFUSED, EventKind.ACCOUNT_FROZEN)]
    for _ in range(2):
        real_store.bus.mark(events)
    sides = [mark_side(event) for event in events]
    assert sides == [f"{TOLD}{iso(at)[:13]}", f"{TOLD}notices#{iso(at)[:7]}"]
    for side, event in zip(sides, events, strict=True):
        row = EventRow.get(side, waits_as(trail_key(event), event.sort_key))
        shown = row.serialize()
        assert (shown["aside"], {"mail_hour", "acted_by"} & set(shown)) == ({"S": "bus"}, set())


@pytest.mark.parametrize("kind", [EventKind.LOGON_REFUSED, EventKind.ACCOUNT_FROZEN])
def test_a_record_of_the_stream_is_its_event(real_store: DynamoStore, kind: EventKind) -> None:
    event = an_event(an_account().id, kind)
    assert real_store.bus.event_of(event_row(event).serialize()) == event


def test_what_is_marked_twice_is_marked(store: Store) -> None:
    """RL-06: a batch that comes twice leaves one mark for each event, and no fault."""
    event = refused(store, an_hour())
    for events in ([event], [event], []):
        store.bus.mark(events)
        store.bus.settle(hour(event.at), [waits_as(*key_of(one)) for one in events], NOW)
    assert store.bus.waiting(hour(event.at)) == Waiting({})
