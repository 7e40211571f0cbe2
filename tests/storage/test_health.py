"""The act on all tables at once: each is read, and the mail that waits outside of the stream is found."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Unavailable
from chalicelib.storage.rows import trail_key
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import MessageRow
from infra.tables import described_tables
from tests.fakes.samples import NOW, an_account, an_event


def test_it_reads_of_tables_that_are_there_and_finds_nothing(store: Store) -> None:
    assert store.health.reach(None) is None
    assert store.health.reach(an_event(an_account().id, EventKind.RESET_ASKED)) is None


@pytest.mark.parametrize("later", [0, 1800, 3599])
def test_mail_that_was_put_aside_is_found_with_its_cause(store: Store, later: float) -> None:
    event = an_event(an_account().id, EventKind.RESET_ASKED, NOW)
    store.events.record(event)
    store.outbox.put_aside(trail_key(event), event.sort_key, "ses:MessageRejected", NOW + later)
    assert store.health.reach(event) == "ses:MessageRejected"
    other = an_event(event.account_id, EventKind.RESET_ASKED, NOW)
    assert store.health.reach(other) is None


def test_it_asks_every_table_in_one_strongly_consistent_trip(real_store: DynamoStore) -> None:
    asked: list[dict[str, Any]] = []
    events = real_store.database.connection.client.meta.events
    events.register(
        "provide-client-params.dynamodb", lambda params, **_: asked.append(params), unique_id="health"
    )
    try:
        real_store.health.reach(None)
    finally:
        events.unregister("provide-client-params.dynamodb", unique_id="health")
    (only,) = asked
    tables = {name.rpartition("-")[2] for name in only["RequestItems"]}
    assert tables == {one["TableName"].rpartition("-")[2] for one in described_tables("x-")}
    assert all(one["ConsistentRead"] for one in only["RequestItems"].values())


def test_a_table_that_is_not_there_is_no_silence(
    real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MessageRow.Meta, "table_name", f"{MessageRow.Meta.table_name}-gone")
    with pytest.raises(Unavailable, match="ResourceNotFound"):
        real_store.health.reach(None)
