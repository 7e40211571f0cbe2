"""Behind the events stream, for what must never happen: an event was changed or removed. Each is a line and an alarm.

Nothing of ours does either (ADR 39), but one: what an administrator decided to erase has the person taken out of it
(ADR 53). What is exactly that, it looks up in the table, and is quiet where the decision is there; whatever keeps it
from knowing rings. It writes nowhere; a value that could be somebody's address or network stays out of the log.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalice import Blueprint

from chalicelib.domain.erasing import covers, decision_of, is_erasure, owner_of
from chalicelib.domain.refusals import Unavailable
from chalicelib.portal import Portal, own_id
from chalicelib.runtime import log
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, store=("events",))

HOW = {"MODIFY": "changed", "REMOVE": "removed"}
TOLD = ("kind", "id", "reference", "reason")
# What DynamoDB signs with where it removes a row itself, since its time is over.
BY_TIME = {"principalId": "dynamodb.amazonaws.com", "type": "Service"}
OVER = "expires_at"
# Attack: an event is written over with one of 300 KB, whose line is too long for CloudWatch to count. Defence: what is
# told of a row is cut, to some thousand characters in all.
MOST, LONGEST = 24, 64


@step.lambda_function(name="watch_trail")
def watch_trail(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Tell of each; none is asked for again."""
    with log.about(own_id(context)):
        watch(event, portal)
    return {"batchItemFailures": []}


def watch(batch: Mapping[str, Any], portal: Callable[[], Portal]) -> None:
    """Whatever is changed or removed, but in its time or as it was decided."""
    records = [
        one for one in batch.get("Records", []) if one.get("eventName") in HOW and not in_its_time(one)
    ]
    erasing = [one for one in records if erases(one)]
    decided = as_decided(erasing, portal()) if erasing else set()
    for record in records:
        if id(record) not in decided:
            tell(record)
    if decided:
        log.write(logging.INFO, "trail_erased", events=len(decided))


def erases(record: Mapping[str, Any]) -> bool:
    """Whether it is what an erasure makes of the row before, as far as the two images tell."""
    changed = record["dynamodb"]
    return is_erasure(changed.get("OldImage", {}), changed.get("NewImage", {}))


def as_decided(records: Sequence[Mapping[str, Any]], portal: Portal) -> set[int]:
    """Those of these records for which there is a decision, as the table has it now.

    Attack: whoever has rights over the table takes who and where out of their own traces, in the shape of an erasure.
    Defence: an erasure without an administrator's decision about that account rings as any other change (TR-17).
    """
    images = [one["dynamodb"]["NewImage"] for one in records]
    try:
        with log.bare_faults(), portal.store.request():
            found = portal.store.events.images(
                [(owner_of(image), decision_of(image) or "") for image in images]
            )
    except Unavailable as error:
        log.write(logging.ERROR, "decision_not_read", cause=error.cause)
        return set()
    told = zip(records, images, found, strict=True)
    return {id(record) for record, image, decision in told if covers(decision, image)}


def in_its_time(record: Mapping[str, Any]) -> bool:
    """Whether DynamoDB removed it, and by its own attribute it was to be removed by then.

    Attack: whoever may set a table's time to live names another attribute, the time of the event, and DynamoDB removes
    the whole trail for them. Defence: what goes before its time is told of, whoever removed it (TR-10).
    """
    changed = record["dynamodb"]
    over = changed.get("OldImage", {}).get(OVER, {}).get("N")
    by = record.get("userIdentity") or {}
    if over is None or {name: by.get(name) for name in BY_TIME} != BY_TIME:
        return False
    return float(over) <= float(changed["ApproximateCreationDateTime"])


def tell(record: Mapping[str, Any]) -> None:
    """Which event, what of it is other than it was, and of what is no person's own what it was and is."""
    changed = record["dynamodb"]
    keys, old, new = changed["Keys"], changed.get("OldImage", {}), changed.get("NewImage", {})
    log.write(
        logging.CRITICAL,
        "trail_changed",
        log.TRAIL_CHANGES.of(),
        how=HOW[record["eventName"]],
        account=keys["account_id"]["S"],
        event=keys["at"]["S"],
        attributes=[name[:LONGEST] for name in differing(old, new)[:MOST]],
        was=told(old),
        now=told(new),
        by=(record.get("userIdentity") or {}).get("principalId"),
    )


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The attributes that one of them has otherwise, or has alone."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def told(image: Mapping[str, Any]) -> dict[str, str] | None:
    """What says which event it is; None of a row that is not there, or not shown."""
    return {name: image[name]["S"][:LONGEST] for name in TOLD if "S" in image.get(name, {})} or None
