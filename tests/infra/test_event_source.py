"""The events stream loses nothing, keeps its order and is not held up for ever, with a made-up stream."""

import time
from datetime import UTC, datetime
from typing import Any

import botocore.session

from infra.gateway.event_source import EventSource, Pace, lambda_record

QUICK = Pace(batch=10, idle_seconds=0.01, first_delay=0.001, longest_delay=0.002, tries=4)


def record(number: Any) -> Any:
    return {"eventID": f"e{number}", "dynamodb": {"SequenceNumber": str(number)}}


def records(*numbers: Any) -> Any:
    return [record(number) for number in numbers]


class Worker:
    """A function that fails for chosen records, so many times, and keeps what it did in order."""

    def __init__(self, failures: Any = None, *, raises: Any = False) -> None:
        self.failures, self.raises = dict(failures or {}), raises
        self.done: list[str] = []

    def __call__(self, event: Any) -> Any:
        for one in event["Records"]:
            number = one["dynamodb"]["SequenceNumber"]
            if self.failures.get(number, 0) > 0:
                self.failures[number] -= 1
                if self.raises:
                    raise RuntimeError("SES is down")
                return {"batchItemFailures": [{"itemIdentifier": number}]}
            if number not in self.done:
                self.done.append(number)
        return {"batchItemFailures": []}


def source(worker: Any) -> Any:
    return EventSource(None, "events", worker, QUICK)


def test_batch_goes_out_once_when_all_is_well() -> None:
    worker = Worker()
    source(worker).deliver(records(1, 2, 3))
    assert worker.done == ["1", "2", "3"]


def test_failed_record_is_tried_again_and_nothing_behind_it_is_lost() -> None:
    worker = Worker({"2": 2})
    tried = source(worker)
    tried.deliver(records(1, 2, 3))
    assert worker.done == ["1", "2", "3"]
    assert tried.put_aside == []


def test_function_that_raises_loses_nothing_and_keeps_the_order() -> None:
    worker = Worker({"1": 2, "3": 1}, raises=True)
    source(worker).deliver(records(1, 2, 3, 4))
    assert worker.done == ["1", "2", "3", "4"]


def test_poisoned_record_is_put_aside_and_the_next_ones_go_on(caplog: Any) -> None:
    worker = Worker({"2": 1000})
    tried = source(worker)
    tried.deliver(records(1, 2, 3))
    assert worker.done == ["1", "3"]
    assert tried.put_aside == records(2)
    assert "record 2" in caplog.text


def test_poisoned_record_that_raises_is_put_aside_too() -> None:
    worker = Worker({"2": 1000}, raises=True)
    tried = source(worker)
    tried.deliver(records(1, 2, 3))
    assert worker.done == ["1", "3"]
    assert tried.put_aside == records(2)


def test_record_put_aside_comes_up_again() -> None:
    worker = Worker({"2": 1000})
    tried = source(worker)
    tried.deliver(records(2))
    tried.retry_put_aside()
    assert tried.put_aside == records(2)
    worker.failures.clear()
    tried.retry_put_aside()
    assert (worker.done, tried.put_aside) == (["2"], [])


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
