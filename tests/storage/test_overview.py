"""The acts for the console's home: days counted once whoever counts, rare events by month, how accounts stand."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import Account, Kind, Status, TwoStep
from chalicelib.domain.events import EventKind, Stretch, iso
from chalicelib.domain.mails import hour
from chalicelib.domain.overview import Day, Standing, counted
from chalicelib.domain.ports import Store
from chalicelib.mail.worker import note_of
from tests.fakes.looking import planted
from tests.fakes.samples import DAY, NOW, an_event, number


def a_day() -> float:
    """Noon of a day that no other test has."""
    return (NOW + 400 * DAY + number() * DAY * 2) // DAY * DAY + DAY / 2


def test_attempts_are_counted_on_from_where_they_were_counted_to(store: Store) -> None:
    noon, who = a_day(), planted(store)
    day, until = iso(noon)[:10], iso(noon + 100)
    events = [
        an_event(who.id, EventKind.LOGON_REFUSED, noon, reason="locked", details={"locks": True}),
        an_event(who.id, EventKind.LOGON_SUCCEEDED, noon + 1),
        an_event(who.id, EventKind.LOGON_HALF_DONE, noon + 2),
        an_event(who.id, EventKind.CODE_REFUSED, noon + 3),
        an_event(who.id, EventKind.LOGON_REFUSED, noon + 200, reason="locked"),
    ]
    for event in [*events, an_event(who.id, EventKind.MAIL_SENT, noon)]:
        store.events.record(event)
    acts = store.overview
    assert acts.days([day]) == [Day(day)]
    (first,) = acts.behind([Day(day)], until, 2)
    assert [one.sort_key for one in first.events] == [one.sort_key for one in events[:2]]
    assert first.before == events[1].sort_key
    half = counted(Day(day), first.events)
    assert (half.logons, half.refusals, half.locked) == (1, {"locked": 1}, (who.id,))
    assert acts.keep(Day(day), half, noon)
    assert acts.days([day]) == [half]
    (second,) = acts.behind([half], until, 9)
    whole = counted(half, second.events)._replace(whole=True)
    assert acts.keep(half, whole, noon)
    (read,) = acts.days([day])
    assert (read.counted, read.logons, read.refusals) == (4, 1, {"locked": 1, "other": 1})
    assert read.whole
    assert acts.behind([whole], until, 9) == [Stretch([])]
    assert acts.behind([Day(day, reached=f"{day}T23")], until, 9) == [Stretch([])]


def test_two_who_count_at_once_count_once(store: Store) -> None:
    noon, who = a_day(), planted(store)
    day = Day(iso(noon)[:10])
    new = counted(day, [an_event(who.id, EventKind.LOGON_SUCCEEDED, noon)])
    assert store.overview.keep(day, new, noon)
    assert not store.overview.keep(day, new, noon)
    more = counted(new, [an_event(who.id, EventKind.LOGON_SUCCEEDED, noon + 1)])
    assert store.overview.keep(new, more, noon)
    assert not store.overview.keep(new, more, noon)
    assert store.overview.days([day.day])[0].logons == 2


def test_rare_events_are_found_by_kind_and_month_and_are_no_attempts(store: Store) -> None:
    noon, who = a_day(), planted(store)
    month, day = iso(noon)[:7], iso(noon)[:10]
    kinds = (EventKind.ACCOUNT_CONTAINED, EventKind.MAIL_BOUNCED)
    for place, kind in enumerate((*kinds, EventKind.ACCOUNT_DISABLED)):
        store.events.record(an_event(who.id, kind, noon + place))
    found = [one for one in store.overview.recent(kinds, [month], 100) if one.account_id == who.id]
    assert [one.kind for one in found] == [*kinds]
    assert store.overview.recent(kinds, ["1999-01"], 9) == []
    assert store.events.attempts([day], None, 9) == [Stretch([])]


def test_an_account_stands_as_it_is_now_without_its_secrets(store: Store) -> None:
    plain = planted(store, password_changed_at=NOW)
    locked = planted(store, locked_until=NOW + 60, password_changed_at=None, undeliverable="bounce")
    stopped = planted(store, known_failures=100, password_changed_at=NOW, status=Status.FROZEN)
    few = planted(store, password_changed_at=NOW, two_step=TwoStep(seed="sealed", recovery=("a", "b")))
    told = store.overview.standing([plain.id, locked.id, stopped.id, few.id, plain.id], NOW)

    def expected(one: Account, **facts: Any) -> Standing:
        as_usual = Standing(one.id, one.address, "active", False, False, True, False, one.epoch)
        return as_usual._replace(**facts)

    assert told == {
        plain.id: expected(plain),
        locked.id: expected(locked, locked=True, undeliverable=True, came=False),
        stopped.id: expected(stopped, locked=True, status="frozen"),
        few.id: expected(few, few_codes=True),
    }
    assert not store.overview.standing([locked.id], NOW + 61)[locked.id].locked


def test_mails_that_wait_are_those_of_two_hours_that_left_no_note(store: Store) -> None:
    noon = a_day()
    ann, bob, carl = (planted(store) for _ in range(3))
    events = [
        an_event(who.id, EventKind.PASSWORD_RESET, noon + second) for second, who in enumerate((ann, bob))
    ]
    acts, hours = store.outbox, [hour(noon - 3600), hour(noon)]
    assert store.overview.waiting(hours, 100) == []
    for event in events:
        acts.put_aside(event.account_id, event.sort_key, "ses_silent", noon)
    acts.put_aside(carl.id, an_event(carl.id, at=noon).sort_key, "ses_silent", noon - 3600)
    assert store.overview.waiting(hours, 100) == [carl.id, ann.id, bob.id]
    acts.note(note_of(events[0], EventKind.MAIL_SENT, {}))
    assert store.overview.waiting(hours, 100) == [carl.id, bob.id]
    assert store.overview.waiting(hours, 1) == [carl.id, bob.id]  # of each hour, those that are taken up last
    assert store.overview.waiting(hours[1:], 100) == [bob.id]


def test_frozen_accounts_and_administrators_are_found_without_a_walk(store: Store) -> None:
    frozen, chief = planted(store, status=Status.FROZEN), planted(store, kind=Kind.ADMINISTRATOR)
    closed, staff = store.overview.closed(100_000)  # other tests leave theirs in the same engine
    assert frozen.id in closed
    assert chief.id in staff
    assert frozen.id not in staff
    assert len(store.overview.closed(1)[0]) == 1
