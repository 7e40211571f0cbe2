"""Writes that happen all or not at all: what is tried again, under which token, and what a failed one is told by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from chalicelib.domain.refusals import Unavailable
from chalicelib.storage.deadline import TRIES
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import SessionRow, ThrottleRow
from chalicelib.storage.transaction import Transaction
from tests.fakes.samples import NOW, an_account, an_event, number
from tests.faults.breaking import Fault, answered, cancelled, error, hooked
from tests.storage.calls import ESCAPED

pytestmark = pytest.mark.usefixtures("waits")


@contextmanager
def answering(store: DynamoStore, *answers: tuple[str, ...] | Fault | None) -> Iterator[list[str]]:
    """The first transactions are cancelled for these reasons, or meet this fault; the tokens of all that were sent."""
    tokens: list[str] = []

    def before_send(request: Any, **_: Any) -> AWSResponse | None:
        asked = json.loads(request.body)
        tokens.append(asked["ClientRequestToken"])
        answer = answers[len(tokens) - 1] if len(tokens) <= len(answers) else None
        if answer is None:
            return None
        told = error(answer, {}) if isinstance(answer, Fault) else cancelled(asked, *answer)
        return answered(request, *told)

    with hooked(store, before_send):
        yield tokens


def counting(store: DynamoStore, subjects: int = 1) -> tuple[Transaction, list[ThrottleRow]]:
    """A transaction that counts one for each of so many subjects nobody has counted."""
    transaction, rows = (
        store.database.transaction(),
        [ThrottleRow(f"test#{number()}") for _ in range(subjects)],
    )
    for at, row in enumerate(rows):
        transaction.update(f"row {at}", row, [ThrottleRow.count.set(1)], ThrottleRow.count.does_not_exist())
    return transaction, rows


def written(store: DynamoStore, rows: list[ThrottleRow]) -> list[bool]:
    return [store.database.read(ThrottleRow, str(row.key)) is not None for row in rows]


@pytest.mark.parametrize(
    "reasons",
    [
        ("TransactionConflict",),
        ("ThrottlingError",),
        ("TransactionConflict", "ThrottlingError"),
        ("None", "ProvisionedThroughputExceeded"),
    ],
)
def test_rl_08_what_passes_is_tried_again_under_a_new_token(
    real_store: DynamoStore, waits: list[float], reasons: tuple[str, ...]
) -> None:
    """Under the same one DynamoDB would answer with the cancellation again, as long as it remembers it."""
    transaction, rows = counting(real_store, 2)
    with answering(real_store, reasons, reasons) as tokens:
        assert transaction.commit() == {}
    assert len(tokens) == len(set(tokens)) == 3
    assert len(waits) == 2
    assert written(real_store, rows) == [True, True]


@pytest.mark.parametrize(
    "reasons",
    [
        ("ValidationError",),
        ("TransactionConflict", "ValidationError"),
        ("ValidationError", "ThrottlingError"),
        ("ItemCollectionSizeLimitExceeded", "TransactionConflict"),
    ],
)
def test_rl_08_what_never_passes_is_not_tried_again_whatever_stands_beside_it(
    real_store: DynamoStore, reasons: tuple[str, ...]
) -> None:
    """Attack: one conflict among its reasons, and what can never succeed is sent until the request's time is over."""
    transaction, rows = counting(real_store, 2)
    with answering(real_store, reasons) as tokens, pytest.raises(Unavailable) as refused:
        transaction.commit()
    assert len(tokens) == 1
    assert refused.value.cause == "transaction_cancelled:" + ",".join(sorted(reasons))
    assert written(real_store, rows) == [False, False]


def test_rl_08_a_cancellation_without_any_reason_is_no_success(real_store: DynamoStore) -> None:
    transaction, rows = counting(real_store)
    with (
        answering(real_store, ("None",)) as tokens,
        pytest.raises(Unavailable, match="transaction_cancelled"),
    ):
        transaction.commit()
    assert len(tokens) == 1
    assert written(real_store, rows) == [False]


@pytest.mark.parametrize("beside", ["TransactionConflict", "ThrottlingError"])
def test_rl_03_a_condition_that_failed_is_final_and_told_by_its_name_alone(
    real_store: DynamoStore, beside: str
) -> None:
    transaction, _ = counting(real_store, 3)
    with answering(real_store, (beside, "None", "ConditionalCheckFailed")) as tokens:
        assert transaction.commit() == {"row 2": None}
    assert len(tokens) == 1


def test_rl_08_a_throttled_call_is_sent_again_under_its_own_token(real_store: DynamoStore) -> None:
    """Its answer may have been lost before: under another token what was written would be written twice."""
    transaction, rows = counting(real_store)
    with answering(real_store, Fault.THROTTLED, Fault.THROTTLED) as tokens:
        assert transaction.commit() == {}
    assert (len(tokens), len(set(tokens))) == (3, 1)
    assert written(real_store, rows) == [True]


