"""How long to wait: between two codes (TF-03), and for a counter's window to end (LG-06, RS-13)."""

from __future__ import annotations

import pytest

from chalicelib.domain import limits
from chalicelib.domain.limits import ASKED_AGAIN, PACES, Limit, code_wait, stops_codes

HOURLY = Limit("kind", 20, 3600)


@pytest.mark.parametrize(
    ("failures", "since", "wait"),
    [
        # five at once: there is nothing to wait for, and whoever lost a race may try again in a second
        (-20, 0, 1),
        (0, 0, 1),
        (4, 0, 1),
        (4, 9999, 1),
        # then one in five minutes
        (5, 0, 301),
        (5, 0.5, 300),
        (5, 299, 2),
        (5, 299.5, 1),
        (5, 300, 1),
        (5, 9999, 1),
        (5, -10, 311),  # an attempt noted by an instance whose clock is ten seconds fast
        (19, 0, 301),
        # from twenty on one an hour
        (20, 0, 3601),
        (20, 300, 3301),
        (20, 3599.5, 1),
        (20, 3600, 1),
        (99, 0, 3601),
        # a hundred in a row stop the codes, however long ago it was
        (100, 0, None),
        (100, 1e9, None),
        (10**6, 0, None),
    ],
)
def test_tf_03_codes_are_paced_and_then_stopped(failures: int, since: float, wait: int | None) -> None:
    assert code_wait(failures, 5000.0, 5000.0 + since) == wait


@pytest.mark.parametrize(
    ("now", "window", "left"),
    [
        (0.0, 0, 3601),
        (0.25, 0, 3600),
        (3598.5, 0, 2),
        (3599.5, 0, 1),
        (3599.999, 0, 1),
        (3600.0, 1, 3601),
        (7199.999, 1, 1),
        (7200.0, 2, 3601),
    ],
)
def test_a_window_ends_for_everybody_at_once_and_says_when(now: float, window: int, left: int) -> None:
    assert HOURLY.key("192.0.2.1", now) == f"kind#192.0.2.1#{window}"
    assert HOURLY.left(now) == left


def test_each_kind_and_each_subject_is_counted_by_itself() -> None:
    other = HOURLY._replace(name="other")
    keys = {limit.key(subject, 0.0) for limit in (HOURLY, other) for subject in ("192.0.2.1", "192.0.2.2")}
    assert len(keys) == 4


def test_how_much_is_too_much() -> None:
    """Attack: a limit is moved by a slip of the hand; each is a promise of the design's."""
    said = [
        (limits.LOGONS_BY_SOURCE, 20, 300),
        (limits.RESETS_BY_SOURCE, 20, 3600),
        (limits.BAD_LINKS_BY_SOURCE, 20, 3600),
        (limits.RESET_MAILS_HOURLY, 3, 3600),
        (limits.RESET_MAILS_DAILY, 10, 86400),
        (limits.SELF_SERVICE_MAILS, 300, 60),
        (limits.NEW_CLIENTS_DAILY, 10, 86400),
        (limits.SHUT_OUTS_BY_SOURCE, 1, 300),
        (limits.SHUT_OUTS, 60, 60),
        (limits.warning_daily("one"), 1, 86400),
    ]
    assert [(one.most, one.seconds) for one, _, _ in said] == [(most, seconds) for _, most, seconds in said]
    assert len({one.name for one, _, _ in said}) == len(said)
    assert {one for one in vars(limits).values() if isinstance(one, Limit)} <= {one for one, _, _ in said}
    assert PACES == ((5, 0), (20, 300), (100, 3600))


def test_lg_15_no_warning_takes_the_place_of_another() -> None:
    assert limits.warning_daily("one").name != limits.warning_daily("other").name


@pytest.mark.parametrize(
    ("now", "last"), [(0, 299), (299.9, 299), (300, 599), (1_000_000_000, 1_000_000_199)]
)
def test_what_is_told_once_in_a_window_is_filed_under_its_last_second(now: float, last: float) -> None:
    assert limits.last_second(now, 300) == last


def test_the_last_place_can_be_kept_free_in_the_same_counter() -> None:
    assert HOURLY.but_the_last() == HOURLY._replace(most=19)


def test_tf_03_one_wrong_code_stops_the_codes_and_no_other() -> None:
    assert [failures for failures in range(200) if stops_codes(failures)] == [100]


def test_rs_13_whoever_asks_about_the_same_accounts_again_is_stopped_in_the_end() -> None:
    """An office asks about many accounts, and again; in all ten times as often as about different ones."""
    assert ASKED_AGAIN == 10
