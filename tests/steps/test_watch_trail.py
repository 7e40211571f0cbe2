"""The step `watch_trail`: whatever changes an event or takes one away is told of, and nothing else is."""

from __future__ import annotations

import json
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.domain.erasing import erased
from chalicelib.domain.events import RESTORED, EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.steps.watch_trail import watch, watch_trail
from chalicelib.storage.rows import event_row, trail_key
from infra.alarms import watching
from infra.gateway.event_filter import wakes
from infra.stages import stage_of
from infra.workers import patterns
from tests.fakes.samples import NOW, an_account, an_event
from tests.world.running import heard

TIME_TO_LIVE = {"principalId": "dynamodb.amazonaws.com", "type": "Service"}
EVENT = an_event(
    an_account().id,
    EventKind.ACCOUNT_DISABLED,
    reference="K7MW-3FQ9",
    email="ann@people.test",
    source="192.0.2.1",
    user_agent="Safari",
    actor="boss@portal.test",
    details={"reason": "stolen notebook"},
)
ROW: Any = event_row(EVENT).serialize()


def record(old: Any, new: Any, **more: Any) -> dict[str, Any]:
    """As the stream tells of it."""
    images = {name: image for name, image in (("OldImage", old), ("NewImage", new)) if image is not None}
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    keys = {one: (old or new)[one] for one in ("account_id", "at")}
    changed = {"SequenceNumber": "7", "Keys": keys, "ApproximateCreationDateTime": NOW, **images}
    return {"eventName": name, "dynamodb": changed, **more}


def lines(*records: dict[str, Any]) -> list[dict[str, Any]]:
    """What it says of those that wake it."""
    said: list[str] = []
    with heard(said):
        woken = [one for one in records if wakes(patterns("watch_trail"), one)]
        assert watch_trail({"Records": woken}, None) == {"batchItemFailures": []}
    return [json.loads(line) for line in said]


def test_tr_10_event_that_was_changed_is_told_of_with_what_it_was() -> None:
    """TR-10: which one, what of it, what it was; and nothing of it that could be somebody's address or network."""
    forged = ROW | {
        "kind": {"S": "account_enabled"},
        "actor": {"S": "ann@people.test"},
        "source": {"S": "::1"},
    }
    (line,) = lines(record(ROW, forged))
    assert (line["what"], line["how"], line["level"]) == ("trail_changed", "changed", "CRITICAL")
    assert (line["account"], line["event"]) == (trail_key(EVENT), EVENT.sort_key)
    assert line["attributes"] == ["actor", "kind", "source"]
    assert line["was"] == {"kind": "account_disabled", "id": EVENT.id, "reference": "K7MW-3FQ9"}
    assert line["now"] == line["was"] | {"kind": "account_enabled"}
    for personal in ("ann@people", "boss@", "192.0.2.1", "::1", "Safari", "stolen notebook"):
        assert personal not in json.dumps(line)


def test_tr_10_event_that_was_taken_away_is_told_of() -> None:
    """TR-10."""
    (line,) = lines(record(ROW, None))
    assert (line["how"], line["event"], line["was"]["kind"]) == (
        "removed",
        EVENT.sort_key,
        "account_disabled",
    )
    assert "now" not in line
    assert "by" not in line


def test_tr_10_what_a_restore_puts_right_is_told_of_too() -> None:
    """TR-10: anybody can write its mark."""
    (line,) = lines(record(ROW, ROW | {RESTORED: {"S": "2030-03-17T17:46:40.250Z"}}))
    assert line["attributes"] == [RESTORED]


def test_tr_10_new_events_wake_nobody() -> None:
    """TR-10: no logon costs a call for it."""
    assert not wakes(patterns("watch_trail"), record(None, ROW))
    assert lines(record(None, ROW)) == []


@pytest.mark.parametrize(
    ("over", "by", "quiet"),
    [
        (NOW - 1, TIME_TO_LIVE, True),
        (NOW, TIME_TO_LIVE, True),
        (NOW + 1, TIME_TO_LIVE, False),
        (None, TIME_TO_LIVE, False),
        (NOW - 1, {}, False),
        (NOW - 1, None, False),
        (NOW - 1, TIME_TO_LIVE | {"type": "User"}, False),
        (NOW - 1, TIME_TO_LIVE | {"principalId": "AIDA"}, False),
    ],
)
def test_tr_10_only_what_goes_in_its_own_time_goes_quietly(
    over: float | None, by: Any, *, quiet: bool
) -> None:
    """TR-10: time to live set to another attribute would take the whole trail away in the service's name."""
    row = ROW if over is None else ROW | {"expires_at": {"N": str(over)}}
    told = lines(record(row, None, **({} if by is None else {"userIdentity": by})))
    assert [line["how"] for line in told] == ([] if quiet else ["removed"])


