"""Once a minute: events that the bus did not take, until it does.

EventBridge is away, throttles, or refuses one; or a version of this code could not read an event. Those of this hour
and the last are tried every minute, all others of five days every tenth. An event that has waited for an hour and still
does not go is counted, and rings; it is tried on all the same.

An operator can call it by hand: `{"days": 30}` looks back further, and `{"rows": ["events/TRAIL/AT"]}` takes up events
as `make verify` names them.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import iso
from chalicelib.domain.mails import hour
from chalicelib.domain.published import Waiting
from chalicelib.domain.refusals import Unavailable
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.runtime.stream import UNREADABLE
from chalicelib.services.event_bus import MOST_ENTRIES, REFUSED
from chalicelib.services.teller import Teller
from chalicelib.wiring import needs, portal, teller

step = Blueprint(__name__)
NEEDS = needs(__name__, bus=True, store=("bus",))

MINUTE, HOUR, DAY = 60, 3600, 86400
YOUNG_HOURS, ALL_DAYS, MOST_DAYS = 2, 5, 366
SELDOM_MINUTES = 10
RUN_SECONDS = 45  # a run ends before the next one begins
LATE_SECONDS = HOUR
CALL_SECONDS = 30  # for ten events: two calls of the bus, each tried twice, and their marks
PATIENCE = 3  # tens in a row of which nothing got out: the bus is down, for all that is behind them too
ALONE = (REFUSED, UNREADABLE, "fault")  # what says nothing of the next one
BY_HAND = "events/"


@step.lambda_function(name="resume_events")
def resume_events(event: dict[str, Any], context: object) -> dict[str, int]:
    """Send what waits. Raises where the store does not answer: the next minute asks again."""
    here = portal()
    with here.at_work(context):
        return resume(here, teller(), event)


def resume(portal: Portal, teller: Teller, asked: Mapping[str, Any] | None = None) -> dict[str, int]:
    """How many were settled, how many wait on, and how many of those for too long. The oldest come first."""
    now, asked = portal.clock(), asked or {}
    with log.bare_faults(), portal.store.request():
        _take_up(teller, asked.get("rows"), now)
    found, down = {"settled": 0, "delayed": 0, "late": 0}, 0
    for each, waiting in _pages(portal, teller, hours(now, asked.get("days"))):
        for some in _in_tens(waiting):
            if down >= PATIENCE or portal.clock() >= now + RUN_SECONDS:
                return _said(found)
            causes = _told(portal, teller, each, some)
            left = {key: cause for key, cause in causes.items() if cause is not None}
            found["settled"] += len(causes) - len(left)
            found["delayed"] += len(left)
            found["late"] += sum(key < iso(now - LATE_SECONDS) for key in left)
            for_all = any(not cause.startswith(ALONE) for cause in left.values())
            down = down + 1 if for_all and len(left) == len(causes) else 0
    return _said(found)


def _said(found: dict[str, int]) -> dict[str, int]:
    if any(found.values()):
        counted = [log.EVENTS_LATE.of(found["late"])] if found["late"] else []
        log.write(logging.ERROR if found["delayed"] else logging.INFO, "events_resumed", *counted, **found)
    return found


def hours(now: float, days: object = None) -> list[str]:
    """The hours to look at, the oldest first."""
    if isinstance(days, int) and 0 < days <= MOST_DAYS:
        back = days * 24
    else:
        back = ALL_DAYS * 24 if int(now // MINUTE) % SELDOM_MINUTES == 0 else YOUNG_HOURS
    return [hour(now - ago * HOUR) for ago in reversed(range(back))]


def _pages(portal: Portal, teller: Teller, hours: list[str]) -> Iterator[tuple[str, Waiting]]:
    """Page by page, each read when its turn has come."""
    for each in hours:
        behind = None
        while True:
            with log.bare_faults(), portal.store.request():
                waiting = teller.bus.waiting(each, behind)
            if waiting.events or waiting.unread:
                yield each, waiting
            behind = waiting.behind
            if behind is None:
                break


def _in_tens(waiting: Waiting) -> Iterator[Waiting]:
    """As many as one call takes; with the first of them those that nobody can read, or they alone."""
    keys, unread = list(waiting.events), waiting.unread
    for start in range(0, max(len(keys), 1), MOST_ENTRIES):
        some = {key: waiting.events[key] for key in keys[start : start + MOST_ENTRIES]}
        yield Waiting(some, () if start else unread)


def _told(portal: Portal, teller: Teller, each: str, waiting: Waiting) -> dict[str, str | None]:
    """Of each that waits None where it is settled now, else why it waits on."""
    with log.bare_faults(), portal.store.request(CALL_SECONDS):
        causes = dict(zip(waiting.events, _tell(teller, waiting), strict=True))
        teller.bus.settle(each, [key for key, cause in causes.items() if cause is None], portal.clock())
    for key, cause in causes.items():
        if cause is not None:
            with log.about(waiting.events[key].request):
                log.write(logging.ERROR, "event_delayed", event=key, cause=cause)
    return {**causes, **dict.fromkeys(waiting.unread, UNREADABLE)}


def _tell(teller: Teller, waiting: Waiting) -> list[str | None]:
    """One that nobody foresaw holds up no other (RL-06)."""
    try:
        return teller.tell(list(waiting.events.values()))
    except Unavailable as error:
        return [error.cause] * len(waiting.events)
    except Exception as error:  # noqa: BLE001 - as above
        if len(waiting.events) == 1:
            log.fault(error)
            return ["fault"]
        return [cause for key, one in waiting.events.items() for cause in _tell(teller, Waiting({key: one}))]


def _take_up(teller: Teller, rows: object, now: float) -> None:
    """What an operator names, as `make verify` wrote it down, waits from now on."""
    for one in rows if isinstance(rows, list) else []:
        trail, _, at = str(one).removeprefix(BY_HAND).partition("/")
        if trail and at:
            teller.bus.put_aside(trail, at, "asked_for", now)
