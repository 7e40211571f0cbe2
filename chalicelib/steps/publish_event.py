"""Behind the events stream: tells directories and other applications, through EventBridge, what to act on.

At least once for each event; `detail.id` tells a repetition. EventBridge being down delays and loses nothing: the
record stays in the stream and is tried again. One that cannot be read is a line of the log with its key, and an alarm:
it is in the table, and what stands behind it goes on.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.refusals import Unavailable
from chalicelib.portal import own_id
from chalicelib.runtime import log
from chalicelib.runtime.stream import UNREADABLE, Aside, Row, work_through
from chalicelib.services.event_bus import Publisher
from chalicelib.wiring import needs, publisher

step = Blueprint(__name__)
NEEDS = needs(__name__, bus=True)

PUBLISHED = {
    EventKind.ACCOUNT_CONTAINED: "account.contained",
    EventKind.ACCOUNT_DISABLED: "account.disabled",
    EventKind.ACCOUNT_FROZEN: "account.frozen",
    EventKind.PASSWORD_RESET: "account.password_reset",
    EventKind.PASSWORD_CHANGED: "account.password_reset",
}


@step.lambda_function(name="publish_event")
def publish_event(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch; gives the sequence numbers to be tried again."""
    with log.about(own_id(context)):
        return work(event, publisher())


def work(batch: Mapping[str, Any], publisher: Publisher) -> dict[str, Any]:
    """Each record by itself, in order."""
    return work_through(
        batch, partial(_read, publisher), partial(_one, publisher), _put_aside, "event_delayed"
    )


def _read(publisher: Publisher, row: Row) -> Event:
    return publisher.event_of(row)


def _one(publisher: Publisher, event: Event) -> None:
    name = PUBLISHED.get(event.kind)
    if name is not None:
        publisher.put(name, json.dumps(detail(event), ensure_ascii=False))


def _put_aside(aside: Aside) -> None:
    """The bus is away for every event; one that cannot be read is alone in that."""
    if aside.cause != UNREADABLE:
        raise Unavailable(aside.cause)


def detail(event: Event) -> dict[str, object]:
    """The published schema, described in `docs/events.md`: no secret, and no more than another system must know."""
    return {
        "version": 1,
        "id": event.id,
        "at": iso(event.at),
        "account_id": event.account_id,
        "email": event.email,
        "by": event.told["actor_kind"] or "owner",
        "reason": event.told["reason"],
        "measures": event.told["measures"] or [],
    }
