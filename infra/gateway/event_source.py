"""The events table's stream, given to a worker as Lambda's event source mapping gives it, in order.

Which records, in which batches, tried how often and given up when: `event_mapping.py`, by the template's own settings.
"""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from infra.gateway.event_filter import wakes
from infra.gateway.event_mapping import Mapping, Pause, Record, sequence_of
from infra.workers import STREAM_SETTINGS

log = logging.getLogger(__name__)


AS_DEPLOYED = Mapping.of(STREAM_SETTINGS)
IDLE_SECONDS = 0.25  # Lambda looks four times a second


class EventSource(threading.Thread):
    """One thread that reads one table's stream and calls one function."""

    def __init__(
        self,
        streams: Any,
        table: str,
        function: Callable[[dict[str, Any]], Any],
        mapping: Mapping = AS_DEPLOYED,
        patterns: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(name="event-source", daemon=True)
        self._streams, self._table, self._function = streams, table, function
        self._mapping, self._patterns = mapping, patterns
        self._wake, self._ended = threading.Event(), threading.Event()
        self._iterators: dict[str, str] = {}
        self._read_to_the_end: set[str] = set()
        self._last_sequence: dict[str, str] = {}
        self._arn = ""
        self.discarded: list[Record] = []  # of which AWS keeps the places in a queue

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
        while not self._ended.is_set():
            self._wake.clear()
            if not self._look_again():
                self._wake.wait(IDLE_SECONDS)

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
            page = self._streams.get_records(ShardIterator=iterator, Limit=self._mapping.batch_size)
            records = [lambda_record(one, self._arn) for one in page["Records"]]
            self.deliver([one for one in records if wakes(self._patterns, one)])
            if records:
                self._last_sequence[shard] = sequence_of(records[-1])
            self._go_on(shard, page.get("NextShardIterator"))
            found = found or bool(records)
        return found

    def deliver(self, records: list[Record]) -> None:
        """Call the function until nothing of them is left; the order stays."""
        discarded = self._mapping.deliver(records, self._call, self._ended.wait, time.time, Pause())
        self.discarded += discarded
        for record in discarded:
            log.error("record %s of the events stream is given up", sequence_of(record))

    def _call(self, event: dict[str, Any]) -> Any:
        # Stopped in the midst of an outage: what is left dies with the tables.
        return None if self._ended.is_set() else self._function(event)

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
