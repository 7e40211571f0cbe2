"""When a session is dead and of what, and how long each kind may live (SE-01, SE-04, SE-09, LG-07, LG-09)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Status
from chalicelib.domain.sessions import (
    MAX_SESSIONS,
    Next,
    cause_of_death,
    expiry,
    lifetime,
    outlived,
    touch_due,
)
from tests.domain.truth import ANY, Row, Table, told
from tests.fakes.samples import NOW, a_session, an_account

YES, NO = True, False
IDLE = 1800
HALF_DONE = {Next.ENTER_CODE, Next.CHANGE_PASSWORD, Next.ENROL_TWO_STEP}
ENDED: dict[str | None, dict[str, Any]] = {
    "epoch_moved": {"epoch": 6},
    "evicted_by_newer_sessions": {"serial": 20},
    "expired": {"expires_at": NOW},
    "idle": {"last_seen_at": NOW - IDLE},
    None: {},
}
ACCOUNT: dict[str, Any] = {"epoch": 7, "session_serial": 30, "half_done_serial": 30}
ALIVE: dict[str, Any] = {"epoch": 7, "serial": 30, "expires_at": NOW + 600, "last_seen_at": NOW}

OUTLIVED = Table(
    {"epoch_moved": (YES, NO), "evicted": (YES, NO), "expired": (YES, NO), "idle": (YES, NO)},
    [
        (YES, ANY, ANY, ANY, "epoch_moved"),
        (NO, YES, ANY, ANY, "evicted_by_newer_sessions"),
        (NO, NO, YES, ANY, "expired"),
        (NO, NO, NO, YES, "idle"),
        (NO, NO, NO, NO, None),
    ],
)
DEATH = Table(
    {"status": tuple(Status), "next_": tuple(Next), "locked": (YES, NO), "ended": tuple(ENDED)},
    [
        (Status.DISABLED, ANY, ANY, ANY, "account_disabled"),
        (Status.FROZEN, ANY, ANY, ANY, "account_frozen"),
        (Status.ERASED, ANY, ANY, ANY, "account_erased"),
        (Status.ACTIVE, HALF_DONE, YES, ANY, "locked_half_way"),
        *[(Status.ACTIVE, HALF_DONE, NO, cause, cause) for cause in ENDED],
        *[(Status.ACTIVE, Next.PORTAL, ANY, cause, cause) for cause in ENDED],
    ],
)


def judged(*, epoch_moved: bool, evicted: bool, expired: bool, idle: bool) -> str | None:
    asked = {
        "epoch_moved": epoch_moved,
        "evicted_by_newer_sessions": evicted,
        "expired": expired,
        "idle": idle,
    }
    facts = dict(ALIVE)
    for cause, holds in asked.items():
        facts |= ENDED[cause] if holds else {}
    return outlived(a_session(an_account(), **facts), 7, 30, NOW, IDLE)


def died_of(*, status: Status, next_: Next, locked: bool, ended: str | None) -> str | None:
    account = an_account(status=status, locked_until=NOW + 1 if locked else 0, **ACCOUNT)
    session = a_session(account, next=next_, **ALIVE | ENDED[ended])
    return cause_of_death(session, account, NOW, IDLE)


@pytest.mark.parametrize("row", OUTLIVED.rows, ids=told)
def test_se_01_a_session_is_over_for_the_first_of_four_reasons(row: Row) -> None:
    for inputs in OUTLIVED.inputs(row):
        assert judged(**inputs) == row[-1], inputs


@pytest.mark.parametrize("row", DEATH.rows, ids=told)
def test_lg_07_lg_09_a_session_dies_of_its_account_of_a_lock_half_way_or_of_itself(row: Row) -> None:
    for inputs in DEATH.inputs(row):
        assert died_of(**inputs) == row[-1], inputs


@pytest.mark.parametrize("table", [OUTLIVED, DEATH], ids=["outlived", "cause_of_death"])
def test_every_session_stands_in_one_row(table: Table) -> None:
    assert table.wrong == []


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({"epoch": 6}, "epoch_moved"),
        ({"epoch": 8}, "epoch_moved"),  # an account that was put back from a backup
        ({"serial": 30 - MAX_SESSIONS}, "evicted_by_newer_sessions"),
        ({"serial": 30 - MAX_SESSIONS + 1}, None),
        ({"serial": 31}, None),
        ({"expires_at": NOW - 0.001}, "expired"),
        ({"expires_at": NOW}, "expired"),
        ({"expires_at": NOW + 0.001}, None),
        ({"last_seen_at": NOW - IDLE - 0.001}, "idle"),
        ({"last_seen_at": NOW - IDLE}, "idle"),
        ({"last_seen_at": NOW - IDLE + 0.001}, None),
        ({"last_seen_at": NOW + 60}, None),  # written by an instance whose clock is fast
    ],
    ids=str,
)
def test_se_09_a_session_lives_until_its_moment_and_no_longer(
    facts: dict[str, Any], cause: str | None
) -> None:
    assert outlived(a_session(an_account(), **ALIVE | facts), 7, 30, NOW, IDLE) == cause


@pytest.mark.parametrize(
    ("locked_until", "cause"), [(NOW + 0.001, "locked_half_way"), (NOW, None), (0, None)]
)
def test_lg_09_a_lock_ends_half_done_logons_until_its_last_moment(
    locked_until: float, cause: str | None
) -> None:
    account = an_account(locked_until=locked_until, **ACCOUNT)
    assert cause_of_death(a_session(account, next=Next.ENTER_CODE, **ALIVE), account, NOW, IDLE) == cause


def test_se_10_a_session_of_a_later_epoch_than_its_account_s_is_dead() -> None:
    """Attack: an account is put back from a backup, and what was made under the lost epochs is alive again."""
    session = a_session(an_account(), **ALIVE | {"epoch": 8})
    assert cause_of_death(session, an_account(**ACCOUNT), NOW, IDLE) == "epoch_moved"


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("lock", [NOW - 1, NOW, NOW + 0.001])
def test_lg_09_each_lock_ends_the_half_done_logons_of_its_own_kind_and_no_whole_session(
    known: bool, lock: float
) -> None:
    """Attack: strangers lock the account, and the owner's half-done logon dies with theirs (LG-14)."""
    theirs: dict[str, Any] = {"known_locked_until" if known else "locked_until": lock}
    account = an_account(**ACCOUNT | {"known_half_done_serial": 30}, **theirs)
    half_done = a_session(account, next=Next.ENTER_CODE, known=known, **ALIVE)
    other = half_done._replace(known=not known)
    whole = a_session(account, known=known, **ALIVE)
    assert cause_of_death(half_done, account, NOW, IDLE) == ("locked_half_way" if lock > NOW else None)
    assert cause_of_death(other, account, NOW, IDLE) is None
    assert cause_of_death(whole, account, NOW, IDLE) is None


