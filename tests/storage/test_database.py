"""What every act on DynamoDB shares: one client, strong reads, a deadline, and acts beside each other."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from chalicelib.domain.accounts import Kind
from chalicelib.domain.refusals import Unavailable
from chalicelib.storage.database import Database
from chalicelib.storage.deadline import TRIES
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import AccountRow, EventRow, PolicyRow, SessionRow, ThrottleRow
from tests.fakes.looking import planted
from tests.fakes.planting import plant
from tests.fakes.samples import a_session, an_event
from tests.faults.breaking import Fault, answered, breaking, hooked
from tests.storage.calls import COUNT, ONE_MORE, a_row, watched

pytestmark = pytest.mark.usefixtures("waits")


def test_rl_01_the_client_waits_a_second_to_connect_two_to_read_and_tries_twice(database: Database) -> None:
    config = database.connection.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1.0, 2.0)
    assert config.retries["total_max_attempts"] == 2
    assert config.max_pool_connections == 64  # sixteen beside, for each of those who ask at once in tests
    assert database._beside._max_workers == 16


def test_one_client_and_one_description_for_all_models(database: Database) -> None:
    """PynamoDB left alone makes a client for each: 70 ms and 11 MiB apiece, in Lambda's init phase."""
    models = (AccountRow, SessionRow, ThrottleRow, EventRow, PolicyRow)
    assert {id(one._get_connection().connection) for one in models} == {id(database.connection)}
    assert database.connection.session is database.connection.session
    for one in models:
        assert database.connection.get_meta_table(one.Meta.table_name) is not None


