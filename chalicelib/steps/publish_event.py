"""Behind the events stream: tells directories, other applications and a SIEM, through EventBridge, what has happened.

At least once for each event; its `id` tells a repetition, and no order is promised. What the bus does not take leaves
the stream at once and waits for `resume_events`, so that it holds up nobody (RL-16). One that cannot be read is put
aside too, is a line of the log with its key, and an alarm.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib.runtime.stream import Aside, work_through_together
from chalicelib.services.teller import Teller
from chalicelib.wiring import needs, portal, teller

step = Blueprint(__name__)
NEEDS = needs(__name__, bus=True, store=("bus",))


@step.lambda_function(name="publish_event")
def publish_event(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work through a batch; gives the sequence numbers to be tried again."""
    here = portal()
    with here.at_work(context):
        return work(event, teller(), here.clock)


def work(batch: Mapping[str, Any], teller: Teller, clock: Callable[[], float]) -> dict[str, Any]:
    """All of it together; what the bus did not take waits alone."""
    put_aside = partial(_put_aside, teller, clock)
    return work_through_together(batch, teller.event_of, teller.tell, put_aside, "event_delayed")


def _put_aside(teller: Teller, clock: Callable[[], float], aside: Aside) -> None:
    teller.bus.put_aside(*aside, clock())
