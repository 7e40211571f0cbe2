"""The acts on mails: the same link however often the worker runs, and never more mails than the limits."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import DomainName, domain_id, domain_id_of
from chalicelib.domain.brand import Brand, png
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.limits import RESET_MAILS_DAILY, RESET_MAILS_HOURLY, Limit
from chalicelib.domain.mails import Claim, Due, hour, told_of
from chalicelib.domain.ports import Store
from chalicelib.domain.resets import SUPERSEDED, Noted, Purpose, pending_key
from chalicelib.mail.worker import note_of
from chalicelib.storage.outbox import TOGETHER
from chalicelib.storage.rows import trail_key
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import EventRow
from tests.domain.pictures import picture
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import brand, plant
from tests.fakes.samples import DAY, NOW, a_link, a_temporary, an_account, an_event, number
from tests.fakes.store import FakeStore

HOUR = 3600
BOTH = (RESET_MAILS_HOURLY, RESET_MAILS_DAILY)


def issue(store: Store, account: object, asked_at: float, limits: tuple[Limit, ...] = BOTH) -> str | None:
    link = a_link(account)  # type: ignore[arg-type]
    return store.outbox.issue([link], link.epoch, asked_at, limits)


def test_due_is_the_account_and_whether_its_mail_is_out(store: Store) -> None:
    account = planted(store)
    event = an_event(account.id, EventKind.RESET_ASKED)
    note = note_of(event, EventKind.MAIL_SENT, {})
    own = domain_id_of(account.id)
    assert store.outbox.due(event, note, own) == Due(account, sent=False)
    store.outbox.note(note)
    assert store.outbox.due(event, note, own) == Due(account, sent=True)
    nobody = an_event(an_account().id, EventKind.RESET_ASKED)
    assert store.outbox.due(nobody, nobody, own) == Due(None, sent=False)


def test_due_brings_the_brand_of_the_domain_it_is_sent_for(store: Store) -> None:
    account, name = planted(store), DomainName(f"brand{number()}.test")
    whole = Brand("Acme", "#a8232c", png(picture()), "+49 30 1234")
    event = an_event(account.id, EventKind.MESSAGE_SENT)
    assert store.outbox.due(event, event, domain_id(name)).brand is None
    for value in (whole, Brand(colour="#a8232c"), Brand()):
        brand(store, name, value)
        assert store.outbox.due(event, event, domain_id(name)).brand == value
        assert store.outbox.due(event, event, domain_id_of(account.id)).brand is None
    assert store.outbox.due(event, event, domain_id(name)).account == account


def test_rl_06_the_first_note_of_a_mail_stays(store: Store) -> None:
    who = an_account()
    sent = an_event(who.id, EventKind.MAIL_SENT, details={"message_id": "first"})
    store.outbox.note(sent)
    store.outbox.note(sent._replace(kind=EventKind.MAIL_FAILED))
    assert store.events.of_account(who.id) == [sent]


def claim_on(store: Store, event: Event) -> Claim:
    return store.outbox.due(
        event, note_of(event, EventKind.MAIL_SENT, {}), domain_id_of(event.account_id)
    ).claim


def test_ml_11_of_two_runs_that_saw_the_same_one_claims_the_mail(store: Store) -> None:
    event = an_event(planted(store).id, EventKind.RESET_ASKED)
    assert claim_on(store, event) == Claim()
    first = Claim(1, NOW, "k1")
    assert store.outbox.claim(event, Claim(), first, "one")
    assert not store.outbox.claim(event, Claim(), Claim(1, NOW + 1, "k2"), "two")
    assert claim_on(store, event) == first
    assert store.outbox.claim(event, first, Claim(2, NOW + 60, "k1"), "two")
    assert not store.outbox.claim(event, first, Claim(2, NOW + 61, "k1"), "one")
    assert claim_on(store, event) == Claim(2, NOW + 60, "k1")


def test_ml_11_claim_whose_answer_was_lost_is_found_by_its_run(store: Store) -> None:
    event = an_event(planted(store).id, EventKind.RESET_ASKED)
    made = Claim(1, NOW, "k1")
    assert [store.outbox.claim(event, Claim(), made, "one") for _ in range(2)] == [True, True]
    assert claim_on(store, event) == made


def test_ml_11_claim_is_taken_back_by_whoever_made_it_and_keeps_its_key(store: Store) -> None:
    event = an_event(planted(store).id, EventKind.RESET_ASKED)
    store.outbox.claim(event, Claim(), Claim(1, NOW, "k1"), "one")
    store.outbox.release(event, Claim(), "two")
    assert claim_on(store, event) == Claim(1, NOW, "k1")
    store.outbox.release(event, Claim(), "one")
    assert claim_on(store, event) == Claim(0, 0, "k1")
    assert store.outbox.claim(event, Claim(0, 0, "k1"), Claim(1, NOW + 5, "k1"), "two")


def test_rl_16_what_was_put_aside_waits_oldest_first_until_it_left_a_note(store: Store) -> None:
    at = NOW + number() * DAY  # an hour of its own
    events = [
        an_event(planted(store).id, kind, at=at - ago)
        for ago, kind in ((0, EventKind.RESET_ASKED), (9, EventKind.PASSWORD_CHANGED))
    ]
    for event in events:
        store.events.record(event)
        for _ in range(2):
            store.outbox.put_aside(trail_key_of(store, event), event.sort_key, "ses:Throttling", at)
    store.outbox.put_aside("nobody", "2026-11-27T01:00:00.000Z#gone", "record_unreadable", at)
    assert list(store.outbox.waiting(hour(at))) == events[::-1]
    assert list(store.outbox.waiting(hour(at - HOUR))) == []
    store.outbox.note(note_of(events[0], EventKind.MAIL_SENT, {}))
    assert list(store.outbox.waiting(hour(at))) == events[1:]


def trail_key_of(store: Store, event: Event) -> str:
    """The store in memory has one trail for each account."""
    return event.account_id if isinstance(store, FakeStore) else trail_key(event)


def test_rl_16_row_that_cannot_be_read_holds_up_none_of_its_hour(real_store: DynamoStore) -> None:
    """A version that is rolled back finds kinds that it does not know."""
    at = NOW + number() * DAY
    events = [an_event(planted(real_store).id, EventKind.PASSWORD_CHANGED, at=at + s) for s in range(3)]
    for event in events:
        real_store.events.record(event)
        real_store.outbox.put_aside(trail_key(event), event.sort_key, "fault", at)
    torn = EventRow(trail_key(events[1]), events[1].sort_key)
    torn.update(actions=[EventRow.kind.set("of_a_later_version")])
    assert list(real_store.outbox.unsettled(hour(at))) == [events[0], events[2]]
    assert list(real_store.outbox.waiting(hour(at))) == [events[0], events[2]]


def test_what_a_mail_carries_is_stored_together(store: Store) -> None:
    account = planted(store)
    rows = [a_link(account), a_temporary(account)]
    assert store.outbox.issue(rows, 1, NOW, BOTH) is None
    assert [store.passwords.by_link(row.key) for row in rows] == rows


def test_rl_06_issuing_twice_keeps_what_was_issued_first_and_counts_once(store: Store) -> None:
    account = planted(store)
    link = a_link(account)
    for _ in range(9):
        assert store.outbox.issue([link._replace()], 1, NOW, BOTH) is None
    later = link._replace(valid_until=NOW + DAY)
    assert store.outbox.issue([later], 1, NOW, BOTH) is None
    assert store.passwords.by_link(link.key) == link
    assert issue(store, account, NOW) is None


@pytest.mark.parametrize("spent", [True, False], ids=["spent", "of an epoch before"])
def test_rl_06_issuing_again_does_not_make_a_link_good_that_is_void(store: Store, spent: bool) -> None:
    account = planted(store, epoch=2)
    rows = [a_link(account), a_temporary(account)]
    void = rows[1]._replace(spent_at=NOW) if spent else rows[1]._replace(epoch=1)
    for row in (rows[0], void):
        plant(store, row)
    assert store.outbox.issue(rows, 2, NOW, BOTH) == SUPERSEDED
    assert [store.passwords.by_link(row.key) for row in rows] == [rows[0], void]


@pytest.mark.parametrize(
    "waits",
    [
        {},
        {"address": "other@people.test"},
        {"valid_until": NOW + 7200},
        {"epoch": 2},
        {"spent_at": NOW},
        None,
    ],
)
@pytest.mark.parametrize("stored_before", [True, False])
def test_the_proof_of_an_address_is_issued_while_it_is_that_one_which_waits(
    store: Store, waits: dict[str, Any] | None, stored_before: bool
) -> None:
    account = planted(store)
    link = a_link(account, Purpose.ADDRESS, address="new@people.test")
    if waits is not None:
        plant(store, link._replace(key=pending_key(account.id), **waits))
    if stored_before:
        plant(store, link)
    assert store.outbox.issue([link], 1, NOW, ()) == (None if waits == {} else SUPERSEDED)
    assert (store.passwords.by_link(link.key) is not None) is (stored_before or waits == {})


def test_ml_09_link_of_a_mail_is_renewed_for_the_present_epoch_and_none_is_made(store: Store) -> None:
    account = planted(store)
    link = a_link(account)._replace(purpose=Purpose.NOT_ME)
    assert not store.outbox.renew(link, 1)
    assert store.passwords.by_link(link.key) is None
    assert store.outbox.issue([link], 1, NOW, ()) is None
    plant(store, account._replace(epoch=2))
    newer = link._replace(epoch=2, enrolled_at=NOW)
    assert not store.outbox.renew(newer, 1)
    assert store.passwords.by_link(link.key) == link
    assert store.outbox.renew(newer, 2)
    assert store.passwords.by_link(link.key) == newer


def test_rs_09_nothing_is_issued_for_an_account_that_moved_or_is_not_there(store: Store) -> None:
    account = planted(store, epoch=2)
    stale = a_link(account._replace(epoch=1))
    assert store.outbox.issue([stale], 1, NOW, BOTH) == "account_changed_meanwhile"
    assert store.passwords.by_link(stale.key) is None
    assert issue(store, an_account(), NOW) == "account_changed_meanwhile"


def test_rs_13_three_mails_an_hour_whoever_asks(store: Store) -> None:
    account, start = planted(store), NOW - NOW % DAY
    assert [issue(store, account, start) for _ in range(3)] == [None] * 3
    assert issue(store, account, start + HOUR - 1) == "too_many_mails"
    assert issue(store, account, start + HOUR) is None
    assert issue(store, planted(store), start) is None


def test_rs_13_ten_mails_a_day(store: Store) -> None:
    account, start = planted(store), NOW - NOW % DAY
    hours = [start + HOUR * (number // 3) for number in range(10)]
    assert [issue(store, account, at) for at in hours] == [None] * 10
    assert issue(store, account, start + DAY - 1) == "too_many_mails"
    assert issue(store, account, start + DAY) is None


def test_rs_15_the_count_of_mails_begins_afresh_once_every_link_is_void(store: Store) -> None:
    account, start = planted(store), NOW - NOW % DAY
    for _ in range(4):
        issue(store, account, start)
    plant(store, account._replace(epoch=2))
    link = a_link(account)._replace(epoch=2)
    assert store.outbox.issue([link], 2, start, BOTH) is None
    assert store.outbox.issue([a_link(account)], 1, start, BOTH) == "account_changed_meanwhile"


def test_rs_13_a_mail_that_is_too_many_leaves_no_link(store: Store) -> None:
    account, start = planted(store), NOW - NOW % DAY
    for _ in range(3):
        issue(store, account, start)
    link = a_link(account)
    assert store.outbox.issue([link], 1, start, BOTH) == "too_many_mails"
    assert store.passwords.by_link(link.key) is None


@pytest.mark.parametrize("purpose", [Purpose.RESET, Purpose.NOT_ME])
def test_rs_08_a_row_says_what_its_link_is_for(store: Store, purpose: Purpose) -> None:
    account = planted(store)
    link = a_link(account, purpose)
    assert store.outbox.issue([link], 1, NOW, ()) is None
    found = store.passwords.by_link(link.key)
    assert found is not None
    assert found.purpose is purpose
    assert stored(store, account) == account


def test_what_left_no_note_is_found_by_its_hour_oldest_first(store: Store) -> None:
    start = NOW + number() * DAY  # an hour of its own
    start -= start % HOUR
    account = planted(store)
    events = [
        an_event(account.id, EventKind.MESSAGE_SENT, at=start + second, details={"from": "a@b.test"})
        for second in (3, 1, 2, HOUR)
    ]
    for event in events:
        store.events.record(event)
    store.events.record(an_event(account.id, EventKind.LOGON_SUCCEEDED, at=start + 4))
    store.outbox.note(note_of(events[0], EventKind.MAIL_WITHHELD, {}))
    hour, after = (iso(at)[:13] for at in (start, start + HOUR))
    assert list(store.outbox.unsettled(hour)) == [events[1], events[2]]
    assert list(store.outbox.unsettled(after)) == [events[3]]


def test_an_hour_of_more_events_than_one_trip_takes_is_found_whole(store: Store) -> None:
    start = NOW + number() * DAY
    start -= start % HOUR
    account = planted(store)
    events = [
        an_event(account.id, EventKind.PASSWORD_CHANGED, at=start + second)
        for second in range(2 * TOGETHER + 1)
    ]
    for event in events:
        store.events.record(event)
    for event in events[::2]:
        store.outbox.note(note_of(event, EventKind.MAIL_SENT, {}))
    assert list(store.outbox.unsettled(iso(start)[:13])) == events[1::2]


def test_ml_07_note_of_a_mail_is_found_by_the_id_that_ses_gave_it(store: Store) -> None:
    ann, bob = planted(store), planted(store)
    unique = f"0102015e-{number()}"
    assert store.outbox.noted(unique) is None
    told = {"message_id": unique, "about": "password_reset_asked", "mailed": ann.id}
    sent = an_event(ann.id, EventKind.MAIL_SENT, details=told)
    store.outbox.note(sent)
    assert store.outbox.noted(unique) == Noted(ann.id, "password_reset_asked")
    # What SES tells of it holds the same id, and is no note.
    news = {"message_id": unique, "mail": "password_reset_asked"}
    store.outbox.record_delivery(an_event(bob.id, EventKind.MAIL_DELIVERED, details=news), None)
    assert store.outbox.noted(unique) == Noted(ann.id, "password_reset_asked")
    assert store.outbox.noted(unique[:-1]) is None


def test_ml_07_note_of_a_mail_to_an_alias_names_the_account_that_was_mailed(store: Store) -> None:
    ann, alias, unique = planted(store), planted(store), f"0102015e-{number()}"
    told = {"message_id": unique, "about": "password_reset_asked", "mailed": ann.id}
    store.outbox.note(an_event(alias.id, EventKind.MAIL_SENT, details=told))
    assert store.outbox.noted(unique) == Noted(ann.id, "password_reset_asked")


@pytest.mark.parametrize("kind", [EventKind.MAIL_WITHHELD, EventKind.MAIL_FAILED, EventKind.MAIL_DELAYED])
def test_ml_07_note_of_a_mail_that_did_not_go_out_is_not_found(store: Store, kind: EventKind) -> None:
    unique = f"0102015e-{number()}"
    store.outbox.note(an_event(planted(store).id, kind, details={"message_id": unique}))
    assert store.outbox.noted(unique) is None


def test_ml_05_delivery_event_counts_once_and_old_news_changes_nothing(store: Store) -> None:
    who = planted(store, delivery_lifted_at=NOW)
    event = an_event(who.id, EventKind.MAIL_BOUNCED, at=NOW + 1)
    late = an_event(who.id, EventKind.MAIL_BOUNCED, at=NOW)
    store.outbox.record_delivery(late, "bounced")
    assert stored(store, who).undeliverable is None
    for _ in range(2):
        store.outbox.record_delivery(event, "bounced")
    assert stored(store, who).undeliverable == "bounced"
    assert len(trail(store, who)) == 2
    nobody = an_account().id
    store.outbox.record_delivery(an_event(nobody, EventKind.MAIL_BOUNCED), "bounced")
    assert store.accounts.find(nobody)[0] is None


def test_ad_09_every_other_active_administrator_gets_an_event_once(store: Store) -> None:
    """More of them than one transaction takes, and told again by a worker that was stopped."""
    about, actor, frozen, recipient = (
        planted(store, kind=kind) for kind in (*[Kind.ADMINISTRATOR] * 3, Kind.RECIPIENT)
    )
    plant(store, frozen._replace(status=Status.FROZEN))
    others = [planted(store, kind=Kind.ADMINISTRATOR) for _ in range(120)]
    event = an_event(about.id, EventKind.TWO_STEP_RESET, email=about.address, actor=actor.address)
    assert store.outbox.tell_administrators(event) >= 120
    assert store.outbox.tell_administrators(event) >= 120
    told = {other.id: store.events.of_account(other.id) for other in others}
    assert {len(events) for events in told.values()} == {1}
    for other, (one,) in told.items():
        assert (one.account_id, one.kind, one.at) == (other, EventKind.ADMINISTRATOR_CHANGED, event.at)
        assert one.details == {"about": "two_step_reset", "whose": about.address, "actor_kind": None}
        assert one.actor == actor.address
    for nobody in (about, actor, frozen, recipient):
        assert store.events.of_account(nobody.id) == []


def test_tr_09_whoever_was_told_before_is_left_as_told_and_a_new_one_is_told(store: Store) -> None:
    """TR-09: one of a transaction of fifty was told by an earlier run; the others are told all the same."""
    about = planted(store, kind=Kind.ADMINISTRATOR)
    event = an_event(about.id, EventKind.TWO_STEP_RESET, email=about.address)
    before, after = (planted(store, kind=Kind.ADMINISTRATOR) for _ in range(2))
    first = told_of(event, before.id)._replace(url="https://portal.test/the-first-run")
    store.events.record(first)
    store.outbox.tell_administrators(event)
    assert store.events.of_account(before.id) == [first]
    assert store.events.of_account(after.id) == [told_of(event, after.id)]


def test_lg_17_of_each_account_the_first_logon_whose_code_did_not_come_is_found(store: Store) -> None:
    ann, bob = planted(store), planted(store)
    begun = [
        an_event(
            who.id, EventKind.LOGON_HALF_DONE, NOW + at, details={"next": "enter_code", "logon": f"{at}"}
        )
        for who in (ann, bob)
        for at in (0, 1, 2)
    ]
    entered = an_event(ann.id, EventKind.LOGON_SUCCEEDED, NOW + 9, details={"logon": "0"})
    waiting = an_event(
        bob.id, EventKind.LOGON_HALF_DONE, NOW, details={"next": "enrol_two_step", "logon": "x"}
    )
    for event in (*begun, entered, waiting):
        store.events.record(event)
    mine = {ann.id, bob.id}

    def found(now: float) -> list[Event]:
        return [event for event in store.outbox.unfinished(hour(NOW), now) if event.account_id in mine]

    assert found(NOW + 299) == []
    assert {event.sort_key for event in found(NOW + 302)} == {begun[1].sort_key, begun[3].sort_key}
    assert store.outbox.unfinished(hour(NOW - 3600), NOW + 302) == []


@pytest.mark.parametrize("ids", ["ab", "ba"])
def test_lg_17_code_of_the_same_millisecond_has_followed(store: Store, ids: str) -> None:
    """Whichever of the two keys comes first."""
    ann, logon = planted(store), {"logon": "one"}
    half = an_event(ann.id, EventKind.LOGON_HALF_DONE, details={"next": "enter_code", **logon})
    whole = an_event(ann.id, EventKind.LOGON_SUCCEEDED, details=logon)
    for event, name in zip((half, whole), ids, strict=True):
        store.events.record(event._replace(id=f"{name}{event.id[1:]}"))
    found = store.outbox.unfinished(hour(NOW), NOW + 400)
    assert [event for event in found if event.account_id == ann.id] == []
