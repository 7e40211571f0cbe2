"""The step `copy_trail`: each event once more, once; what is not as the table has it is copied too, and told of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.events import RESTORED, EventKind
from chalicelib.domain.trail_copy import ABSENT, OTHER, SAME, TAKEN, Copied, copied_of
from chalicelib.steps import copy_trail as module
from chalicelib.steps.copy_trail import take, work
from chalicelib.storage.rows import event_row
from infra.gateway.event_filter import wakes
from infra.workers import patterns
from tests.fakes.bucket import Bucket
from tests.fakes.samples import an_account, an_event
from tests.world.running import at_work, heard, run
from tests.world.world import World


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def record(world: World, image: Any, number: int = 1, **changed: Any) -> dict[str, Any]:
    """As the stream tells of a new row."""
    arn = f"arn:aws:dynamodb:eu-west-1:1:table/{world.settings.table_prefix}events/stream/now"
    keys = {name: image[name] for name in ("account_id", "at")}
    told = {"SequenceNumber": str(number), "Keys": keys, "ApproximateCreationDateTime": world.clock()}
    return {
        "eventName": "INSERT",
        "eventSourceARN": arn,
        "dynamodb": {**told, "NewImage": image},
        **changed,
    }


def happens(world: World, **facts: Any) -> Any:
    """An event of the table; its row."""
    event = an_event(an_account().id, EventKind.ACCOUNT_DISABLED, at=world.clock(), **facts)
    world.store.events.record(event)
    return event_row(event).serialize()


def copy(world: World, bucket: Bucket, *records: Any) -> list[str]:
    """A batch; the numbers of what is to come again."""
    with heard(world.lines), at_work("copy_trail"):
        outcome = work({"Records": list(records)}, world.portal, bucket.copies())
    return [one["itemIdentifier"] for one in outcome["batchItemFailures"]]


def made(bucket: Bucket) -> list[Copied]:
    found = [copied_of(name) for name in sorted(bucket.versions)]
    return [one for one in found if one is not None]


def told(world: World) -> list[tuple[str, str]]:
    return [(line["what"], line["cause"]) for line in map(json.loads, world.lines)]


def test_tr_12_each_event_is_copied_as_it_is_and_once(world: World, bucket: Bucket) -> None:
    """TR-12: whatever brings a record again, in whatever batch, makes the same copy and no second version."""
    rows = [happens(world, email="ann@people.test"), happens(world)]
    records = [record(world, row, number) for number, row in enumerate(rows, 1)]
    assert copy(world, bucket, *records) == []
    assert copy(world, bucket, records[1]) == copy(world, bucket, *records) == []
    assert [len(versions) for versions in bucket.versions.values()] == [1, 1]
    assert [json.loads(versions[0] or b"") for versions in bucket.versions.values()] == rows
    assert {one.seen for one in made(bucket)} == {SAME}
    assert world.lines == []


def test_tr_12_every_new_row_wakes_it_and_no_other_record(world: World) -> None:
    row = happens(world)
    for name, woken in (("INSERT", True), ("MODIFY", False), ("REMOVE", False)):
        assert wakes(patterns("copy_trail"), record(world, row, eventName=name)) is woken
    assert wakes(patterns("copy_trail"), record(world, row | {RESTORED: {"S": "then"}}))


def test_tr_12_changed_record_is_no_copy(world: World, bucket: Bucket) -> None:
    assert copy(world, bucket, record(world, happens(world), eventName="MODIFY")) == []
    assert bucket.versions == {}


def test_tr_12_bucket_that_is_away_delays_and_loses_nothing(world: World, bucket: Bucket) -> None:
    records = [record(world, happens(world), number) for number in (1, 2)]
    bucket.away = True
    assert copy(world, bucket, *records) == ["1", "2"]
    bucket.away = False
    assert copy(world, bucket, *records) == []
    assert len(made(bucket)) == 2
    assert told(world) == [("copy_delayed", "s3:ConnectTimeoutError")] * 2


def test_tr_12_table_that_is_away_delays_too(world: World, bucket: Bucket) -> None:
    first = record(world, happens(world))
    world.fake.fail()
    assert copy(world, bucket, first) == ["1"]
    world.fake.heal()
    assert copy(world, bucket, first) == []


def test_tr_13_made_up_record_is_copied_beside_the_true_one_and_told_of(world: World, bucket: Bucket) -> None:
    """TR-13: with the place and the key of a real one, it takes nothing from that."""
    row = happens(world)
    forged = row | {"kind": {"S": "account_enabled"}}
    elsewhere = row | {"at": {"S": "2030-03-17T17:46:40.000Z#x"}}
    with heard(world.lines):
        assert copy(world, bucket, *(record(world, one) for one in (forged, elsewhere, row))) == []
    assert sorted(one.seen for one in made(bucket)) == [ABSENT, OTHER, SAME]
    assert told(world) == [("not_as_in_the_table", OTHER), ("not_as_in_the_table", ABSENT)]
    assert all("TrailDoubts" in line for line in world.lines)


@pytest.mark.parametrize(
    "broken",
    [
        {"eventSourceARN": "arn:aws:dynamodb:eu-west-1:1:table/mine/stream/x"},
        {"dynamodb": {}},
        {"dynamodb": {"Keys": 7}},
        {"dynamodb": {"NewImage": {"account_id": {"S": "x"}, "at": {"S": "y"}}, "Keys": {}}},
    ],
    ids=["another table", "nothing", "nonsense", "another row"],
)
def test_tr_13_what_is_no_record_holds_up_no_other(world: World, bucket: Bucket, broken: Any) -> None:
    row = happens(world)
    assert copy(world, bucket, record(world, row, **broken), record(world, row, 2)) == []
    assert [one.seen for one in made(bucket)] == [SAME]
    assert [what for what, _ in told(world)] == ["record_refused"]
    assert "TrailDoubts" in world.lines[0]


def test_tr_13_old_record_that_was_kept_comes_into_no_day(world: World, bucket: Bucket) -> None:
    kept = record(world, happens(world))
    world.clock.passes(2 * 86400)
    assert copy(world, bucket, kept) == []
    assert (bucket.versions, told(world)) == ({}, [("record_refused", "not_of_now")])


def test_tr_14_event_whose_person_was_erased_meanwhile_is_still_the_same(
    world: World, bucket: Bucket
) -> None:
    row = happens(world)
    copy(world, bucket, record(world, row | {"email": {"S": "ann@people.test"}}))
    assert [one.seen for one in made(bucket)] == [SAME]


def test_tr_12_what_has_no_copy_is_taken_from_the_table_by_its_key_alone(
    world: World, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TR-12: whoever asks for it gives no content, and it is marked for good."""
    row = happens(world)
    keys = [[row["account_id"]["S"], row["at"]["S"]], ["nobody", "never"]]
    monkeypatch.setattr(module, "copies_in", lambda *_: bucket.copies())
    with heard(world.lines):
        assert run("copy_trail", json.dumps({"keys": keys}), world.portal) == {"copied": 1}
        assert take(keys, world.portal, bucket.copies()) == 1
    assert [one.seen for one in made(bucket)] == [TAKEN]


def test_tr_12_batch_is_worked_through_by_the_function(
    world: World, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "copies_in", lambda *_: bucket.copies())
    event = json.dumps({"Records": [record(world, happens(world))]})
    assert run("copy_trail", event, world.portal) == {"batchItemFailures": []}
    assert len(made(bucket)) == 1
