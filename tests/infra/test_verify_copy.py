"""`make verify` over the trail and its copy: what was changed, removed, slipped in or moved is named, nothing else."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.domain.trail_copy import (
    ABSENT,
    ERASURES,
    body_of,
    row_digest,
    sealed,
)
from chalicelib.services.trail_copy import Copies
from infra import erasing
from infra.gateway.environment import make_copy
from infra.verify import __main__ as program
from infra.verify.__main__ import Copy
from infra.verify.around import Item, Tables
from infra.verify.of_the_copy import PATIENCE, Comparison
from tests.engine import Engine
from tests.fakes.bucket import Bucket
from tests.fakes.samples import NOW
from tests.infra.held_trail import RING, Ticking, Town, five_events, named, town

__all__ = ["town"]


def test_tr_15_of_what_is_whole_nothing_is_said(town: Town) -> None:
    told = town.compare()
    assert (told.findings, told.copies, told.taken, told.lacking) == ([], 5, 0, [])


Tampering = Callable[[Town, Item], list[tuple[str, str]]]


def mutated(town: Town, row: Item) -> list[tuple[str, str]]:
    town.put(row, kind={"S": "account_enabled"})
    return [("event_is_as_it_was_written", named(row))]


def more_in_it(town: Town, row: Item) -> list[tuple[str, str]]:
    town.put(row, unheard_of={"S": "x"})
    return [("event_is_as_it_was_written", named(row))]


def another_address(town: Town, row: Item) -> list[tuple[str, str]]:
    town.put(row, source={"S": "203.0.113.9"})
    return [("event_is_as_it_was_written", named(row))]


def wiped(town: Town, row: Item) -> list[tuple[str, str]]:
    """Without a list that says it was asked for."""
    town.put(row, source=None, email=None, user_agent=None, language=None, zone=None)
    return [("event_is_as_it_was_written", named(row))]


def removed(town: Town, row: Item) -> list[tuple[str, str]]:
    town.remove(row)
    return [("event_is_there", named(row))]


def removed_and_told_otherwise(town: Town, row: Item) -> list[tuple[str, str]]:
    """What is put in its place comes by the stream and is copied; the first still counts."""
    town.remove(row)
    town.copy(town.put(row, kind={"S": "account_enabled"}), now=NOW + 60)
    return [("event_is_as_it_was_written", named(row))]


def inserted(town: Town, row: Item) -> list[tuple[str, str]]:
    """Past the stream, or while copy_trail was kept from it."""
    forged = town.put(row, at={"S": "2030-03-17T17:46:40.000Z#forged"}, id={"S": "forged"})
    return [("event_has_its_copy", named(forged))]


def of_tomorrow(town: Town, row: Item) -> list[tuple[str, str]]:
    """No time that a row gives itself leaves it out."""
    forged = town.put(row, at={"S": "2099-01-01T00:00:00.000Z#f"}, time={"N": "4070908800"}, id={"S": "f"})
    return [("event_has_its_copy", named(forged))]


def moved(town: Town, row: Item) -> list[tuple[str, str]]:
    town.remove(row)
    town.put(row, at={"S": f"2030-03-17T12:00:00.000Z#{row['id']['S']}"})
    return [("event_is_where_it_was_written", named(row))]


def ended_early(town: Town, row: Item) -> list[tuple[str, str]]:
    """Somebody gives it an end, and time to live takes it away."""
    town.put(row, expires_at={"N": str(int(NOW) - 9)})
    return [("event_is_as_it_was_written", named(row))]


def copy_hidden(town: Town, row: Item) -> list[tuple[str, str]]:
    """By a mark of deletion, as a rule of one day or a plain delete leaves one."""
    name = next(name for name in town.bucket.versions if row_digest(row) in name)
    town.bucket.forced(name, None)
    return [("copy_is_not_hidden", f"copy/{name}")]


def copy_written_over(town: Town, row: Item) -> list[tuple[str, str]]:
    name = next(name for name in town.bucket.versions if row_digest(row) in name)
    town.bucket.forced(name, b"{}")
    return [("copy_is_written_once", f"copy/{name}")]


def copy_forged(town: Town, row: Item) -> list[tuple[str, str]]:
    """Of what never was in the table, by a record that somebody made up."""
    forged = row | {"at": {"S": "2030-03-17T17:46:40.000Z#forged"}, "id": {"S": "forged"}}
    town.copy(forged, ABSENT)
    return [("copy_is_of_the_table", named(forged))]


def copy_beside(town: Town, row: Item) -> list[tuple[str, str]]:
    town.copy(row | {"kind": {"S": "account_enabled"}}, "o", now=NOW - 60)
    return [("copy_is_of_the_table", named(row))]


def copy_of_nothing(town: Town, _: Item) -> list[tuple[str, str]]:
    town.bucket.copies().put("events/2030-03-17/what", b"x")
    return [("copy_is_named_as_one", "copy/events/2030-03-17/what")]


def copy_of_other_content(town: Town, row: Item) -> list[tuple[str, str]]:
    """Named for what it does not hold; of what the table has not, nothing is read out of it."""
    name = town.copy(row | {"at": {"S": "2030-03-17T17:46:40.000Z#forged"}})
    town.bucket.versions[name] = [body_of(row)]
    return [("copy_holds_what_it_is_named_for", f"copy/{name}")]


TAMPERINGS: list[Tampering] = [
    *(mutated, more_in_it, another_address, wiped, removed, removed_and_told_otherwise),
    *(inserted, of_tomorrow, moved, ended_early),
    *(copy_hidden, copy_written_over, copy_forged, copy_beside, copy_of_nothing, copy_of_other_content),
]


@pytest.mark.parametrize("place", [0, -1], ids=["the oldest", "the newest"])
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__)
def test_tr_15_row_that_was_tampered_with_is_named_and_no_other(
    town: Town, tampering: Tampering, place: int
) -> None:
    """TR-15: the newest as well as the oldest."""
    expected = tampering(town, town.rows[place])
    assert town.found() == expected


def test_tr_15_copy_that_is_on_its_way_is_waited_for_and_no_longer_than_it_takes(town: Town) -> None:
    """TR-15: the window is bounded: two minutes after the walk, whatever the row says of its time."""
    late = town.put(town.rows[0], at={"S": "2030-03-17T17:46:40.000Z#late"}, id={"S": "late"})
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.passes(seconds)
        if len(slept) == 3:
            town.copy(late)

    clock = Ticking(NOW)
    assert Comparison(town.tables, town.bucket.copies(), frozenset(), clock, sleep).run().findings == []
    assert len(slept) == 3
    never = town.put(late, at={"S": "2030-03-17T17:46:40.000Z#never"}, id={"S": "never"})
    clock, slept = Ticking(NOW), [9.0] * 9
    told = Comparison(town.tables, town.bucket.copies(), frozenset(), clock, clock.passes).run()
    assert [one.row for one in told.findings] == [named(never)]
    assert PATIENCE <= clock.now - NOW < 2 * PATIENCE


def test_tr_15_row_that_its_own_time_has_taken_is_not_missed(town: Town) -> None:
    """TR-15: retention by settings: the copy knows when, since the row was written."""
    ending = town.put(
        town.rows[0], at={"S": "2030-03-17T1#end"}, id={"S": "end"}, expires_at={"N": str(int(NOW) + 60)}
    )
    name = town.copy(ending)
    town.remove(ending)
    assert town.found() == [("event_is_there", named(ending))]
    assert town.found(now=NOW + 61) == []
    town.bucket.forced(name, None)  # and some time later its copy, by the bucket's own rule
    assert town.found(now=NOW + 61) == []


def test_tr_15_event_that_a_restore_has_put_back_is_as_it_was(town: Town) -> None:
    town.remove(town.rows[0])
    back = town.put(town.rows[0], restored={"S": "then"}, mail_hour=None)
    town.copy(back, now=NOW + 60)
    assert town.found() == []


@pytest.mark.slow
def test_tr_15_program_says_all_of_it_and_reads_alone(
    engine: Engine, table_prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """TR-15: with the engine's own table and bucket; it ends with 1 where anything differs."""
    tables = Tables(engine.client("dynamodb"), table_prefix)
    town = Town(tables, Bucket(), five_events())
    for row in town.rows:
        town.put(row)
        town.copy(row)
    erasing.remove(tables, town.put(town.rows[0], at={"S": "2030-03-17T1#x"}))
    (erased,) = [row for row in tables.page("events", None)[0] if row["at"]["S"].endswith("#x")]
    assert {"email", "source"} & erased.keys() == set()
    town.remove(erased)
    s3, name = engine.client("s3"), f"copy-{uuid.uuid4().hex[:12]}"
    make_copy(s3, name)
    for one, (body, *_) in town.bucket.versions.items():
        s3.put_object(Bucket=name, Key=one, Body=body, IfNoneMatch="*")
    said = {"at": "then", "by": "break-glass", "account": "x", "rows": []}
    Copies(s3, name).put(f"{ERASURES}/then", sealed(said, ERASURES, RING))
    called = set[str]()
    for client in (s3, town.tables.client):
        client.meta.events.register("before-call", lambda model, **_: called.add(model.name))
    trail = Copy(Copies(s3, name), RING)
    now = time.time()
    assert program.compared(tables, trail) == []
    assert "then: break-glass erased what is a person's from 0 events" in capsys.readouterr().out
    town.remove(town.rows[-1])
    assert program.report("dev", tables, tmp_path, trail) == 1
    told = capsys.readouterr().out
    assert f"{named(town.rows[-1])}: message_read was written and is gone (event_is_there)" in told
    assert "5 copies, 0 of them taken from the table: 1 findings" in told
    assert called <= {"Scan", "Query", "BatchGetItem", "ListObjectVersions", "GetObject", "DeleteItem"}
    assert time.time() - now < PATIENCE
