"""Counters on the real tables: a row must outlive the window it counts in, or TTL opens the limit (LG-06)."""

from __future__ import annotations

import pytest

from chalicelib.domain import limits
from chalicelib.domain.limits import Limit
from chalicelib.domain.refusals import Refusal
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import ThrottleRow
from chalicelib.storage.throttles import count, release, reserve, reserve_in
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


def taken(store: DynamoStore, limit: Limit, subject: str, *about: str) -> list[bool]:
    """Whether each of these had room, one after another."""
    told = []
    for one in about:
        transaction = store.database.transaction()
        reserve_in(transaction, "place", limit, subject, NOW, one)
        told.append(not transaction.commit())
    return told


def test_rs_13_places_are_taken_by_what_is_asked_about_and_the_same_takes_none(
    real_store: DynamoStore,
) -> None:
    limit, subject = Limit("test", 2, 60), f"subject {number()}"
    assert taken(real_store, limit, subject, "a", "a", "b", "b", "a", "c", "a") == [
        *[True] * 5,
        False,
        True,
    ]


def test_rs_13_whatever_is_asked_about_there_is_an_end(real_store: DynamoStore) -> None:
    """Attack: one account, asked about without an end, is a flood too."""
    limit, subject = Limit("test", 2, 60), f"subject {number()}"
    assert taken(real_store, limit, subject, *["a"] * 21) == [*[True] * 20, False]


def test_a_limit_that_asks_nothing_of_whom_it_is_about_keeps_no_names(real_store: DynamoStore) -> None:
    limit, subject = Limit("test", 2, 60), f"subject {number()}"
    for _ in range(2):
        reserve(real_store.database, limit, subject, NOW)
    with pytest.raises(Refusal):
        reserve(real_store.database, limit, subject, NOW)
    release(real_store.database, limit, subject, NOW)
    row = real_store.database.read(ThrottleRow, limit.key(subject, NOW))
    assert row is not None
    assert row.count == 1
    assert not row.seen
