"""A batch of the events stream, row by row, for the workers behind it. What a row is about is theirs to say."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.domain.refusals import Unavailable
from chalicelib.runtime import log

Row = Mapping[str, Any]


def work_through(batch: Mapping[str, Any], act: Callable[[Row], None], delayed: str) -> dict[str, Any]:
    """Give each new row to `act`, in order; gives the sequence numbers to be tried again, `delayed` in the log.

    Attack: one poison record holds up everything behind it. Defence: each fails by itself (RL-06).
    """
    failed = []
    for record in batch.get("Records", []):
        try:
            if record.get("eventName") == "INSERT":
                act(record["dynamodb"]["NewImage"])
        except Unavailable as error:
            log.write(logging.ERROR, delayed, cause=error.cause)
            failed.append(record["dynamodb"]["SequenceNumber"])
        except Exception as error:  # noqa: BLE001 - a record nobody foresaw must not hold up the others
            log.fault(error)
            failed.append(record["dynamodb"]["SequenceNumber"])
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
