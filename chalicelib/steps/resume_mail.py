"""Once a minute: mails that left the stream because they could not be sent at once.

They wait for the budget of all mails, for SES, for somebody else's claim to end, for a version of this code that can
read their event. Whatever it is, in the stream it would hold up everybody behind them (RL-16). Those of this hour and
the last are tried every minute, those of the day before every tenth; what is older is the sweep's.
"""

import logging
from collections.abc import Iterator
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import Event
from chalicelib.domain.mails import hour
from chalicelib.mail.backlog import settle_each
from chalicelib.mail.worker import Worker
from chalicelib.runtime import log
from chalicelib.wiring import needs, worker

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("pepper", "mailed"), mail=True)

MINUTE, HOUR = 60, 3600
YOUNG_HOURS, ALL_HOURS = 2, 26  # the sweep begins behind a whole day and an hour
SELDOM_MINUTES = 10
RUN_SECONDS = 45  # a run ends before the next one begins


@step.lambda_function(name="resume_mail")
def resume_mail(event: dict[str, Any], context: object) -> dict[str, int]:
    """Send what waits. Raises where the store does not answer: the next minute asks again."""
    here = worker()
    with here.portal.at_work(context):
        return resume(here)


def resume(worker: Worker) -> dict[str, int]:
    """How many were settled, and how many wait on. The oldest come first."""
    now = worker.portal.clock()
    found = settle_each(worker, _waiting(worker, now), until=now + RUN_SECONDS)
    if any(found.values()):
        log.write(logging.WARNING if found["delayed"] else logging.INFO, "mail_resumed", **found)
    return found


def hours(now: float) -> list[str]:
    """The hours to look at, the oldest first."""
    seldom = int(now // MINUTE) % SELDOM_MINUTES == 0
    return [hour(now - ago * HOUR) for ago in reversed(range(ALL_HOURS if seldom else YOUNG_HOURS))]


def _waiting(worker: Worker, now: float) -> Iterator[Event]:
    for each in hours(now):
        with log.bare_faults(), worker.portal.store.request():
            events = worker.portal.store.outbox.waiting(each)
        yield from events
