"""The events stream behaves as Lambda's mapping does: what is tried again, in which order, and what is given up."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest

from infra.gateway.event_mapping import Mapping
from infra.gateway.event_source import EventSource, lambda_record
from infra.workers import STREAM_SETTINGS, patterns

DEPLOYED = Mapping.of(STREAM_SETTINGS)
FEW = DEPLOYED._replace(most_retries=3)
NOW = 1_795_744_800.0


def record(number: Any, who: str = "ann", at: float = NOW) -> Any:
    return {
        "eventID": f"e{number}",
        "dynamodb": {
            "SequenceNumber": str(number),
            "Keys": {"account_id": {"S": who}},
            "ApproximateCreationDateTime": at,
        },
    }


def records(*numbers: Any) -> Any:
    return [record(number) for number in numbers]


class Function:
    """Fails for chosen records, and keeps which batches it was called with."""

    def __init__(self, *failing: int, raises: bool = False, answers: Any = None) -> None:
        self.failing, self.raises, self.answers = set(map(str, failing)), raises, answers
        self.calls: list[str] = []

    def __call__(self, event: Any) -> Any:
        numbers = [one["dynamodb"]["SequenceNumber"] for one in event["Records"]]
        self.calls.append("".join(numbers))
        if self.answers is not None:
            return self.answers
        failed = [one for one in numbers if one in self.failing]
        if failed and self.raises:
            raise RuntimeError("out of memory")
        return {"batchItemFailures": [{"itemIdentifier": one} for one in reversed(failed)]}


def delivered(mapping: Mapping, function: Any, batch: Any) -> list[str]:
    """What was given up."""
    given_up = mapping.deliver(batch, function, lambda _: None, lambda: NOW)
    return [one["dynamodb"]["SequenceNumber"] for one in given_up]


def test_batches_are_as_large_as_the_template_says_and_come_once_where_all_is_well() -> None:
    function = Function()
    assert delivered(DEPLOYED._replace(batch_size=3), function, records(1, 2, 3, 4)) == []
    assert function.calls == ["123", "4"]


def test_it_begins_again_at_the_lowest_failed_record_with_everything_behind_it() -> None:
    function = Function(2, 4)
    assert delivered(FEW, function, records(1, 2, 3, 4, 5)) == ["2", "3", "4", "5"]
    assert function.calls == ["12345", *["2345"] * 3]


def test_what_stands_behind_waits_for_as_long_as_one_record_fails() -> None:
    function = Function(1)
    delivered(DEPLOYED._replace(batch_size=2), function, records(1, 2, 3))
    assert function.calls == [*["12"] * 101, "3"]


def test_function_that_raises_is_given_halves_and_splitting_is_no_retry() -> None:
    function = Function(2, raises=True)
    assert delivered(FEW._replace(most_retries=1), function, records(1, 2, 3, 4)) == ["2"]
    assert function.calls == ["1234", "12", "1", "2", "2", "34"]


def test_without_bisecting_the_whole_batch_is_tried_and_given_up() -> None:
    function = Function(2, raises=True)
    mapping = FEW._replace(most_retries=1, bisects=False)
    assert delivered(mapping, function, records(1, 2, 3)) == ["1", "2", "3"]
    assert function.calls == ["123", "123"]


def test_without_reporting_what_is_reported_is_not_heard() -> None:
    function = Function(2)
    assert delivered(FEW._replace(reports=False), function, records(1, 2, 3)) == []
    assert function.calls == ["123"]


@pytest.mark.parametrize("answer", ["", {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_answer_that_names_nothing_is_success(answer: Any) -> None:
    function = Function(answers=answer)
    assert delivered(FEW, function, records(1, 2)) == []
    assert function.calls == ["12"]


@pytest.mark.parametrize(
    "named", [{"itemIdentifier": ""}, {"itemIdentifier": None}, {"identifier": "1"}, {"itemIdentifier": "9"}]
)
def test_answer_that_names_no_record_is_failure_of_the_whole(named: Any) -> None:
    function = Function(answers={"batchItemFailures": [named]})
    assert delivered(FEW._replace(most_retries=0), function, records(1, 2)) == ["1", "2"]
    assert function.calls == ["12", "1", "2"]


def test_record_older_than_it_may_be_is_given_up_untried() -> None:
    function = Function()
    old = record(1, at=NOW - STREAM_SETTINGS["MaximumRecordAgeInSeconds"] - 1)
    assert delivered(DEPLOYED, function, [old, record(2)]) == ["1"]
    assert function.calls == ["2"]


def test_lanes_hold_up_none_of_each_other_and_keep_the_order_of_a_key() -> None:
    function = Function(1)
    batch = [record(1, "ann"), record(2, "bob"), record(3, "ann"), record(4, "bob"), record(5, "cy")]
    mapping = FEW._replace(lanes=10, batch_size=1)
    assert delivered(mapping, function, batch) == ["1"]
    assert sorted(function.calls) == ["1", "1", "1", "1", "2", "3", "4", "5"]
    assert function.calls.index("1") < function.calls.index("3")
    assert function.calls.index("2") < function.calls.index("4")


def test_settings_are_the_template_s_and_what_it_leaves_out_is_aws_s_default() -> None:
    assert Mapping(10, True, True, 100, 86400, 1) == DEPLOYED
    assert Mapping.of({}) == Mapping(100, False, False, -1, -1, 1)


def test_what_was_given_up_is_said_and_kept(caplog: Any) -> None:
    source = EventSource(None, "events", Function(2), FEW._replace(most_retries=0))
    source.deliver([record(number, at=time.time()) for number in (1, 2)])
    assert [one["eventID"] for one in source.discarded] == ["e2"]
    assert "record 2" in caplog.text


def test_records_have_the_shape_lambda_gives_them() -> None:
    made = lambda_record(
        {
            "eventID": "1",
            "dynamodb": {
                "ApproximateCreationDateTime": datetime(2026, 1, 1, tzinfo=UTC),
                "NewImage": {"b": {"B": b"\x00\x01"}, "bs": {"BS": [b"x"]}, "n": {"N": "1"}},
            },
        },
        "arn:of:the:stream",
    )
    assert made["eventSourceARN"] == "arn:of:the:stream"
    assert made["dynamodb"]["ApproximateCreationDateTime"] == 1767225600.0
    assert made["dynamodb"]["NewImage"] == {"b": {"B": "AAE="}, "bs": {"BS": ["eA=="]}, "n": {"N": "1"}}


def test_written_event_reaches_the_function_at_once_and_only_once(engine: Any, table_prefix: Any) -> None:
    client = botocore.session.get_session().create_client("dynamodb")
    came = []
    reading = EventSource(
        engine.client("dynamodbstreams"), f"{table_prefix}events", lambda event: came.extend(event["Records"])
    )
    reading.start()
    for number in range(25):
        item = {"account_id": {"S": "a"}, "at": {"S": f"{number:02}"}}
        client.put_item(TableName=f"{table_prefix}events", Item=item)
    reading.nudge()
    deadline = time.monotonic() + 2
    while len(came) < 25 and time.monotonic() < deadline:
        time.sleep(0.005)
    reading.stop()
    assert [one["dynamodb"]["NewImage"]["at"]["S"] for one in came] == [f"{at:02}" for at in range(25)]


def test_tr_10_stream_tells_what_a_row_was_before_it_was_changed_or_removed(
    engine: Any, table_prefix: Any
) -> None:
    """TR-10: with the template's own stream, the filter that is deployed, and nothing of rows that are new."""
    client, came = botocore.session.get_session().create_client("dynamodb"), []
    reading = EventSource(
        engine.client("dynamodbstreams"),
        f"{table_prefix}events",
        lambda event: came.extend(event["Records"]),
        patterns=patterns("watch_trail"),
    )
    key = {"account_id": {"S": "watched"}, "at": {"S": "1"}}
    table: dict[str, Any] = {"TableName": f"{table_prefix}events"}
    client.put_item(**table, Item=key | {"kind": {"S": "first"}})
    client.put_item(**table, Item=key | {"kind": {"S": "second"}})
    client.delete_item(**table, Key=key)
    deadline = time.monotonic() + 5
    while len(came) < 2 and time.monotonic() < deadline:
        reading.look()
    mine = [one for one in came if one["dynamodb"]["Keys"] == key]
    assert [one["eventName"] for one in mine] == ["MODIFY", "REMOVE"]
    assert [one["dynamodb"]["OldImage"]["kind"]["S"] for one in mine] == ["first", "second"]
    assert mine[0]["dynamodb"]["NewImage"]["kind"]["S"] == "second"
    assert "NewImage" not in mine[1]["dynamodb"]


def test_reading_goes_on_behind_the_last_delivered_record_after_the_stream_was_away(
    engine: Any, table_prefix: Any
) -> None:
    client = engine.client("dynamodb")
    came = []
    reading = EventSource(
        engine.client("dynamodbstreams"), f"{table_prefix}events", lambda event: came.extend(event["Records"])
    )
    for number in range(2):
        client.put_item(
            TableName=f"{table_prefix}events", Item={"account_id": {"S": "a"}, "at": {"S": str(number)}}
        )
        reading.look()
        reading._iterators.clear()
    assert [one["dynamodb"]["NewImage"]["at"]["S"] for one in came] == ["0", "1"]
