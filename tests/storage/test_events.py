"""The acts on events that stand alone: asked alike for everybody, found again, told once."""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.domain.accounts import Account, Preferences
from chalicelib.domain.events import Event, EventKind, Stretch, iso
from chalicelib.domain.limits import SHUT_OUTS, SHUT_OUTS_BY_SOURCE
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Hint, Refusal, Unavailable
from chalicelib.domain.repeats import once
from chalicelib.mail.worker import note_of
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import ThrottleRow
from tests.fakes.looking import planted, stored, trail
from tests.fakes.samples import NOW, an_account, an_event, number
from tests.faults.breaking import Fault, breaking

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
    asked = [an_account() for _ in range(20)]
    for one in asked:
        store.events.ask_reset(source, an_event(one.id, EventKind.RESET_ASKED, start))
    with pytest.raises(Refusal) as refused:
        store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start + HOUR - 1))
    assert (refused.value.code, refused.value.retry_after) == (Code.THROTTLED, 2)
    assert trail(store, who) == []
    store.events.ask_reset(source, an_event(asked[0].id, EventKind.RESET_ASKED, start))  # once more
    assert len(trail(store, asked[0])) == 2
    store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start + HOUR))


@pytest.mark.parametrize("as_form", [False, True])
def test_rs_13_the_same_account_takes_one_place_of_its_source_and_not_without_end(
    store: Store, as_form: bool
) -> None:
    source, start, (ann, bob, eve) = f"source {number()}", NOW - NOW % HOUR, (an_account() for _ in range(3))

    def asks(who: Account, place: int = 0) -> None:
        form = once("sent", start, source, who.id, str(place)) if as_form else None
        store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start), form, most=2)

    for place in range(5):
        asks(ann, place)
    asks(bob)
    with pytest.raises(Refusal):
        asks(eve)
    for place in range(5, 19):
        asks(ann, place)
    with pytest.raises(Refusal) as refused:
        asks(ann, 19)
    assert refused.value.code is Code.THROTTLED


def test_rs_13_what_could_not_be_asked_for_takes_no_place(real_store: DynamoStore) -> None:
    source, start, (ann, bob) = f"source {number()}", NOW - NOW % HOUR, (an_account() for _ in range(2))
    with breaking(real_store, Fault.TIMEOUT, 0), pytest.raises(Unavailable):
        real_store.events.ask_reset(source, an_event(ann.id, EventKind.RESET_ASKED, start), most=1)
    real_store.events.ask_reset(source, an_event(bob.id, EventKind.RESET_ASKED, start), most=1)


def test_rs_13_an_account_that_was_counted_stays_so_when_another_request_about_it_fails(
    real_store: DynamoStore,
) -> None:
    """Attack: two accounts are asked about, the store fails for a second request of the first, and a third has room."""
    source, start = f"source {number()}", NOW - NOW % HOUR
    ann, bob, eve = (an_account() for _ in range(3))

    def asks(who: Account) -> None:
        real_store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start), most=2)

    for who in (ann, bob):
        asks(who)
    for calls in (0, 1):
        with breaking(real_store, Fault.TIMEOUT, calls), suppress(Unavailable):
            asks(ann)
    with pytest.raises(Refusal):
        asks(eve)
    for who in (ann, bob):
        asks(who)


def test_ip_09_strangers_of_one_network_are_one_event_for_a_while_and_few_of_all(store: Store) -> None:
    who, start = an_account(), NOW + 86400 * number()  # a minute that no other test counts in
    start -= start % SHUT_OUTS_BY_SOURCE.seconds
    sources = [f"network {number()}" for _ in range(SHUT_OUTS.most)]
    for source in sources:
        store.events.record_strangers(source, an_event(who.id, EventKind.REQUEST_REFUSED, start))
    with pytest.raises(Refusal) as again:
        store.events.record_strangers(sources[0], an_event(who.id, EventKind.REQUEST_REFUSED, start))
    with pytest.raises(Refusal) as full:
        store.events.record_strangers("another", an_event(who.id, EventKind.REQUEST_REFUSED, start))
    assert {again.value.cause, full.value.cause} == {"throttle_shut-out", "throttle_shut-outs"}
    late = an_event(who.id, EventKind.REQUEST_REFUSED, start + SHUT_OUTS.seconds)
    store.events.record_strangers("another", late)  # it took no place of its own then
    assert len(store.events.trail(who.id, None, 100).others.events) == SHUT_OUTS.most + 1


