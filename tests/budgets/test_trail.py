"""What a page of the trail costs, however much strangers have put into it (TR-01, TR-02)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import Event, EventKind
from chalicelib.flows import attempt_search, trail
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import EventRow
from tests.budgets.ledger import counting
from tests.console.staff import Staff, staff
from tests.fakes.samples import an_event
from tests.world.world import World

REFUSALS = 300


@contextmanager
def rows_read(world: World) -> Iterator[list[int]]:
    """How many rows each query looks at."""
    store, looked_at = world.store, list[int]()
    assert isinstance(store, DynamoStore)
    hooks = store.database.connection.client.meta.events

    def after(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "Query":
            looked_at.append(parsed["ScannedCount"])

    hooks.register("after-call.dynamodb", after)
    try:
        yield looked_at
    finally:
        hooks.unregister("after-call.dynamodb", after)


def besieged(world: World) -> tuple[Staff, Account]:
    """An account with two changes and many refusals, as the desk is about to look at it."""
    desk, ann = staff(world), world.person()
    changes = [an_event(ann.id, EventKind.PASSWORD_CHANGED, world.clock() - at) for at in (REFUSALS, 0)]
    refusals = [
        an_event(ann.id, EventKind.LOGON_REFUSED, world.clock() - second) for second in range(1, REFUSALS)
    ]
    written_together(world, changes + refusals)
    return desk, ann


def written_together(world: World, events: list[Event]) -> None:
    """Events by the batch: one at a time they are most of what these tests would cost."""
    assert isinstance(world.store, DynamoStore)
    connection, table = world.store.database.connection, EventRow.Meta.table_name
    puts = [
        {"PutRequest": {"Item": event_row(event).get_save_kwargs_from_instance()["Item"]}} for event in events
    ]
    for first in range(0, len(puts), 25):
        connection.dispatch("BatchWriteItem", {"RequestItems": {table: puts[first : first + 25]}})


def test_tr_01_changes_cost_as_many_rows_as_there_are_changes(world: World) -> None:
    desk, ann = besieged(world)
    with rows_read(world) as looked_at:
        told = desk.visitor.get(f"/admin/events?email={ann.address}&changes=true").json()["events"]
    assert (len(told), looked_at) == (2, [2])


@pytest.mark.parametrize(
    ("step", "path", "trips"),
    [
        ("admin_events", "/admin/events?email={}", 2),
        ("admin_events", "/admin/events?email={}&changes=true", 2),
        ("admin_events", "/admin/events?actor={}", 2),
        ("account_activity", "/account/activity", 1),
        ("admin_user", "/admin/users/{}", 4),
        ("admin_attempts", "/admin/attempts?email={}", 2),
        ("admin_attempts", "/admin/attempts", 2),
    ],
)
def test_tr_02_a_page_costs_the_same_trips_whatever_is_in_the_trail(
    world: World, step: str, path: str, trips: int
) -> None:
    desk, ann = besieged(world)
    with counting(world) as ledger:
        assert desk.visitor.get(path.format(ann.address)).status == 200
    assert ledger.trips(step) == trips
    assert not [call for call in ledger.calls if call.operation == "Scan"]


def test_tr_02_a_search_that_finds_nothing_reads_so_much_and_no_more(world: World) -> None:
    desk, ann = besieged(world)
    with pytest.MonkeyPatch.context() as patch, rows_read(world) as looked_at:
        patch.setattr(attempt_search, "ROWS", 10)
        patch.setattr(trail, "CHANGED_ROWS", 10)
        found = desk.visitor.get(f"/admin/attempts?email={ann.address}&reason=no_such_reason").json()
    assert (found["attempts"], found["before"] is None) == ([], False)
    assert len(looked_at) == 2 * attempt_search.READS
    assert sum(looked_at) <= 2 * attempt_search.READS * 10
