"""What Lambda's event source mapping does with a batch of a DynamoDB stream: what it counts as failed, what it tries
again, what it gives up. Settings are those of the template, so that a test is held up where a deployed stage would be.

Of Lambda's developer guide: *Configuring partial batch response with DynamoDB and Lambda*, *Lambda parameters for
Amazon DynamoDB event source mappings*. docs/twin.md has each rule with its test.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

log = logging.getLogger(__name__)
Record = dict[str, Any]
WHOLE = -1
Function = Callable[[dict[str, Any]], Any]


class Pause(NamedTuple):
    """Between two tries, ever longer. AWS says that there is one, not how long; on one machine nobody waits long."""

    first: float = 0.1
    longest: float = 5.0

    def seconds(self, failures: int) -> float:
        """Before the next try."""
        return float(min(self.first * 2 ** min(failures, 20), self.longest))


AT_ONCE = Pause(0, 0)


class Mapping(NamedTuple):
    """A mapping's settings."""

    batch_size: int = 100
    bisects: bool = False
    reports: bool = False
    most_retries: int = -1
    oldest_seconds: int = -1
    lanes: int = 1

    @classmethod
    def of(cls, properties: dict[str, Any]) -> Mapping:
        """As the template's resource has them; what it leaves out is AWS's default."""
        default = cls()
        return cls(
            properties.get("BatchSize", default.batch_size),
            properties.get("BisectBatchOnFunctionError", default.bisects),
            "ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
            properties.get("MaximumRetryAttempts", default.most_retries),
            properties.get("MaximumRecordAgeInSeconds", default.oldest_seconds),
            properties.get("ParallelizationFactor", default.lanes),
        )

    def deliver(
        self,
        records: Sequence[Record],
        function: Function,
        wait: Callable[[float], object],
        now: Callable[[], float],
        pause: Pause = AT_ONCE,
    ) -> list[Record]:
        """Call the function until nothing of a shard's records is left; gives what was discarded.

        The records of one partition key stay in order and in one lane; a lane that fails holds up no other.
        """
        lanes: list[list[Record]] = [[] for _ in range(self.lanes)]
        for record in records:
            lanes[zlib.crc32(repr(partition_of(record)).encode()) % self.lanes].append(record)
        delivery = Delivery(self, function, wait, now, pause)
        if self.lanes == 1:
            return delivery.lane(lanes[0])
        with ThreadPoolExecutor(self.lanes) as pool:
            return [record for discarded in pool.map(delivery.lane, lanes) for record in discarded]


class Delivery(NamedTuple):
    """One shard's records on their way to one function."""

    mapping: Mapping
    function: Function
    wait: Callable[[float], object]
    now: Callable[[], float]
    pause: Pause

    def lane(self, records: list[Record]) -> list[Record]:
        """Batch after batch; the next one begins when nothing of this one is left."""
        size = self.mapping.batch_size
        batches = [records[start : start + size] for start in range(0, len(records), size)]
        return [record for batch in batches for record in self._batch(batch)]

    def _batch(self, batch: list[Record]) -> list[Record]:
        """Parts of it in their order, each with how often it was tried; gives what was discarded of it."""
        discarded: list[Record] = []
        due = [(batch, 0)]
        while due:
            records, failures = due.pop(0)
            old = [record for record in records if self._too_old(record)]
            discarded += old
            records = [record for record in records if record not in old]
            checkpoint = self._tried(records) if records else None
            if checkpoint is None:
                continue
            left = records[max(checkpoint, 0) :]
            if checkpoint == WHOLE and self.mapping.bisects and len(left) > 1:
                half = len(left) // 2  # which does not count as a retry
                due[:0] = [(left[:half], failures), (left[half:], failures)]
            elif 0 <= self.mapping.most_retries <= failures:
                discarded += left  # whatever is left of the batch, failed or not yet reached
                continue
            else:
                due.insert(0, (left, failures + 1))
            self.wait(self.pause.seconds(failures))
        return discarded

    def _tried(self, records: list[Record]) -> int | None:
        """None where all is well; else from which record on it is tried again, or WHOLE."""
        try:
            answer = self.function({"Records": records})
        except Exception:  # as Lambda: a function that raises has failed for the whole batch
            log.exception("the function behind the events stream failed")
            return WHOLE
        if not self.mapping.reports or not answer or not answer.get("batchItemFailures"):
            return None
        numbers = [sequence_of(record) for record in records]
        failed = {one.get("itemIdentifier") for one in answer["batchItemFailures"]}
        # None, "", another key in its place, a number of no record: nobody knows what was done.
        return min(map(numbers.index, failed)) if failed <= set(numbers) else WHOLE

    def _too_old(self, record: Record) -> bool:
        made = record["dynamodb"].get("ApproximateCreationDateTime")
        oldest = self.mapping.oldest_seconds
        return made is not None and oldest >= 0 and self.now() - made > oldest


def sequence_of(record: Record) -> str:
    """What names a record within its shard."""
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def partition_of(record: Record) -> object:
    """What orders it: the key of its item."""
    return record["dynamodb"].get("Keys")