def test_each_table_is_described_once_though_two_models_share_it(
    real_store: DynamoStore, bound: tuple[DynamoStore, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, described = real_store.database, list[str]()
    monkeypatch.setattr(
        database.connection, "add_meta_table", lambda table: described.append(table.table_name)
    )
    database.bind([ThrottleRow, ThrottleRow, SessionRow], bound[1])
    assert described == [f"{bound[1]}throttles", f"{bound[1]}sessions"]


def test_rl_01_no_call_is_begun_behind_the_request(real_store: DynamoStore) -> None:
    """Read or write, alone or together: the hooks stand before every attempt."""
    database, row = real_store.database, a_row()
    acts: list[Callable[[], object]] = [
        lambda: database.read(ThrottleRow, "any"),
        lambda: database.read_together((ThrottleRow, "any", None)),
        lambda: database.update(row, ONE_MORE),
        lambda: database.query(EventRow, "anybody"),
    ]
    with watched(real_store) as calls, database.request(1):
        for act in acts:
            with pytest.raises(Unavailable) as refused:
                act()
            assert refused.value.cause == "request_deadline_passed"
    assert calls == []


def test_rl_01_the_second_attempt_is_not_begun_where_it_could_not_end(real_store: DynamoStore) -> None:
    for seconds, attempts in ((4.2, 1), (9, 2)):
        with (
            real_store.request(seconds),
            breaking(real_store, Fault.SERVER_ERROR, 0) as breaker,
            pytest.raises(Unavailable),
        ):
            real_store.database.read(ThrottleRow, "any")
        assert breaker.attempts == attempts


def test_reads_are_strong_and_one_that_finds_nothing_is_none(real_store: DynamoStore) -> None:
    """Attack: a session is revoked, and an answer from a moment before lets it in once more (SE-06)."""
    database, account = real_store.database, planted(real_store)
    session = a_session(account)
    plant(real_store, session)
    with watched(real_store) as calls:
        assert database.read(ThrottleRow, "nothing") is None
        found = database.read(SessionRow, account.id, session.digest)
        assert found is not None
        assert found.digest == session.digest
        rows = database.read_together(
            (SessionRow, account.id, session.digest),
            (AccountRow, account.id, None),
            (PolicyRow, "none", None),
        )
        assert len(database.query(SessionRow, account.id)) == 1
    assert [row and row.Meta.bare_name for row in rows] == ["sessions", "accounts", None]
    assert len(calls) == 4  # three rows of three tables in one trip
    for operation, asked in calls:
        tables = asked["RequestItems"].values() if operation == "BatchGetItem" else [asked]
        assert all(one["ConsistentRead"] for one in tables), operation


def test_rows_come_in_the_order_they_were_asked_for_each_by_its_whole_key(database: Database) -> None:
    rows = [a_row() for _ in range(3)]
    for at, row in enumerate(rows):
        database.update(row, [COUNT.set(at)])
    asked = [rows[2], rows[0], a_row(), rows[1]]
    found = database.read_together(*[(ThrottleRow, str(row.key), None) for row in asked])
    assert [one and one.count for one in found] == [2, 0, None, 1]


def test_lo_07_of_some_models_only_what_is_needed_is_read(real_store: DynamoStore) -> None:
    """Attack: a step that needs one fact of an account holds its hash and its seed."""
    account = planted(real_store, failures=3)
    with watched(real_store) as calls:
        (found,) = real_store.database.read_together(
            (AccountRow, account.id, None), only={AccountRow: [AccountRow.id, AccountRow.failures]}
        )
    assert (found.id, found.failures, found.password_hash) == (account.id, 3, None)
    (bare,) = real_store.database.read_together(
        (AccountRow, account.id, None), only={AccountRow: [AccountRow.id]}
    )
    (asked,) = calls[0][1]["RequestItems"].values()
    assert set(asked["ExpressionAttributeNames"].values()) == {"id", "failures"}
    assert (bare.id, bare.failures) == (account.id, 0)


def unprocessed(store: DynamoStore, often: int) -> Any:
    """So many answers have room for no key."""
    asked: list[dict[str, Any]] = []

    def before_send(request: Any, **_: Any) -> AWSResponse | None:
        asked.append(json.loads(request.body)["RequestItems"])
        if len(asked) > often:
            return None
        return answered(request, 200, {"Responses": {}, "UnprocessedKeys": asked[-1]})

    return hooked(store, before_send), asked


def test_rl_08_a_row_there_was_no_room_for_is_asked_for_again(
    real_store: DynamoStore, waits: list[float]
) -> None:
    """Attack: one throttled key, and an account without its session's row, or a network without its policy."""
    account = planted(real_store)
    hook, asked = unprocessed(real_store, 3)
    with hook:
        (found,) = real_store.database.read_together((AccountRow, account.id, None))
    assert found.id == account.id
    assert len(asked) == 4
    assert len(waits) == 3


def test_rl_08_rows_there_is_no_room_for_in_time_are_no_rows_that_are_not_there(
    real_store: DynamoStore,
) -> None:
    hook, asked = unprocessed(real_store, 10**6)
    with hook, pytest.raises(Unavailable) as refused:
        real_store.database.read_together((AccountRow, "anybody", None))
    assert refused.value.cause == "dynamodb:unprocessed_keys"
    assert len(asked) == TRIES


def test_acts_beside_belong_to_the_same_request_and_end_before_the_block_does(database: Database) -> None:
    """Attack: a Lambda is frozen once it has answered; what is under way then thaws in somebody else's request."""
    asked: ContextVar[str] = ContextVar("asked", default="nobody")
    asked.set("ann")
    ended = list[str]()
    go_on = threading.Event()

    def slow() -> None:
        go_on.wait(5)
        time.monotonic()
        ended.append(asked.get())

    with database.all_beside(slow, slow) as beside:
        assert ended == []
        go_on.set()
    assert [one.done() for one in beside] == [True, True]
    assert ended == ["ann", "ann"]
    go_on.clear()
    threading.Timer(0.05, go_on.set).start()
    with pytest.raises(KeyError), database.all_beside(slow):
        raise KeyError
    assert len(ended) == 3
    assert database.beside(lambda: 7).result() == 7


def test_a_query_of_an_index_is_not_strong_and_fails_like_any_read(real_store: DynamoStore) -> None:
    account = planted(real_store)
    real_store.events.record(an_event(account.id))
    with breaking(real_store, Fault.THROTTLED, 0, often=2) as breaker:
        assert len(real_store.database.query(EventRow, account.id)) == 1
    assert breaker.calls == 3
    with breaking(real_store, Fault.TIMEOUT, 0), pytest.raises(Unavailable) as refused:
        real_store.database.query(EventRow, account.id)
    assert refused.value.cause == "dynamodb:ReadTimeoutError"
    listed: dict[str, Any] = {"hash_key": Kind.ADMINISTRATOR.value, "index": AccountRow.administrators}
    planted(real_store, kind=Kind.ADMINISTRATOR)
    with watched(real_store) as calls:
        assert real_store.database.query(AccountRow, **listed)
    assert "ConsistentRead" not in calls[0][1]  # which DynamoDB refuses of an index
    with breaking(real_store, Fault.THROTTLED, 0, often=2) as breaker:
        assert real_store.database.query(AccountRow, **listed)
    assert breaker.calls == 3
