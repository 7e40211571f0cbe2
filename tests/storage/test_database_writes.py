"""Writes to DynamoDB: what is tried again, what a failed condition tells, and what a place in a counter is worth."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.refusals import Unavailable
from chalicelib.storage.database import Database
from chalicelib.storage.deadline import TRIES, Throttled
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import ThrottleRow
from tests.fakes.samples import NOW, number
from tests.faults.breaking import Fault, breaking
from tests.storage.calls import COUNT, ESCAPED, ONE_LESS, ONE_MORE, a_row, counted

MARK = ThrottleRow.done
pytestmark = pytest.mark.usefixtures("waits")


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.CONFLICT])
def test_rl_08_a_write_in_somebody_s_way_or_without_room_is_tried_again(
    real_store: DynamoStore, waits: list[float], fault: Fault
) -> None:
    row = a_row()
    with breaking(real_store, fault, 0, often=3) as breaker:
        assert real_store.database.update(row, ONE_MORE)
    assert breaker.calls == 4
    assert len(waits) >= 3
    assert counted(real_store.database, row) == 1
    with breaking(real_store, fault, 0, often=10**6) as breaker, pytest.raises(Unavailable) as refused:
        real_store.database.update(row, ONE_MORE)
    assert breaker.calls == TRIES
    assert isinstance(refused.value, Throttled) is (fault is Fault.THROTTLED)


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.TIMEOUT])
def test_rl_01_a_write_that_fails_is_unavailable_at_once(real_store: DynamoStore, fault: Fault) -> None:
    with breaking(real_store, fault, 0, often=9) as breaker, pytest.raises(Unavailable):
        real_store.database.update(a_row(), ONE_MORE)
    assert breaker.calls == 1


@pytest.mark.parametrize("raised", ESCAPED, ids=lambda one: type(one).__name__)
def test_rl_01_whatever_the_libraries_let_through_is_unavailable(
    database: Database, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def failing(*_: object) -> None:
        raise raised

    monkeypatch.setattr(database.connection, "dispatch", failing)
    for act in (lambda: database.update(a_row(), ONE_MORE), lambda: database.read(ThrottleRow, "any")):
        with pytest.raises(Unavailable):
            act()


def test_a_write_says_whether_its_condition_held_and_what_was_there(database: Database) -> None:
    row = a_row()
    never, once = COUNT == 99, COUNT.does_not_exist()
    assert database.update(row, ONE_MORE, once)
    assert not database.update(row, ONE_MORE, never)
    assert database.update_and_read(row, ONE_MORE, COUNT == 1)[0]
    done, item = database.update_and_read(row, ONE_MORE, COUNT == 2)
    assert (done, (item or {})["count"]) == (True, {"N": "3"})
    done, item = database.update_and_read(row, ONE_MORE, never)
    assert (done, (item or {})["count"]) == (False, {"N": "3"})
    assert database.update_and_read(a_row(), ONE_MORE, COUNT.exists()) == (False, None)
    put = ThrottleRow(f"test#{number()}", count=1, expires_at=NOW)
    assert database.put(put, once)
    assert not database.put(put, once)


def reserved(database: Database, row: ThrottleRow, most: int = 5) -> tuple[bool, dict[str, Any] | None]:
    room = COUNT.does_not_exist() | (most > COUNT)
    return database.reserve(row, ONE_MORE, ONE_LESS, room, MARK)


def test_lg_03_a_place_is_taken_once_and_not_where_there_is_none(database: Database) -> None:
    row = a_row()
    assert [reserved(database, row, 2)[0] for _ in range(3)] == [True, True, False]
    assert counted(database, row) == 2
    done, item = reserved(database, row, 9)
    assert (done, (item or {})["count"]) == (True, {"N": "3"})
    assert re.fullmatch(
        "[0-9a-f]{8}", (item or {})["done"]["S"]
    )  # no more: an account's row has no room for it
    assert database.reserve(a_row(), ONE_MORE, ONE_LESS, COUNT.exists(), MARK) == (False, None)


def test_lg_19_a_place_whose_answer_is_lost_once_is_one_place(real_store: DynamoStore) -> None:
    """The second attempt of the call finds its own mark; without one it would be refused, or count twice."""
    row = a_row()
    reserved(real_store.database, row)
    with breaking(real_store, Fault.LOST_ONCE, 0):
        assert reserved(real_store.database, row)[0]
    assert counted(real_store.database, row) == 2
    full = a_row()
    with breaking(real_store, Fault.LOST_ONCE, 0):
        assert reserved(real_store.database, full, 1)[0]
    assert not reserved(real_store.database, full, 1)[0]


@pytest.mark.parametrize(("fault", "places"), [(Fault.LOST, 1), (Fault.TIMEOUT, 1), (Fault.THROTTLED, 1)])
def test_lg_19_a_place_of_which_no_answer_comes_is_given_back_if_it_was_taken(
    real_store: DynamoStore, fault: Fault, places: int
) -> None:
    """What another has taken stays theirs: only one's own mark is taken away, and once."""
    row, often = a_row(), 10**6 if fault is Fault.THROTTLED else 1
    reserved(real_store.database, row)
    with breaking(real_store, fault, 0, often) as breaker, pytest.raises(Unavailable):
        reserved(real_store.database, row)
    assert counted(real_store.database, row) == places
    # Throttled, it has not happened, and nothing more is asked of a table that has no room.
    assert breaker.calls == (TRIES if fault is Fault.THROTTLED else 2)


def test_lg_19_a_place_is_given_back_once_though_that_is_asked_twice(real_store: DynamoStore) -> None:
    """Attack: the answer to this is lost as well, botocore asks again, and somebody else's place is free."""
    row = a_row()
    reserved(real_store.database, row)
    with (
        breaking(real_store, Fault.LOST, 0),
        breaking(real_store, Fault.LOST_ONCE, 1) as breaker,
        pytest.raises(Unavailable),
    ):
        reserved(real_store.database, row)
    assert breaker.hit
    assert counted(real_store.database, row) == 1


def test_lg_19_what_is_given_back_may_take_the_time_that_was_kept_and_fails_nobody(
    real_store: DynamoStore,
) -> None:
    row = a_row()
    real_store.database.update(row, ONE_MORE)
    with real_store.request(3.4):  # too late for any call but the last
        with pytest.raises(Unavailable):
            real_store.database.update(row, ONE_LESS)
        assert real_store.database.give_back(row, ONE_LESS, COUNT > 0)
    assert not real_store.database.give_back(row, ONE_LESS, COUNT > 0)
    assert counted(real_store.database, row) == 0
    with breaking(real_store, Fault.TIMEOUT, 0):
        assert real_store.database.give_back(row, ONE_LESS, COUNT.exists()) is False
