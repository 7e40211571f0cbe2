"""The events table's stream, given to a worker as Lambda's event source mapping gives it, in order and without loss.

A batch that fails is tried again from its first failed record, ever more slowly. A record that fails alone many times
is put aside, so that the ones behind it go on, and comes up again later: put aside is not lost.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra.gateway.event_filter import wakes

log = logging.getLogger(__name__)
Record = dict[str, Any]


@dataclass(frozen=True)
class Pace:
    """How often to look and how long to insist."""

    batch: int = 10
    idle_seconds: float = 0.25
    first_delay: float = 0.1
    longest_delay: float = 5.0
    tries: int = 10
    aside_seconds: float = 30.0


class EventSource(threading.Thread):
    """One thread that reads one table's stream and calls one function."""

    def __init__(
        self,
        streams: Any,
        table: str,
        function: Callable[[dict[str, Any]], Any],
        pace: Pace | None = None,
        patterns: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(name="event-source", daemon=True)
        self._streams, self._table, self._function = streams, table, function
        self._pace, self._patterns = pace or Pace(), patterns
        self._wake, self._ended = threading.Event(), threading.Event()
        self._iterators: dict[str, str] = {}
        self._read_to_the_end: set[str] = set()
        self._last_sequence: dict[str, str] = {}
        self._arn = ""
        self.put_aside: list[Record] = []

    def nudge(self) -> None:
        """Look now: somebody has just written."""
        self._wake.set()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._ended.set()
        self._wake.set()
        if self.is_alive():
            self.join(5)

    def run(self) -> None:
        """Until stopped."""
        aside_due = time.monotonic() + self._pace.aside_seconds
        while not self._ended.is_set():
            self._wake.clear()
            found = self._look_again()
            if time.monotonic() >= aside_due:
                self.retry_put_aside()
                aside_due = time.monotonic() + self._pace.aside_seconds
            if not found:
                self._wake.wait(self._pace.idle_seconds)

    def _look_again(self) -> bool:
        try:
            return self.look()
        except Exception as error:  # the stream may be away for a while; nothing is lost by asking again
            log.warning("the stream of %s does not answer: %r", self._table, error)
            self._iterators.clear()
            return False

    def look(self) -> bool:
        """Read every shard once; whether anything was there."""
        if not self._iterators:
            self._open_shards()
        found = False
        for shard, iterator in list(self._iterators.items()):
            page = self._streams.get_records(ShardIterator=iterator, Limit=self._pace.batch)
            records = [lambda_record(one, self._arn) for one in page["Records"]]
            self.deliver([one for one in records if wakes(self._patterns, one)])
            if records:
                self._last_sequence[shard] = sequence_of(records[-1])
            self._go_on(shard, page.get("NextShardIterator"))
            found = found or bool(records)
        return found

    def deliver(self, records: list[Record]) -> None:
        """Call the function until nothing of this batch is left; the order stays."""
        failures = 0
        while records and not self._ended.is_set():
            left = self._call(records)
            if not left:
                return
            failures = failures + 1 if len(left) == len(records) else 1
            records = left
            if failures >= self._pace.tries:
                self._set_aside(records[0])
                records, failures = records[1:], 0
                continue
            self._ended.wait(min(self._pace.first_delay * 2 ** (failures - 1), self._pace.longest_delay))

    def retry_put_aside(self) -> None:
        """Try each of them once more, by itself."""
        waiting, self.put_aside = self.put_aside, []
        for record in waiting:
            self.put_aside += self._call([record])

    def _call(self, records: list[Record]) -> list[Record]:
        """What is still due after one call."""
        try:
            answer = self._function({"Records": records})
        except Exception:  # as Lambda: a function that raises has failed for the whole batch
            log.exception("the function behind the events stream failed")
            return self._after_good_ones(records)
        failed = {one.get("itemIdentifier") for one in (answer or {}).get("batchItemFailures", [])}
        if not failed:
            return []
        first = next((at for at, one in enumerate(records) if sequence_of(one) in failed), 0)
        return records[first:]

    def _after_good_ones(self, records: list[Record]) -> list[Record]:
        """After a failure of several, give them one by one up to the first that fails by itself."""
        if len(records) == 1:
            return records
        for at, record in enumerate(records):
            if self._ended.is_set() or self._call([record]):
                return records[at:]
        return []

    def _set_aside(self, record: Record) -> None:
        self.put_aside.append(record)
        log.error("record %s of the events stream is put aside for now", sequence_of(record))

    def _go_on(self, shard: str, iterator: str | None) -> None:
        """A shard that is read to its end has children, which are found by asking for the shards again."""
        if iterator:
            self._iterators[shard] = iterator
        else:
            self._read_to_the_end.add(shard)
            self._iterators.clear()

    def _open_shards(self) -> None:
        found = self._streams.list_streams(TableName=self._table)["Streams"]
        if not found:
            return
        self._arn = found[0]["StreamArn"]
        shards = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
        names = [one["ShardId"] for one in shards if one["ShardId"] not in self._read_to_the_end]
        self._iterators = {name: self._iterator(name) for name in names}

    def _iterator(self, shard: str) -> str:
        """From the beginning, or from behind the last record that was delivered."""
        position: dict[str, str] = {"ShardIteratorType": "TRIM_HORIZON"}
        if shard in self._last_sequence:
            position = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "SequenceNumber": self._last_sequence[shard],
            }
        answer = self._streams.get_shard_iterator(StreamArn=self._arn, ShardId=shard, **position)
        iterator: str = answer["ShardIterator"]
        return iterator


def sequence_of(record: Record) -> str:
    """What names a record within its shard."""
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def lambda_record(record: Record, arn: str) -> Record:
    """A record of the Streams API in the shape in which Lambda hands it on: plain JSON."""
    plain = as_json({key: value for key, value in record.items() if key != "ResponseMetadata"})
    return {**plain, "eventSourceARN": arn}


def as_json(value: Any) -> Any:
    """Bytes become base64 and times become seconds, all the way down."""
    if isinstance(value, dict):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [as_json(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.timestamp()
    return value
