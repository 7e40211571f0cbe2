"""The sweep, once an hour: mails that are still due although `resume_mail` has given their events up.

That insists for a day. An outage of mail can last longer (a sender that SES has paused, a wrong permission), and
an invitation or a notice that was dropped is one that nobody asks for again. So each hour of events is looked at again
after one, two, three and five days, and what left no note is sent, or withheld with its reason where its time is over.

And what the stream cannot know: that something did not follow. A right password whose code never came is told to the
account's owner, at most an hour and five minutes after it was entered, and a day later where mail was down (LG-17).

And once mails are settled, the attempts since the last run are counted into the days of the console's home (ADR 42).
"""

import logging
from collections.abc import Iterator
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import Event, iso
from chalicelib.domain.mails import hour
from chalicelib.domain.overview import Day, counted, last_days
from chalicelib.mail.backlog import settle_each
from chalicelib.mail.worker import Worker
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.wiring import needs, worker

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("pepper", "mailed"), mail=True)

HOUR, DAY = 3600, 86400
AFTER_DAYS = (1, 2, 3, 5)  # a link that freezes is good for seven
# Behind a whole day, so that nobody else tries the same; two of them, in case one run fails.
HOURS = (1, 2)
JUST_NOW = (0, 1, 2)
# An index is a moment behind its table, and a transaction behind the time in its event.
SETTLED_SECONDS = 120
COUNTED_AT_ONCE = 1000


@step.lambda_function(name="sweep_mail")
def sweep_mail(event: dict[str, Any], context: object) -> dict[str, int]:
    """Send what waits. Raises where the store does not answer: the next hour asks again."""
    here = worker()
    with here.portal.at_work(context):
        return sweep(here)


def sweep(worker: Worker) -> dict[str, int]:
    """How many were settled, and how many wait on."""
    left = list[Event]()
    found = settle_each(worker, _unsettled(worker, left))
    late = log.SWEPT.of(len(left))
    log.write(logging.ERROR if found["delayed"] else logging.INFO, "mail_swept", late, **found)
    count(worker.portal)
    return found


def count(portal: Portal) -> None:
    """Count on in each day that is not whole, to what the index surely has. Whoever counts beside us has counted it."""
    until = portal.clock() - SETTLED_SECONDS
    with log.bare_faults(), portal.store.request():
        days = portal.store.overview.days(last_days(until))
    for day in days:
        if not day.whole:
            _count(portal, day, iso(until))


def _count(portal: Portal, day: Day, until: str) -> None:
    acts, more = portal.store.overview, True
    while more:
        with log.bare_faults(), portal.store.request():
            (stretch,) = acts.behind([day], until, COUNTED_AT_ONCE)
            more = stretch.before is not None
            new = counted(day, stretch.events)._replace(whole=not more and day.day < until[:10])
            if new != day and not acts.keep(day, new, portal.clock()):
                return
        day = new


def hours(now: float) -> list[str]:
    """The hours to look at, `2026-11-27T01`, the latest first."""
    return [hour(now - days * DAY - more * HOUR) for days in AFTER_DAYS for more in HOURS]


def late_hours(now: float) -> list[str]:
    """The hours of logons to look at that wait for a code: the last ones, each more than once, and a day ago."""
    return [hour(now - ago * HOUR) for ago in JUST_NOW] + [hour(now - DAY - more * HOUR) for more in HOURS]


def _unsettled(worker: Worker, left: list[Event]) -> Iterator[Event]:
    """One hour after the other: after an outage each can hold more than a function should.

    `left` gets what stream and `resume_mail` should have settled, unlike what is due only because nothing followed.
    """
    now = worker.portal.clock()
    for each in late_hours(now):
        with log.bare_faults(), worker.portal.store.request():
            events = worker.portal.store.outbox.unfinished(each, now)
        yield from events
    for each in hours(now):
        with log.bare_faults(), worker.portal.store.request():
            events = worker.portal.store.outbox.unsettled(each)
        left += events
        yield from events
