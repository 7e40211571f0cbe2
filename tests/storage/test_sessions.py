"""The acts on sessions: what the authorizer judges by, a new secret for the old one, the end."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Kind, Policy, Status, TwoStep
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.repeats import REPEAT_SECONDS, REPEATS
from chalicelib.domain.sessions import Answered, Session, Standing
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_digest, a_session, an_account, an_event, number


def test_se_06_the_standing_is_account_session_and_both_policies_together(store: Store) -> None:
    domain = f"domain{number()}.test"
    account = planted(store, address=f"person@{domain}", epoch=4)
    session, portal, policy = (
        a_session(account),
        Policy(PORTAL_POLICY, admin_ranges=()),
        Policy(domain, ranges=()),
    )
    plant(store, session, portal, policy)
    judged = account._replace(password_hash=None)
    assert store.sessions.standing((account.id, session.digest)) == Standing(portal, session, judged, policy)
    assert store.sessions.standing(None) == Standing(portal)
    plant(store, Policy(PORTAL_POLICY))


def test_ip_03_no_ranges_and_an_empty_list_of_ranges_stay_two_things(store: Store) -> None:
    closed, free = planted(store, ranges=()), planted(store, ranges=None)
    assert stored(store, closed).ranges == ()
    assert stored(store, free).ranges is None


def test_the_standing_of_a_session_that_is_not_there_still_brings_the_account(store: Store) -> None:
    account = planted(store)
    standing = store.sessions.standing((account.id, a_digest()))
    assert (standing.session, standing.account) == (None, account._replace(password_hash=None))


def test_lo_07_the_standing_holds_all_that_a_request_is_judged_by_and_no_password_hash(store: Store) -> None:
    judged = {
        "kind": Kind.ADMINISTRATOR,
        "password_changed_at": NOW - 9,
        "must_change_password": True,
        "locked_until": NOW + 1,
        "known_locked_until": NOW + 2,
        "session_serial": 7,
        "half_done_serial": 8,
        "known_half_done_serial": 9,
        "two_step": TwoStep(seed="sealed", recovery=("one", "two")),
        "two_step_required": True,
        "ranges": ("10.0.0.0/8",),
        "language": "fr",
        "time_zone": "Europe/Paris",
    }
    rest = {"failures": 3, "attempted_at": NOW, "clients": ("abcdef",), "undeliverable": "bounced"}
    account = planted(store, password_hash="hash", **judged, **rest)
    standing = store.sessions.standing((account.id, a_digest()))
    assert standing.account == an_account(account.address, password_hash=None, **judged)


@pytest.mark.parametrize(("before", "after"), [(NOW - 1, NOW), (NOW, NOW), (NOW + 5, NOW + 5)])
def test_se_04_last_seen_never_moves_backwards(store: Store, before: float, after: float) -> None:
    session = a_session(planted(store), last_seen_at=before)
    plant(store, session)
    store.sessions.touch(session, NOW)
    assert store.sessions.of_account(session.account_id) == [session._replace(last_seen_at=after)]


def test_se_05_touching_does_not_bring_an_ended_session_back(store: Store) -> None:
    session = a_session(planted(store))
    store.sessions.touch(session, NOW + 1)
    assert store.sessions.of_account(session.account_id) == []


def test_every_session_of_an_account_is_listed_and_of_no_other(store: Store) -> None:
    account, other = planted(store), planted(store)
    mine = [a_session(account), a_session(account)]
    plant(store, *mine, a_session(other))
    assert sorted(store.sessions.of_account(account.id), key=lambda one: one.digest) == mine


def test_se_02_moving_on_ends_the_old_secret_with_the_new_one(store: Store) -> None:
    account = planted(store, failures=2, locked_until=NOW + 900)
    old, new = a_session(account), a_session(account)
    plant(store, old)
    assert store.sessions.move_on(old.digest, new, an_event(account.id, EventKind.REAUTHENTICATED))
    assert store.sessions.of_account(account.id) == [new]
    assert (
        stored(store, account) == account
    )  # LG-13: what strangers did to its logon is none of a session's business
    assert trail(store, account) == [EventKind.REAUTHENTICATED]


@pytest.mark.parametrize("change", [{"epoch": 2}, {"status": Status.DISABLED}], ids=["epoch", "disabled"])
def test_se_10_no_session_moves_on_once_the_account_has_moved(store: Store, change: dict[str, Any]) -> None:
    account = planted(store)
    old, new = a_session(account), a_session(account)
    plant(store, old, account._replace(**change))
    assert not store.sessions.move_on(old.digest, new, an_event(account.id))
    assert store.sessions.of_account(account.id) == [old]
    assert trail(store, account) == []


def test_se_02_only_a_session_that_is_still_there_moves_on(store: Store) -> None:
    account = planted(store)
    assert not store.sessions.move_on(a_digest(), a_session(account), an_event(account.id))
    assert store.sessions.of_account(account.id) == []


@pytest.mark.parametrize(("later", "found"), [(0, True), (REPEAT_SECONDS - 1, True), (REPEAT_SECONDS, False)])
def test_wb_20_what_took_its_place_is_found_for_a_minute(store: Store, later: int, found: bool) -> None:
    old, new = handed_over(store)
    session = store.sessions.repeated(old.account_id, old.digest, new.digest, NOW + later)
    assert session == (new if found else None)


def test_wb_20_a_session_that_was_handed_over_is_over_for_whoever_judges_it(store: Store) -> None:
    old, new = handed_over(store)
    left = store.sessions.standing((old.account_id, old.digest)).session
    assert left
    assert (left.handed_over_at, left.expires_at) == (NOW, int(NOW))
    assert store.sessions.of_account(old.account_id) == [new]
    assert store.sessions.reserve_confirmation(old.account_id, old.digest)[0] == 0
    event = an_event(old.account_id, EventKind.REAUTHENTICATED)
    assert not store.sessions.move_on(old.digest, a_session(planted(store)), event)


def test_wb_20_a_handed_over_session_is_asked_a_few_times_whatever_it_is_asked(store: Store) -> None:
    old, new = handed_over(store)
    for _ in range(REPEATS):
        assert store.sessions.repeated(old.account_id, old.digest, a_digest(), NOW) is None
    assert store.sessions.repeated(old.account_id, old.digest, new.digest, NOW) is None


def test_wb_20_no_session_is_the_repeat_of_one_that_was_not_handed_over(store: Store) -> None:
    account = planted(store)
    one, other = a_session(account), a_session(account)
    plant(store, one, other)
    assert store.sessions.repeated(account.id, one.digest, other.digest, NOW) is None
    assert store.sessions.repeated(account.id, a_digest(), other.digest, NOW) is None


@pytest.mark.parametrize(("later", "found"), [(0, True), (REPEAT_SECONDS - 1, True), (REPEAT_SECONDS, False)])
def test_wb_20_a_session_knows_for_a_minute_which_form_it_answered(
    store: Store, later: int, found: bool
) -> None:
    answered = an_answer(store)
    assert store.sessions.standing((answered.account_id, answered.digest)).session == answered
    asked = store.sessions.answered(answered.account_id, answered.digest, NOW + later)
    assert asked == (answered if found else None)


def test_wb_20_who_asks_a_session_what_it_answered_is_counted(store: Store) -> None:
    session = an_answer(store)
    for _ in range(REPEATS):
        assert store.sessions.answered(session.account_id, session.digest, NOW) == session
    assert store.sessions.answered(session.account_id, session.digest, NOW) is None


def test_wb_20_a_session_that_answered_no_form_or_is_over_says_nothing(store: Store) -> None:
    account = planted(store)
    plain, over = a_session(account), an_answer(store)
    plant(store, plain, over._replace(expires_at=int(NOW)))
    assert store.sessions.answered(account.id, plain.digest, NOW) is None
    assert store.sessions.answered(over.account_id, over.digest, NOW) is None
    assert store.sessions.answered(account.id, a_digest(), NOW) is None


def an_answer(store: Store) -> Session:
    """A session whose secret was the answer to a form just now."""
    session = a_session(planted(store))._replace(answered=Answered(NOW, "/reauthenticate", "0" * 32, "word"))
    plant(store, session)
    return session


def handed_over(store: Store) -> tuple[Session, Session]:
    """A session and the one that took its place now."""
    account = planted(store)
    old, new = a_session(account), a_session(account)
    plant(store, old)
    event = an_event(account.id, EventKind.REAUTHENTICATED)._replace(at=NOW)
    assert store.sessions.move_on(old.digest, new, event)
    return old, new


def test_wb_20_of_two_ends_of_one_session_one_is_told(store: Store) -> None:
    account = planted(store)
    one, other = a_session(account), a_session(account)
    plant(store, one, other)
    ended = [
        store.sessions.end(account.id, [one.digest], an_event(account.id, EventKind.LOGGED_OFF), present=True)
        for _ in range(2)
    ]
    assert ended == [True, False]
    assert store.sessions.of_account(account.id) == [other]
    assert trail(store, account) == [EventKind.LOGGED_OFF]


def test_se_05_ending_leaves_the_others_and_ending_again_is_no_error(store: Store) -> None:
    account = planted(store)
    one, other = a_session(account), a_session(account)
    plant(store, one, other)
    for _ in range(2):
        store.sessions.end(account.id, [one.digest], an_event(account.id, EventKind.LOGGED_OFF))
    assert store.sessions.of_account(account.id) == [other]
    assert trail(store, account) == [EventKind.LOGGED_OFF] * 2


def test_se_08_many_sessions_end_with_one_event(store: Store) -> None:
    account = planted(store)
    sessions = [a_session(account) for _ in range(45)]
    plant(store, *sessions)
    event = an_event(account.id, EventKind.SESSIONS_REVOKED)
    store.sessions.end(account.id, [session.digest for session in sessions], event)
    assert store.sessions.of_account(account.id) == []
    assert store.events.of_account(account.id) == [event]


def test_lg_13_a_confirmation_is_counted_in_its_session_and_the_account_read_in_one_act(store: Store) -> None:
    account = planted(store, failures=100, locked_until=NOW + 900)
    session, other = a_session(account), a_session(account)
    plant(store, session, other)
    reserved = [store.sessions.reserve_confirmation(account.id, session.digest) for _ in range(7)]
    assert reserved == [(number, account) for number in (1, 2, 3, 4, 5, 0, 0)]
    assert store.sessions.reserve_confirmation(account.id, other.digest) == (1, account)
    assert stored(store, account) == account


def test_lg_13_a_session_that_is_not_there_has_no_confirmation_and_does_not_come_to_be(store: Store) -> None:
    account, nobody = planted(store), an_account()
    digest = a_digest()
    assert store.sessions.reserve_confirmation(account.id, digest) == (0, account)
    assert store.sessions.reserve_confirmation(nobody.id, digest) == (0, None)
    store.sessions.confirmed(account.id, digest)
    assert store.sessions.of_account(account.id) == []


def test_lg_13_a_right_confirmation_lets_the_session_count_afresh(store: Store) -> None:
    account = planted(store)
    session = a_session(account)._replace(confirmations=5)
    plant(store, session)
    store.sessions.confirmed(account.id, session.digest)
    assert store.sessions.reserve_confirmation(account.id, session.digest) == (1, account)
    new = a_session(account)
    assert store.sessions.move_on(session.digest, new, an_event(account.id))
    assert store.sessions.of_account(account.id) == [new]
