"""A refused logon leaves on a tick, so that time does not tell a known address from an unknown one (EN-05)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.timing import TICK_SECONDS, until_next_tick


@pytest.mark.parametrize("elapsed", [0.0, TICK_SECONDS])
def test_en_05_an_answer_that_is_on_its_tick_does_not_wait(elapsed: float) -> None:
    assert until_next_tick(elapsed) == 0


def test_en_05_a_quicker_and_a_slower_refusal_leave_together() -> None:
    quick, slow = 0.0262, 0.0268
    assert quick + until_next_tick(quick) == pytest.approx(slow + until_next_tick(slow))


def test_en_05_an_answer_that_missed_its_tick_waits_for_the_next() -> None:
    assert until_next_tick(TICK_SECONDS + 0.01) == pytest.approx(TICK_SECONDS - 0.01)


@given(st.floats(min_value=-60, max_value=60))
def test_en_05_the_wait_is_never_negative_nor_longer_than_a_tick(elapsed: float) -> None:
    assert 0 <= until_next_tick(elapsed) <= TICK_SECONDS