@pytest.mark.parametrize(
    ("answer", "tokens", "cause"),
    [
        (Fault.THROTTLED, 1, "dynamodb:ProvisionedThroughputExceededException"),
        (
            ("TransactionConflict", "ThrottlingError"),
            TRIES,
            "transaction_cancelled:ThrottlingError,TransactionConflict",
        ),
    ],
)
def test_rl_08_what_does_not_pass_in_time_is_unavailable(
    real_store: DynamoStore, answer: tuple[str, ...] | Fault, tokens: int, cause: str
) -> None:
    transaction, rows = counting(real_store, 2)
    with answering(real_store, *[answer] * 99) as sent, pytest.raises(Unavailable) as refused:
        transaction.commit()
    assert refused.value.cause == cause
    assert len(set(sent)) == tokens
    assert len(sent) in {TRIES, 2 * TRIES}  # of a whole call botocore tries each twice
    assert written(real_store, rows) == [False, False]


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.CONFLICT])
def test_rl_01_another_failure_is_unavailable_by_its_code(real_store: DynamoStore, fault: Fault) -> None:
    transaction, _ = counting(real_store)
    code = {Fault.SERVER_ERROR: "InternalServerError", Fault.CONFLICT: "TransactionConflictException"}[fault]
    with answering(real_store, *[fault] * 9), pytest.raises(Unavailable) as refused:
        transaction.commit()
    assert refused.value.cause == f"dynamodb:{code}"


@pytest.mark.parametrize("raised", ESCAPED, ids=lambda one: type(one).__name__)
def test_rl_01_whatever_the_libraries_let_through_is_unavailable(
    real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    """PynamoDB wraps most of it, and its next version may wrap less: a fault of the store is never one of ours."""

    def failing(*_: object, **__: object) -> None:
        raise raised

    transaction, _ = counting(real_store)
    monkeypatch.setattr(real_store.database.connection, "transact_write_items", failing)
    with pytest.raises(Unavailable, match="unavailable"):
        transaction.commit()


def test_rl_01_no_transaction_is_begun_behind_the_request(real_store: DynamoStore) -> None:
    transaction, rows = counting(real_store)
    with real_store.request(0), pytest.raises(Unavailable, match="unavailable") as refused:
        transaction.commit()
    assert refused.value.cause == "request_deadline_passed"
    assert written(real_store, rows) == [False]


def test_each_failed_condition_is_told_by_the_name_of_its_own_write(real_store: DynamoStore) -> None:
    """Checks, deletes, puts and updates are sent in groups, whatever order they were asked in."""
    absent = ThrottleRow.count.exists()
    for wrong in ("check", "delete", "put", "update", None):
        transaction = real_store.database.transaction()
        rows = {
            name: ThrottleRow(f"test#{number()}", expires_at=NOW)
            for name in ("check", "delete", "put", "update")
        }
        there = ThrottleRow.count.does_not_exist()
        conditions = dict.fromkeys(rows, there) | ({wrong: absent} if wrong else {})
        transaction.update("update", rows["update"], [ThrottleRow.count.set(7)], conditions["update"])
        transaction.put("put", rows["put"], conditions["put"])
        transaction.delete("delete", rows["delete"], conditions["delete"])
        transaction.check("check", rows["check"], conditions["check"])
        assert transaction.commit() == ({wrong: None} if wrong else {})
        done = [wrong is None] * 2
        assert written(real_store, [rows["put"], rows["update"]]) == done
        assert written(real_store, [rows["check"], rows["delete"]]) == [False, False]


def test_a_check_demands_of_one_row_and_a_delete_takes_one_away(real_store: DynamoStore) -> None:
    """Of two keys both count: other rows of the same account are none of its business."""
    there, beside = (SessionRow("account", f"{number():064x}") for _ in range(2))
    real_store.database.update(there, [SessionRow.serial.set(1)])
    real_store.database.update(beside, [SessionRow.serial.set(2)])

    def demanded(serial: int) -> bool:
        transaction = real_store.database.transaction()
        transaction.check("check", there, SessionRow.serial == serial)
        return not transaction.commit()

    assert (demanded(1), demanded(2)) == (True, False)
    for _ in range(2):
        transaction = real_store.database.transaction()
        transaction.delete("delete", there)
        assert transaction.commit() == {}
    assert not demanded(1)
    assert real_store.database.read(SessionRow, "account", str(beside.digest)) is not None


@pytest.mark.parametrize("shown", [True, False])
def test_lo_07_a_row_is_shown_by_its_failed_condition_where_it_is_asked_for_and_nowhere_else(
    real_store: DynamoStore, shown: bool
) -> None:
    row = ThrottleRow(f"test#{number()}")
    real_store.database.update(row, [ThrottleRow.count.set(3)])
    transaction = real_store.database.transaction()
    never = ThrottleRow.count.does_not_exist()
    if shown:
        transaction.update("row", row, [ThrottleRow.count.set(4)], never, shown=True)
    else:
        transaction.update("row", row, [ThrottleRow.count.set(4)], never)
    (seen,) = transaction.commit().values()
    assert (seen or {}).get("count") == ({"N": "3"} if shown else None)


def test_tr_09_what_is_added_takes_the_place_of_nothing(real_store: DynamoStore) -> None:
    """Attack: an event is written under the key of one that is there, and what the trail had told is gone."""
    event = an_event(an_account().id)
    first = real_store.database.transaction()
    first.add("event", event_row(event))
    assert first.commit() == {}
    again, rows = counting(real_store)
    again.add("event", event_row(event._replace(at=NOW, source="another")))
    with pytest.raises(Unavailable) as refused:
        again.commit()
    assert refused.value.cause == "row_is_there:event"
    assert written(real_store, rows) == [False]
    assert real_store.events.of_account(event.account_id) == [event]


def test_tr_09_what_was_asked_and_failed_is_told_though_an_event_was_there_too(
    real_store: DynamoStore,
) -> None:
    event = an_event(an_account().id)
    first, rows = counting(real_store)
    first.add("event", event_row(event))
    assert first.commit() == {}
    second = real_store.database.transaction()
    second.add("event", event_row(event))
    second.update("row", rows[0], [ThrottleRow.count.set(1)], ThrottleRow.count.does_not_exist())
    assert second.commit() == {"event": None, "row": None}
