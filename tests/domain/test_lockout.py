"""Lock-out arithmetic (LG-01 to LG-03)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.lockout import HARD_STOP, burst_limit, hard_stopped, lock_seconds


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (-1, 0),
        (0, 0),
        (4, 0),
        (5, 1),
        (6, 2),
        (7, 4),
        (13, 256),
        (14, 512),
        (15, 900),
        (16, 900),
        (20, 900),
        (100, 900),
        (10**6, 900),
        (10**400, 900),
    ],
)
def test_lg_01_the_lock_doubles_from_the_fifth_failure_up_to_the_cap(failures: int, seconds: int) -> None:
    assert lock_seconds(failures, 5, 900.0) == seconds


@given(st.integers(0, 10**6), st.integers(1, 1000), st.floats(0, 1e9))
def test_lg_01_the_wait_stays_between_nothing_and_the_cap(failures: int, threshold: int, cap: float) -> None:
    assert 0 <= lock_seconds(failures, threshold, cap) <= cap


@given(st.integers(0, 10**6), st.integers(1, 1000), st.floats(1, 1e9))
def test_lg_01_one_more_failure_never_shortens_the_lock(failures: int, threshold: int, cap: float) -> None:
    assert lock_seconds(failures, threshold, cap) <= lock_seconds(failures + 1, threshold, cap)


@given(st.integers(5, 10**6), st.floats(1, 1e9))
def test_lg_01_at_the_threshold_there_is_always_a_lock(failures: int, cap: float) -> None:
    assert lock_seconds(failures, 5, cap) >= 1


@pytest.mark.parametrize("cap", [math.inf, math.nan, 1e308, -1.0])
def test_lg_01_a_nonsensical_cap_neither_raises_nor_turns_negative(cap: float) -> None:
    assert lock_seconds(10**6, 5, cap) >= 0


@pytest.mark.parametrize(
    ("failures", "threshold", "cap", "seconds"),
    [
        (0, 1, 900.0, 0),
        (1, 1, 900.0, 1),
        (3, 1, 900.0, 4),
        (2, 3, 1.0, 0),
        (3, 3, 1.0, 1),
        (4, 3, 1.0, 1),
        (5, 5, 0.0, 0),
        (5, 5, 0.5, 0.5),
    ],
)
def test_lg_01_threshold_and_cap_are_the_settings(
    failures: int, threshold: int, cap: float, seconds: float
) -> None:
    assert lock_seconds(failures, threshold, cap) == seconds


@pytest.mark.parametrize(
    ("failures", "stopped"), [(-1, False), (0, False), (99, False), (100, True), (101, True), (10**6, True)]
)
def test_lg_02_a_hundred_failures_disable_the_password(failures: int, stopped: bool) -> None:
    assert hard_stopped(failures) is stopped
    assert HARD_STOP == 100


@pytest.mark.parametrize(("threshold", "most"), [(1, 4), (3, 12), (5, 20)])
def test_lg_03_a_burst_reserves_at_most_four_times_the_threshold(threshold: int, most: int) -> None:
    assert burst_limit(threshold) == most