def test_tr_10_no_size_of_a_row_makes_its_line_too_long_to_be_counted() -> None:
    """TR-10: CloudWatch takes lines of 256 KB, and counts in whole ones alone."""
    huge = {"S": "x" * 300_000}
    many = {f"{number}{'y' * 3000}": {"S": "1"} for number in range(100)}
    (line,) = lines(record(ROW | {"id": huge}, ROW | {"kind": huge, "reason": huge} | many))
    assert len(json.dumps(line)) < 4000
    assert line["event"] == EVENT.sort_key


def test_tr_10_one_says_nothing_of_another_and_each_is_told() -> None:
    """TR-10: also of images that are not shown, as on a stream that was made to show none."""
    bare = [record(ROW, ROW | {"reason": {"S": "late"}}), record(ROW, None)]
    for one in bare:
        del one["dynamodb"]["OldImage"]
    assert [line["how"] for line in lines(*bare, record(ROW, None))] == ["changed", "removed", "removed"]


def test_tr_10_each_line_rings() -> None:
    """TR-10: the alarm is over what these very lines count."""
    (line,) = lines(record(ROW, None))
    (counted,) = line["_aws"]["CloudWatchMetrics"]
    alarm = watching(stage_of("prod"))["TrailChanged"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (counted["Namespace"], counted["Metrics"][0]["Name"])
    assert line[alarm["MetricName"]] == 1
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (0, 1)


DECISION: Any = event_row(
    an_event(EVENT.account_id, EventKind.ACCOUNT_ERASED, at=NOW + 60, actor="boss@portal.test")
).serialize()
LEFT = erased(ROW, DECISION["at"]["S"])


def watched(*records: dict[str, Any], found: Any = None) -> list[str]:
    """What rings, where the table has this decision; or where it does not answer."""

    def images(keys: Any) -> list[Any]:
        if found is None:
            raise Unavailable("dynamodb:away")
        return [found if key == (EVENT.account_id, DECISION["at"]["S"]) else None for key in keys]

    store = SimpleNamespace(events=SimpleNamespace(images=images), request=nullcontext)
    said: list[str] = []
    with heard(said):
        watch({"Records": list(records)}, lambda: SimpleNamespace(store=store))  # type: ignore[arg-type,return-value]
    return [line["what"] for line in map(json.loads, said)]


def test_tr_17_what_was_decided_to_be_erased_rings_nobody() -> None:
    """TR-17: the person is out of it, and nothing else is other."""
    assert watched(record(ROW, LEFT), found=DECISION) == ["trail_erased"]
    own = erased(DECISION, DECISION["at"]["S"])
    assert watched(record(DECISION, own), found=own) == ["trail_erased"]


@pytest.mark.parametrize(
    "found",
    [
        {},
        DECISION | {"kind": {"S": "account_disabled"}},
        DECISION | {"account_id": {"S": "somebody else"}},
        DECISION | {"time": {"N": str(NOW - 2 * 86400)}},
        None,
    ],
    ids=["none", "of another kind", "of another account", "of an account before", "the store is away"],
)
def test_tr_17_an_erasure_without_a_decision_rings_as_any_other_change(found: Any) -> None:
    """TR-17: attack: somebody takes who and where out of their own traces in the shape of an erasure."""
    assert "trail_changed" in watched(record(ROW, LEFT), found=found)


@pytest.mark.parametrize(
    "new",
    [
        LEFT | {"kind": {"S": "account_enabled"}},
        LEFT | {"source": ROW["source"]},
        {name: one for name, one in LEFT.items() if name != "actor"},
        {name: one for name, one in LEFT.items() if name != "erased"},
    ],
    ids=["of another kind", "half of it", "without who did it", "without a mark"],
)
def test_tr_17_what_is_not_exactly_an_erasure_rings(new: Any) -> None:
    """TR-17: whatever was decided."""
    assert watched(record(ROW, new), found=DECISION) == ["trail_changed"]
    assert watched(record(LEFT, ROW), found=DECISION) == ["trail_changed"]
