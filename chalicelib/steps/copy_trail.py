"""Behind the events stream: writes each new event once more, where nobody can change it (ADR 44).

At least once for each; a repetition finds its copy there and is done. What is no record of this stream is not copied,
and what the table does not have as the stream tells it is copied and marked so: both are a line, and an alarm.

Called by an operator with the keys of events that have no copy (`make copy`), it reads them in the table itself.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from chalice import Blueprint

from chalicelib.domain.erasing import decision_of, erased
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.trail_copy import (
    ABSENT,
    OTHER,
    SAME,
    TAKEN,
    Copied,
    Image,
    Refused,
    body_of,
    copied,
    demand_of_stream,
    plain,
)
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.services.trail_copy import Copies, copies_in
from chalicelib.wiring import needs, portal, session

step = Blueprint(__name__)
NEEDS = needs(__name__, store=("events",))

MOST = 100  # of one reading


@step.lambda_function(name="copy_trail")
def copy_trail(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch, which gives the sequence numbers to be tried again; or copy the events of these keys."""
    here = portal()
    with here.at_work(context):
        copies = copies_in(session(), here.settings.region, here.settings.copy_bucket)
        if "keys" in event:
            return {"copied": take(event["keys"], here, copies)}
        return work(event, here, copies)


def work(batch: Mapping[str, Any], portal: Portal, copies: Copies) -> dict[str, Any]:
    """Each new row, in the order of the stream."""
    told = list[tuple[Image, float, str]]()
    for record in batch.get("Records", []):
        if record.get("eventName") != "INSERT":
            continue
        try:
            told.append(demand_of_stream(record, f"{portal.settings.table_prefix}events", portal.clock()))
        except Refused as refused:
            doubt("record_refused", str(refused), record)
        except Exception as error:  # noqa: BLE001 - nobody knows what is in it; it must not hold up the others
            doubt("record_refused", type(error).__name__, record)
    failed = list[str]()
    try:
        with log.bare_faults():
            there = portal.store.events.images([key_of(image) for image, _, _ in told])
    except Unavailable as error:
        log.write(logging.ERROR, "copy_delayed", cause=error.cause)
        return again([sequence for _, _, sequence in told])
    for (image, created, sequence), row in zip(told, there, strict=True):
        try:
            write(copies, image, copied(image, created, sequence, seen(image, row)))
        except Unavailable as error:
            log.write(logging.ERROR, "copy_delayed", cause=error.cause)
            failed.append(sequence)
        except Exception as error:  # noqa: BLE001 - as above; the row is in the table, and has no copy
            doubt("record_refused", type(error).__name__, {"dynamodb": {"Keys": image}})
    return again(failed)


def again(failed: Sequence[str]) -> dict[str, Any]:
    """What Lambda is to bring once more."""
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def seen(image: Image, row: Image | None) -> str:
    """Whether the table has a row as the stream tells it. What of it is a person's may have been erased since."""
    if row is None:
        return ABSENT
    decision = decision_of(row)
    if decision is not None:
        return SAME if plain(row) == plain(erased(image, decision)) else OTHER
    return SAME if copied(row, 0, "", SAME).rest == copied(image, 0, "", SAME).rest else OTHER


def write(copies: Copies, image: Image, copy: Copied) -> None:
    """One copy, in its place.

    Attack: a record that somebody made up is handed over with the place of a real one. Defence: the digests in the name
    keep both, and what the table did not have is marked, for good.
    """
    if copy.seen in {ABSENT, OTHER}:
        doubt("not_as_in_the_table", copy.seen, {"dynamodb": {"Keys": image}})
    copies.put(copy.name, body_of(image))


def take(keys: Sequence[Sequence[str]], portal: Portal, copies: Copies) -> int:
    """Copy events as the table has them now, marked as taken from it; whoever asks names keys and no content."""
    rows = portal.store.events.images([(trail, at) for trail, at in keys[:MOST]])
    there = [row for row in rows if row is not None]
    for row in there:
        copies.put(copied(row, portal.clock(), "", TAKEN).name, body_of(row))
    log.write(logging.WARNING, "copied_from_the_table", events=len(there))
    return len(there)


def key_of(image: Image) -> tuple[str, str]:
    """Where its row is."""
    return image["account_id"]["S"], image["at"]["S"]


def doubt(what: str, cause: str, record: Mapping[str, Any]) -> None:
    """A line with the key, as far as there is one, and a count of it; nothing else of what the record says."""
    try:
        keys = record["dynamodb"]["Keys"]
        told = {name: str(keys[name]["S"])[:128] for name in ("account_id", "at")}
    except (KeyError, TypeError):
        told = {"account_id": "?", "at": "?"}
    log.write(
        logging.CRITICAL,
        what,
        log.TRAIL_DOUBTS.of(),
        cause=cause,
        account=told["account_id"],
        event=told["at"],
    )