def test_ip_09_stranger_whose_event_could_not_be_written_has_taken_no_place(real_store: DynamoStore) -> None:
    """Attack: the store fails for a second, and nothing of this network is in the trail for five minutes."""
    who, start = an_account(), NOW + 86400 * number()
    start -= start % SHUT_OUTS_BY_SOURCE.seconds
    source, event = f"network {number()}", an_event(who.id, EventKind.REQUEST_REFUSED, start)
    with breaking(real_store, Fault.TIMEOUT, 2), pytest.raises(Unavailable):
        real_store.events.record_strangers(source, event)
    for limit, subject in ((SHUT_OUTS_BY_SOURCE, source), (SHUT_OUTS, "strangers")):
        row = real_store.database.read(ThrottleRow, limit.key(subject, start))
        assert row is not None
        assert row.count == 0
    real_store.events.record_strangers(source, event)
    assert trail(real_store, who) == [EventKind.REQUEST_REFUSED]


def test_wb_20_a_form_asks_once_and_takes_one_place_of_its_source(store: Store) -> None:
    source, start, asked = f"source {number()}", NOW - NOW % HOUR, [an_account() for _ in range(20)]
    for place, who in enumerate(asked):
        form = once("sent", start, source, str(place))
        store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start), form)
        with pytest.raises(Refusal) as repeated:
            store.events.ask_reset(source, an_event(who.id, EventKind.RESET_ASKED, start), form)
        assert repeated.value.hint is Hint.OVERTAKEN
        assert len(trail(store, who)) == 1
    another = once("sent", start, source, "another")
    with pytest.raises(Refusal) as refused:
        store.events.ask_reset(source, an_event(an_account().id, EventKind.RESET_ASKED, start), another)
    assert refused.value.code is Code.THROTTLED


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
        details={"failures_before": 3, "next": "portal"},
    )
    store.events.record(event)
    assert store.events.of_account(who.id) == [event]
    assert store.events.by_reference(str(event.reference)) == [event]
    assert store.events.by_reference("NONE-SUCH") == []


def test_tr_09_event_that_is_there_stays_as_it_was(store: Store) -> None:
    """TR-09: written again, as a repetition or a folded reading is, it says what it said the first time."""
    who = an_account()
    event = an_event(who.id, reason="because")
    for reason in ("because", "because", "something else"):
        store.events.record(event._replace(reason=reason))
    with pytest.raises(Unavailable):
        store.events.ask_reset(f"source {number()}", event._replace(reason="another thing"))
    assert store.events.of_account(who.id) == [event]


def test_tr_09_change_whose_event_would_take_another_s_place_is_not_made(real_store: Store) -> None:
    """TR-09: all or nothing; and it is a fault of ours, no answer to what was asked."""
    who = planted(real_store, language="es")
    event = an_event(who.id, EventKind.PREFERENCES_CHANGED, reason="the first")
    real_store.events.record(event)
    again = event._replace(reason="the second")
    with pytest.raises(Unavailable, match="row_is_there:event"):
        real_store.preferences.choose(who.id, who.epoch, Preferences("de", None), again)
    assert stored(real_store, who).language == "es"
    assert real_store.events.of_account(who.id) == [event]
    # Where a condition of what was asked fails as well, that is the answer.
    assert not real_store.preferences.choose(who.id, who.epoch + 1, Preferences("de", None), again)


def test_ad_10_a_reading_filed_under_an_earlier_time_tells_when_it_was(store: Store) -> None:
    who = an_account()
    event = an_event(who.id, EventKind.USERS_READ, NOW + 200)._replace(filed_at=NOW)
    store.events.record(event)
    store.events.record(event._replace(at=NOW + 250))
    (read,) = store.events.of_account(who.id)
    assert (read, read.at, read.sort_key) == (event, NOW + 200, event.sort_key)
    assert read.sort_key.startswith(iso(NOW))


def test_the_trail_is_newest_first_and_no_longer_than_asked(store: Store) -> None:
    who = an_account()
    for seconds in (2, 1, 3):
        store.events.record(an_event(who.id, at=NOW + seconds))
    assert [event.at for event in store.events.of_account(who.id, limit=2)] == [NOW + 3, NOW + 2]


