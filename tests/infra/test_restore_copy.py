"""`make restore` and the copy of the trail: what somebody removed counts still, and what was erased stays erased."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.events import RESTORED, EventKind, iso
from chalicelib.domain.trail_copy import ABSENT, DAY, ERASURES, OTHER, PERSONAL, TAKEN, row_digest, sealed
from chalicelib.storage.rows import event_row
from infra.restore.copies import stamp
from infra.restore.lost import closed_by, kinds_of
from infra.restore.rows import Rows
from infra.restore.state import State
from infra.verify.__main__ import Copy
from infra.verify.around import Item
from tests.fakes.bucket import Bucket
from tests.fakes.samples import NOW, an_account, an_event
from tests.infra.held_trail import RING, Held, Town, five_events, town

__all__ = ["town"]

WHO = an_account()


def removed_event(town: Town, kind: EventKind, at: float = NOW + 60, seen: str = "s") -> Item:
    """It was written and copied, and somebody has removed it from the table."""
    row: Item = event_row(an_event(WHO.id, kind, at=at, email=WHO.address)).serialize()
    town.copy(row, seen, now=at)
    return row


def rows_of(town: Town, tables: Any = None) -> tuple[Rows, State]:
    state = State(None, NOW, NOW + DAY)
    trail = Copy(town.bucket.copies(), RING)
    return Rows(tables or town.tables, state, lambda: NOW + DAY, trail), state


@pytest.mark.parametrize("seen", ["s", TAKEN])
def test_tr_16_account_whose_disabling_was_removed_stays_disabled(town: Town, seen: str) -> None:
    """TR-16: and the spent code is spent; each is back in the trail, marked, and in the list."""
    gone = [
        removed_event(town, kind, seen=seen)
        for kind in (EventKind.ACCOUNT_DISABLED, EventKind.RECOVERY_CODE_USED)
    ]
    rows, state = rows_of(town)
    rows.removed()
    assert closed_by(kinds_of(state, WHO.id)) == "disabled"
    assert EventKind.RECOVERY_CODE_USED in kinds_of(state, WHO.id)
    (heading,) = [one for one in state.report if "removed" in one]
    assert len(state.report[heading]) == 2
    assert any(WHO.address in line for lines in state.report.values() for line in lines)
    back = [
        town.tables.get("events", [{name: row[name] for name in ("account_id", "at")}])[0] for row in gone
    ]
    for was, now in zip(gone, back, strict=True):
        assert now == {name: one for name, one in was.items() if name != "mail_hour"} | {
            RESTORED: {"S": iso(state.started)}
        }
    before = dict(town.tables.client.items)
    rows.removed()
    assert town.tables.client.items == before
    assert len(state.report[heading]) == 2


@pytest.mark.parametrize("seen", [ABSENT, OTHER])
def test_tr_16_copy_of_what_the_table_never_had_closes_nobody_out(town: Town, seen: str) -> None:
    removed_event(town, EventKind.ACCOUNT_DISABLED, seen=seen)
    rows, state = rows_of(town)
    rows.removed()
    assert (state.lost, state.report) == ({}, {})


def test_tr_16_copy_that_holds_other_than_its_name_says_counts_for_nothing(town: Town) -> None:
    removed_event(town, EventKind.ACCOUNT_DISABLED)
    name = next(
        name for name, (body, *_) in town.bucket.versions.items() if b"account_disabled" in (body or b"")
    )
    town.bucket.versions[name] = [b"{}"]
    rows, state = rows_of(town)
    rows.removed()
    assert state.report == {}


def test_tr_16_what_went_before_the_lost_time_is_the_backup_s_matter(town: Town) -> None:
    removed_event(town, EventKind.ACCOUNT_DISABLED, at=NOW - 3600)
    removed_event(town, EventKind.ACCOUNT_DISABLED, at=NOW - 2 * DAY)
    rows, state = rows_of(town)
    rows.removed()
    assert state.report == {}


def test_tr_16_dry_run_lists_and_writes_nothing_and_without_a_copy_there_is_nothing(town: Town) -> None:
    removed_event(town, EventKind.ACCOUNT_DISABLED)
    before = dict(town.tables.client.items)
    rows, state = rows_of(town)
    rows.removed(dry=True)
    assert closed_by(kinds_of(state, WHO.id)) == "disabled"
    assert town.tables.client.items == before
    Rows(town.tables, state, lambda: NOW).removed()


class Before(Held):
    """The live table, and beside it the one of that moment."""

    def __init__(self, then: list[Item]) -> None:
        super().__init__()
        self.then = then

    def page(self, table: str, after: Item | None) -> tuple[list[Item], Item | None]:
        assert (table, after) == (f"events-at-{stamp(NOW)}", None)
        return self.then, None


def test_tr_14_what_was_erased_of_a_person_does_not_come_back_with_a_backup() -> None:
    """TR-14: of a row that is there and of one that is gone; what no list names is put right as before."""
    erased, gone, wiped = five_events()[:3]
    tables, bucket = Before([erased, gone, wiped]), Bucket()
    said = {"at": "then", "by": "me", "account": "x", "rows": [row_digest(erased), row_digest(gone)]}
    bucket.copies().put(f"{ERASURES}/x", sealed(said, ERASURES, RING))
    for one in (erased, wiped):
        item = {name: value for name, value in one.items() if name not in PERSONAL}
        tables.put_item("held-events", item)
    rows, state = rows_of(Town(tables, bucket, []))
    rows.events()
    live = tables.items
    assert len(live) == 3
    for one in (erased, gone):
        assert not set(PERSONAL) & live[one["account_id"]["S"], one["at"]["S"]].keys()
    assert RESTORED not in live[erased["account_id"]["S"], erased["at"]["S"]]
    assert live[wiped["account_id"]["S"], wiped["at"]["S"]]["email"] == wiped["email"]
    assert len(state.report) == 1  # of the wiped one alone: an event other than it was
