"""A batch of the events stream, row by row, for the workers behind it. What a row is about is theirs to say."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from chalicelib.domain.events import RESTORED
from chalicelib.domain.refusals import Unavailable
from chalicelib.runtime import log

Row = Mapping[str, Any]
T = TypeVar("T")
UNREADABLE = "record_unreadable"


class Aside(NamedTuple):
    """A row that could not be worked through: its key, by which it is found in its table, and why."""

    trail: str
    at: str
    cause: str


def work_through(
    batch: Mapping[str, Any],
    read: Callable[[Row], T],
    act: Callable[[T], None],
    put_aside: Callable[[Aside], None],
    delayed: str,
) -> dict[str, Any]:
    """Read each new row and give it to `act`, in order; gives the sequence numbers to be tried again.

    Lambda begins a batch again at its lowest failed record, and what is behind that one waits, whomever it is for.
    Attack: one record that cannot be read, or a flood of mails that wait for their budget, keeps a stranger's security
    notice back. Defence: whatever fails is put aside, where it waits alone; only what cannot even be put aside is tried
    again here, because then the store is away, for everybody (RL-16).
    """
    failed = []
    for record in batch.get("Records", []):
        # A row put back from a backup is new to the table, and its mail has been out for long (RL-13).
        if record.get("eventName") != "INSERT" or RESTORED in record["dynamodb"].get("NewImage", {}):
            continue
        with log.about(_request(record)):
            try:
                aside = _worked(record, read, act, delayed)
                if aside is not None:
                    put_aside(aside)
            except Unavailable as error:
                log.write(logging.ERROR, delayed, cause=error.cause)
                failed.append(record["dynamodb"]["SequenceNumber"])
            except Exception as error:  # noqa: BLE001 - a record nobody foresaw must not hold up the others
                log.fault(error)
                failed.append(record["dynamodb"]["SequenceNumber"])
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _worked(record: Row, read: Callable[[Row], T], act: Callable[[T], None], delayed: str) -> Aside | None:
    """None where it was; said in the log where it was not."""
    try:
        told = read(record["dynamodb"]["NewImage"])
    except Exception as error:  # noqa: BLE001 - nobody knows what is in it
        trail, at = _key(record)
        log.write(
            logging.ERROR,
            UNREADABLE,
            log.UNREADABLE_RECORDS.of(),
            account=trail,
            event=at,
            error=type(error).__name__,
        )
        return Aside(trail, at, UNREADABLE)
    try:
        act(told)
    except Unavailable as error:
        log.write(logging.ERROR, delayed, cause=error.cause)
        return Aside(*_key(record), error.cause)
    except Exception as error:  # noqa: BLE001 - as above
        log.fault(error)
        return Aside(*_key(record), "fault")
    return None


def _request(record: Row) -> str | None:
    """The id of the request that made the row (LO-11), whatever else of it can be read."""
    told = record["dynamodb"].get("NewImage", {}).get("request")
    found = told.get("S") if isinstance(told, Mapping) else None
    return found if isinstance(found, str) else None


def _key(record: Row) -> tuple[str, str]:
    """DynamoDB names it beside the image, whatever is in that."""
    keys = record["dynamodb"]["Keys"]
    return keys["account_id"]["S"], keys["at"]["S"]
