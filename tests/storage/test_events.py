"""The acts on events that stand alone: asked alike for everybody, found again, told once."""

from __future__ import annotations

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal
from tests.fakes.looking import planted, stored, trail
from tests.fakes.samples import NOW, an_account, an_event, number

HOUR = 3600


def test_en_04_asking_for_a_reset_changes_no_account_and_needs_none(store: Store) -> None:
    known, unknown = planted(store), an_account()
    for account in (known, unknown):
        store.events.ask_reset(f"source {number()}", an_event(account.id, EventKind.RESET_ASKED))
        assert trail(store, account) == [EventKind.RESET_ASKED]
    assert stored(store, known) == known
    assert store.accounts.find(unknown.id)[0] is None


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
