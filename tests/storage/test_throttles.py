"""Counters on the real tables: a row must outlive the window it counts in, or TTL opens the limit (LG-06)."""

from __future__ import annotations

import pytest

from chalicelib.domain import limits
from chalicelib.domain.limits import Limit
from chalicelib.domain.refusals import Refusal
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import ThrottleRow
from chalicelib.storage.throttles import count, release, reserve
from tests.fakes.samples import NOW, number

EVERY = [one for one in vars(limits).values() if isinstance(one, Limit)]


@pytest.mark.parametrize("limit", EVERY, ids=lambda limit: limit.name)
@pytest.mark.parametrize("since", [0, 0.5])
def test_lg_06_a_counter_outlives_its_window(real_store: DynamoStore, limit: Limit, since: float) -> None:
    """Attack: DynamoDB deletes the counter while its window lasts, and the limit starts afresh inside it.

    A whole window more, whatever the clocks of the two say; and not longer, since each source has a row in each window.
    """
    start = NOW - NOW % limit.seconds
    now, subject = start + since * limit.seconds, f"subject {number()}"
    reserve(real_store.database, limit, subject, now)
    row = real_store.database.read(ThrottleRow, limit.key(subject, now))
    assert row is not None
    assert start + 2 * limit.seconds <= row.expires_at <= now + 2 * limit.seconds
    count(real_store.database, limit.key(subject, now), limit, now)
    assert real_store.database.read(ThrottleRow, limit.key(subject, now)).count == 2  # type: ignore[union-attr]


def test_lg_19_a_place_that_is_given_back_is_one_place_and_never_less_than_none(
    real_store: DynamoStore,
) -> None:
    """Attack: places are given back that nobody took, and the limit is as many places wider."""
    limit, subject = Limit("test", 2, 60), f"subject {number()}"
    release(real_store.database, limit, subject, NOW)
    reserve(real_store.database, limit, subject, NOW)
    for _ in range(3):
        release(real_store.database, limit, subject, NOW)
    for _ in range(2):
        reserve(real_store.database, limit, subject, NOW)
    release(real_store.database, limit, subject, NOW)
    reserve(real_store.database, limit, subject, NOW)
    with pytest.raises(Refusal):
        reserve(real_store.database, limit, subject, NOW)