def test_tr_01_changes_are_read_past_any_number_of_refusals(store: Store) -> None:
    """And of the mails that strangers had sent: not one of them is between two changes."""
    who = an_account()
    first = an_event(who.id, EventKind.PASSWORD_CHANGED, NOW)
    last = an_event(who.id, EventKind.LOGON_SUCCEEDED, NOW + 500)
    for event in (first, last):
        store.events.record(event)
    for second in range(30):
        refused = an_event(who.id, EventKind.LOGON_REFUSED, NOW + second)
        asked = an_event(who.id, EventKind.RESET_ASKED, NOW + second + 0.5)
        for event in (refused, asked):
            store.events.record(event)
        store.outbox.note(note_of(asked, EventKind.MAIL_WITHHELD, {}))
    assert store.events.changes(who.id, None, 3) == Stretch([last, first])
    assert store.events.changes(who.id, None, 1) == Stretch([last], last.sort_key)
    assert store.events.changes(who.id, last.sort_key, 1).events == [first]
    changes, others = store.events.trail(who.id, None, 200)
    assert (list(changes.events), len(others.events)) == ([last, first], 90)


def test_tr_02_both_sides_go_on_from_one_position(store: Store) -> None:
    who = an_account()
    kinds = (EventKind.LOGON_SUCCEEDED, EventKind.LOGON_REFUSED)
    events = [an_event(who.id, kinds[second % 2], NOW + second) for second in range(12)]
    for event in events:
        store.events.record(event)
    seen: list[Event] = []
    before: str | None = None
    for _ in range(12):
        stretch = store.events.trail(who.id, before, 2).together()
        seen += stretch.events
        before = stretch.before
        if before is None:
            break
    assert seen == events[::-1]
    assert before is None


def test_note_of_a_mail_stands_with_what_made_it_due(store: Store) -> None:
    who = an_account()
    changed = an_event(who.id, EventKind.PASSWORD_CHANGED)
    store.events.record(changed)
    store.outbox.note(note_of(changed, EventKind.MAIL_SENT, {}))
    assert [one.kind for one in store.events.trail(who.id, None, 9).changes.events] == [
        EventKind.MAIL_SENT,
        EventKind.PASSWORD_CHANGED,
    ]
    assert store.events.changes(who.id, None, 9) == Stretch([changed])


def test_rows_of_older_versions_are_shown_as_what_they_are(real_store: Store) -> None:
    """They wrote every event under the account's id."""
    who = an_account()
    refused = an_event(who.id, EventKind.LOGON_REFUSED, NOW, reference=f"OLDR-{number():04}")
    changed = an_event(who.id, EventKind.PASSWORD_CHANGED, NOW - 1)
    for event in (refused, changed):
        row = event_row(event)
        row.account_id = who.id
        row.save()
    newer = an_event(who.id, EventKind.LOGON_REFUSED, NOW + 1)
    real_store.events.record(newer)
    assert list(real_store.events.trail(who.id, None, 9).together().events) == [newer, refused, changed]
    assert real_store.events.changes(who.id, None, 9) == Stretch([changed])
    assert real_store.events.changes(who.id, None, 1) == Stretch([], refused.sort_key)
    assert real_store.events.by_reference(str(refused.reference)) == [refused]


def test_tr_05_index_of_actors_holds_what_was_done_to_others_and_no_logon(store: Store) -> None:
    boss, ann = planted(store), planted(store)
    done = [
        an_event(ann.id, EventKind.ACCOUNT_DISABLED, NOW - 3)._replace(actor=boss.address),
        an_event(boss.id, EventKind.POLICY_CHANGED, NOW - 2)._replace(actor=boss.address),
        an_event(boss.id, EventKind.TRAIL_READ, NOW - 1)._replace(actor=boss.address),
    ]
    others = [
        an_event(boss.id, EventKind.LOGON_SUCCEEDED)._replace(actor=boss.address),
        an_event(boss.id, EventKind.PASSWORD_CHANGED)._replace(actor=boss.address),
        an_event(ann.id, EventKind.LOGON_REFUSED),
        an_event(ann.id, EventKind.ACCOUNT_INVITED)._replace(actor="setup"),
        an_event(ann.id, EventKind.ADMINISTRATOR_CHANGED)._replace(actor=boss.address),
        an_event(ann.id, EventKind.MAIL_SENT)._replace(actor=boss.address),
    ]
    for event in done + others:
        store.events.record(event)
    found = store.events.done_by(boss.id, None, 2)
    assert list(found.events) == done[:0:-1]
    assert list(store.events.done_by(boss.id, found.before, 2).events) == done[:1]
    assert store.events.done_by(ann.id, None, 2).events == []
