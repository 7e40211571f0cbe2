"""A batch of the events stream, row by row, for the workers behind it. What a row is about is theirs to say."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
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
    for record in _new(batch):
        with log.about(_request(record)):
            if not _is_done(partial(_one, record, read, act, put_aside, delayed), delayed):
                failed.append(_number(record))
    return _again(failed)


def work_through_together(
    batch: Mapping[str, Any],
    read: Callable[[Row], T],
    act: Callable[[Sequence[T]], Sequence[str | None]],
    put_aside: Callable[[Aside], None],
    delayed: str,
) -> dict[str, Any]:
    """The same for what is done to many at once. `act` gives of each None, or the cause for which it is put aside."""
    failed: list[str] = []
    asides: list[tuple[Row, Aside]] = []
    readable: list[tuple[Row, T]] = []

    def sort(record: Row) -> None:
        found = _told(record, read)
        if isinstance(found, Aside):
            asides.append((record, found))
        else:
            readable.append((record, found))

    for record in _new(batch):
        with log.about(_request(record)):
            if not _is_done(partial(sort, record), delayed):
                failed.append(_number(record))
    causes = _done(act, [told for _, told in readable])
    for (record, _), cause in zip(readable, causes, strict=True):
        if cause is not None:
            with log.about(_request(record)):
                log.write(logging.ERROR, delayed, cause=cause)
            asides.append((record, Aside(*_key(record), cause)))
    for record, aside in asides:
        with log.about(_request(record)):
            if not _is_done(partial(put_aside, aside), delayed):
                failed.append(_number(record))
    return _again(failed)


def _new(batch: Mapping[str, Any]) -> Iterator[Row]:
    """A row put back from a backup is new to the table, and everybody was told of it long ago (RL-13)."""
    for record in batch.get("Records", []):
        if record.get("eventName") == "INSERT" and RESTORED not in record["dynamodb"].get("NewImage", {}):
            yield record


def _done(act: Callable[[Sequence[T]], Sequence[str | None]], told: Sequence[T]) -> list[str | None]:
    """What nobody foresaw in one of them is tried with each alone: it holds up no other."""
    try:
        return list(act(told)) if told else []
    except Unavailable as error:
        return [error.cause] * len(told)
    except Exception as error:  # noqa: BLE001 - as above
        if len(told) > 1:
            return [cause for one in told for cause in _done(act, [one])]
        log.fault(error)
        return ["fault"]


def _is_done(act: Callable[[], None], delayed: str) -> bool:
    """Whether it was; where not, its record is tried again in the stream."""
    try:
        act()
    except Unavailable as error:
        log.write(logging.ERROR, delayed, cause=error.cause)
        return False
    except Exception as error:  # noqa: BLE001 - a record nobody foresaw must not hold up the others
        log.fault(error)
        return False
    return True


def _again(failed: Sequence[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _number(record: Row) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _one(
    record: Row,
    read: Callable[[Row], T],
    act: Callable[[T], None],
    put_aside: Callable[[Aside], None],
    delayed: str,
) -> None:
    aside = _worked(record, read, act, delayed)
    if aside is not None:
        put_aside(aside)


def _worked(record: Row, read: Callable[[Row], T], act: Callable[[T], None], delayed: str) -> Aside | None:
    """None where it was; said in the log where it was not."""
    told = _told(record, read)
    if isinstance(told, Aside):
        return told
    try:
        act(told)
    except Unavailable as error:
        log.write(logging.ERROR, delayed, cause=error.cause)
        return Aside(*_key(record), error.cause)
    except Exception as error:  # noqa: BLE001 - as above
        log.fault(error)
        return Aside(*_key(record), "fault")
    return None


def _told(record: Row, read: Callable[[Row], T]) -> T | Aside:
    """What the row says, or that it cannot be read."""
    try:
        return read(record["dynamodb"]["NewImage"])
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


def _request(record: Row) -> str | None:
    """The id of the request that made the row (LO-11), whatever else of it can be read."""
    told = record["dynamodb"].get("NewImage", {}).get("request")
    found = told.get("S") if isinstance(told, Mapping) else None
    return found if isinstance(found, str) else None


def _key(record: Row) -> tuple[str, str]:
    """DynamoDB names it beside the image, whatever is in that."""
    keys = record["dynamodb"]["Keys"]
    return keys["account_id"]["S"], keys["at"]["S"]
