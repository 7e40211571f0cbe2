"""Who asks: what a step is told of session and account, which number a logon takes, and which browser is new."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import TwoStep
from chalicelib.domain.sessions import (
    CONFIRMATIONS,
    MAX_HALF_DONE,
    MAX_SESSIONS,
    Caller,
    Credential,
    Next,
    Session,
    caller_of,
    client_of,
    new_client,
    numbered,
    outlived,
    recently_reauthenticated,
    touch_due,
)
from tests.fakes.samples import NOW, a_session, an_account

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def the_caller(**facts: Any) -> Caller:
    account = an_account()
    told = caller_of(a_session(account), account, Next.PORTAL, two_step_required=False)
    return told._replace(**facts)


def test_se_09_ten_sessions_and_ten_half_done_logons_and_five_wrong_confirmations() -> None:
    assert (MAX_SESSIONS, MAX_HALF_DONE, CONFIRMATIONS) == (10, 10, 5)


@pytest.mark.parametrize("whole", [True, False])
def test_lg_16_whole_sessions_are_counted_among_themselves(
    monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    """Each kind by its own most, whatever the other's is."""
    most = "MAX_SESSIONS" if whole else "MAX_HALF_DONE"
    monkeypatch.setattr(f"chalicelib.domain.sessions.{most}", 2)
    session = a_session(an_account(), epoch=7, serial=5, whole=whole)
    assert outlived(session, 7, 6, NOW, 1800) is None
    assert outlived(session, 7, 7, NOW, 1800) == "evicted_by_newer_sessions"


def test_what_nobody_says_of_a_session_is_that_it_is_whole_and_from_a_stranger() -> None:
    """Attack: a row from before a fact was kept is read as one that has more rights, or fewer confirmations left."""
    session, caller = Session._field_defaults, Caller._field_defaults
    assert (session["confirmations"], session["known"], session["whole"]) == (0, False, True)
    assert (caller["known"], caller["started_at"], caller["whole"]) == (False, 0, True)
    assert caller["console_shut"] is False


def test_the_caller_is_the_session_s_and_the_account_s_as_they_are_now() -> None:
    two_step = TwoStep(seed="sealed", recovery=("one", "two"))
    account = an_account(
        epoch=7, session_serial=31, language="de", time_zone="Europe/Zurich", password_changed_at=NOW - 9
    )._replace(two_step=two_step)
    session = a_session(
        account,
        serial=30,
        known=True,
        opened_with=Credential.TEMPORARY,
        code_entered=True,
        previous_logon_at=NOW - 7,
        started_at=NOW - 5,
    )
    told = caller_of(session, account, Next.CHANGE_PASSWORD, two_step_required=True)
    assert (told.account_id, told.address, told.epoch) == (account.id, account.address, 7)
    assert (told.serial, told.newest_serial, told.next) == (30, 31, Next.CHANGE_PASSWORD)
    assert (told.language, told.zone) == ("de", "Europe/Zurich")
    assert (told.two_step_active, told.two_step_required, told.recovery_codes_left) == (True, True, 2)
    assert (told.known, told.whole, told.logon, told.started_at) == (True, True, session.logon, NOW - 5)
    assert (told.opened_with, told.code_entered) == (Credential.TEMPORARY, True)
    assert (told.password_changed_at, told.previous_logon_at) == (NOW - 9, NOW - 7)
    bare = caller_of(session, an_account(), Next.PORTAL, two_step_required=False)
    assert (bare.language, bare.zone, bare.two_step_active) == ("", "", False)


@pytest.mark.parametrize(
    ("active", "left", "few"), [(True, 3, False), (True, 2, True), (True, 0, True), (False, 0, False)]
)
def test_tf_08_few_codes_are_left_to_who_has_a_second_step_and_two_or_fewer(
    active: bool, left: int, few: bool
) -> None:
    caller = the_caller(two_step_active=active, recovery_codes_left=left)
    assert caller.few_codes is few


@pytest.mark.parametrize(("since", "recently"), [(0, True), (599.9, True), (600, False), (601, False)])
def test_se_11_a_password_is_fresh_for_ten_minutes(since: float, recently: bool) -> None:
    assert recently_reauthenticated(the_caller(reauthenticated_at=NOW), NOW + since) is recently


def test_se_04_last_seen_is_judged_by_what_has_passed() -> None:
    session = a_session(an_account(), last_seen_at=NOW)
    assert not touch_due(session, NOW, 1800)
    assert touch_due(session, NOW + 60, 1800)


@pytest.mark.parametrize("known", [True, False])
def test_lg_16_a_logon_takes_the_next_number_of_its_kind(known: bool) -> None:
    account = an_account(
        session_serial=30, half_done_serial=40, known_half_done_serial=50, last_logon_at=NOW - 9
    )
    whole = numbered(a_session(account, known=known), account)
    assert (whole.serial, whole.previous_logon_at) == (31, NOW - 9)
    half_done = numbered(a_session(account, next=Next.ENTER_CODE, known=known), account)
    assert (half_done.serial, half_done.previous_logon_at) == (51 if known else 41, None)


def test_lg_12_a_browser_is_known_by_its_name_whatever_its_version_and_by_no_other_account() -> None:
    account = an_account()
    assert client_of(account, FIREFOX) == client_of(account, FIREFOX.replace("140", "141"))
    assert client_of(account, FIREFOX) != client_of(account, FIREFOX.replace("Firefox", "Chrome"))
    assert client_of(account, FIREFOX) != client_of(an_account(), FIREFOX)
    assert len(client_of(account, FIREFOX)) == 6  # four of them in a row of an account


@pytest.mark.parametrize("next_", Next)
@pytest.mark.parametrize("seen", [True, False])
def test_lg_12_only_a_whole_logon_teaches_an_account_a_browser(next_: Next, seen: bool) -> None:
    """Attack: who has the password alone logs on half way, and their browser is no news to its owner any more."""
    account = an_account()
    client = client_of(account, FIREFOX)
    account = account._replace(clients=(client,) if seen else ())
    taught = next_ is Next.PORTAL and not seen
    assert new_client(account, FIREFOX, next_) == (client if taught else None)