@pytest.mark.parametrize(
    ("next_", "since_start", "since_typed", "left"),
    [
        (Next.ENTER_CODE, 0, 0, 300),
        (Next.ENTER_CODE, 200, 200, 300),
        (Next.ENTER_CODE, 400, 400, 200),  # the password is fresh for ten minutes
        (Next.CHANGE_PASSWORD, 0, 0, 600),
        (Next.CHANGE_PASSWORD, 250, 250, 350),
        (Next.ENROL_TWO_STEP, 599, 599, 1),
        (Next.ENROL_TWO_STEP, 600, 600, 0),
        (Next.ENROL_TWO_STEP, 43_100, 0, 100),  # and no logon is longer than a session
        (Next.PORTAL, 0, 0, 43_200),
        (Next.PORTAL, 43_100, 0, 100),
        (Next.PORTAL, 43_100, 43_100, 100),
    ],
)
def test_se_13_a_half_done_logon_outlives_neither_its_step_nor_its_password_nor_a_session(
    next_: Next, since_start: int, since_typed: int, left: int
) -> None:
    session = a_session(
        an_account(),
        next=next_,
        whole=next_ is Next.PORTAL,
        started_at=float(int(NOW) - since_start),
        reauthenticated_at=float(int(NOW) - since_typed),
    )
    assert expiry(session, float(int(NOW)), 43_200) - int(NOW) == left


@pytest.mark.parametrize(
    ("next_", "full", "seconds"),
    [
        (Next.ENTER_CODE, 43200, 300),
        (Next.CHANGE_PASSWORD, 43200, 600),
        (Next.ENROL_TWO_STEP, 43200, 600),
        (Next.PORTAL, 43200, 43200),
        (Next.ENTER_CODE, 60, 60),
        (Next.CHANGE_PASSWORD, 60, 60),
        (Next.ENROL_TWO_STEP, 60, 60),
        (Next.PORTAL, 60, 60),
    ],
)
def test_half_done_logons_live_minutes_and_never_longer_than_whole_sessions(
    next_: Next, full: int, seconds: int
) -> None:
    assert lifetime(next_, full) == seconds


@pytest.mark.parametrize(
    ("idle", "since", "due"),
    [
        (1800, 59.9, False),
        (1800, 60, True),
        (240, 59.9, False),
        (240, 60, True),
        (40, 9.9, False),
        (40, 10, True),
    ],
)
def test_se_04_last_seen_is_due_once_a_minute_or_in_a_quarter_of_a_short_time_out(
    idle: int, since: float, due: bool
) -> None:
    assert touch_due(a_session(an_account(), last_seen_at=0.0), since, idle) is due
