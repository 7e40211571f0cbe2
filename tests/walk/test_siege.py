"""Nobody is kept out: a week of strangers, and at each moment the owner can get in (RS-15)."""

from __future__ import annotations

import pytest

from chalicelib.domain.limits import RESET_MAILS_DAILY
from tests.walk.siege import Siege


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "away"), [(0, False), (1, True)])
def test_rs_15_at_each_moment_of_a_siege_both_ways_in_are_open(seed: int, away: bool) -> None:
    """LG-14 too: the right password opens from the owner's browser, and the mailbox lets its owner in."""
    siege = Siege(seed, owner_is_away=away)
    siege.lasts(days=7, then=siege.owner_can_get_in)
    for day, mails in siege.mails_of_each_day().items():
        assert mails <= (siege.successes[day] + 1) * RESET_MAILS_DAILY.most
