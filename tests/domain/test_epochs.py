"""The number an account moves on to: never one that any copy of its row has had."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Kind, next_epoch
from chalicelib.domain.addresses import CanonicalAddress
from chalicelib.domain.invitations import invitation
from tests.fakes.samples import NOW

MINUTES = 60


@pytest.mark.parametrize(
    ("epoch", "now", "moved"),
    [
        (1, NOW, int(NOW)),  # a row from before this rule, or one that was restored
        (int(NOW), NOW, int(NOW) + 1),  # twice in one second
        (int(NOW) + 5 * MINUTES, NOW, int(NOW) + 5 * MINUTES + 1),  # another machine's clock is ahead
    ],
)
def test_se_15_epoch_is_the_later_of_the_next_number_and_the_time(epoch: int, now: float, moved: int) -> None:
    """SE-15."""
    assert next_epoch(epoch, now) == moved


@pytest.mark.parametrize("apart", [-5 * MINUTES, 0, 5 * MINUTES])
def test_se_15_a_restored_row_moves_past_all_of_the_lost_hour(apart: float) -> None:
    """SE-15: the lost row moved on ten times in its last second, the restored one a quarter of an hour later."""
    kept = lost = next_epoch(1, NOW - 7200)
    for _ in range(10):
        lost = next_epoch(lost, NOW)
    assert next_epoch(kept, NOW + 15 * MINUTES + apart) > lost


def test_se_15_an_account_that_is_made_again_begins_after_the_one_that_was_lost() -> None:
    """SE-15: the row of an account made in the lost hour is gone, and the address is invited once more."""

    def made(at: float) -> int:
        address = CanonicalAddress("person@example.org")
        return invitation(address, Kind.RECIPIENT, at=at, event_id="e", actor=None)[0].epoch

    assert made(NOW + 1) > made(NOW) == int(NOW)
