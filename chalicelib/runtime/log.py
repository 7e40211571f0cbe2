"""One JSON line per request and noteworthy thing, in UTC (LO-01). No secret, no line a caller can forge (LO-03).

What is counted stands in the line of what happened, in CloudWatch's embedded metric format: no call, no agent.
"""

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple

from chalicelib.domain.addresses import AccountId, synthetic
from chalicelib.domain.events import MAILS
from chalicelib.domain.refusals import Code, Reason, Refusal, Unavailable

_logger = logging.getLogger("portal")
# What the lines of this moment are about: the id of the request that caused them, or of a worker's run.
_request: ContextVar[str | None] = ContextVar("request", default=None)


NAMESPACE = "portal"
STAGE = "local"  # of a deployed function, `wiring` says it
# Why a password or a code was not taken, in place of the one code that all of them answer.
PRECISE = frozenset(
    {
        *Reason,
        "code_wrong",
        "code_replayed",
        "code_used_meanwhile",
        "codes_stopped",
        "confirmations_used_up",
    }
)


class Metric(NamedTuple):
    """What is counted, for each value of a dimension apart where it has one. Each value is paid for by itself."""

    name: str
    unit: str = "Count"
    by: str = ""
    values: frozenset[str] = frozenset()

    def of(self, value: float = 1, which: str = "") -> "Measure":
        """One count of it.

        Attack: somebody's own words as a dimension, each a metric that is paid for, and read by whoever may read
        metrics. Defence: what is not among the values is counted as `other` (LO-12).
        """
        return Measure(self, value, which if which in self.values else "other")


class Measure(NamedTuple):
    """How much of it."""

    metric: Metric
    value: float
    which: str


LOGONS = Metric("Logons")  # whole ones
REFUSALS = Metric("Refusals", by="reason", values=PRECISE | set(Code))
LOCKS = Metric("Locks")  # first ones, of which the owner hears
CODES = Metric("Codes", by="kind", values=frozenset({"code", "recovery_code"}))  # right ones
MAILS_BY_FATE = Metric("Mails", by="fate", values=frozenset(MAILS))
MAIL_WAIT = Metric("MailWait", "Seconds")  # from what made a mail due until SES had it
SWEPT = Metric("SweptMails")  # found by the sweep, which should find none
EVENTS_LATE = Metric("EventsLate")  # that the bus has not taken for an hour, and did not take now
UNREADABLE_RECORDS = Metric("UnreadableRecords")
TRAIL_CHANGES = Metric("TrailChanges")  # events changed or removed, which nothing of ours does
TRAIL_DOUBTS = Metric("TrailDoubts")  # what came to the copy of the trail and was not as the table has it
# The canary's walks: 1 where all of one went well, or 0; how long a leg took, or that it failed.
WALKS = Metric("CanaryWalks")
LEGS = frozenset({"health", "logon", "deep", "reset", "mail", "logoff"})
LEG_TIME = Metric("CanaryLegTime", "Seconds", by="leg", values=LEGS)
LEG_FAILURES = Metric("CanaryLegFailures", by="leg", values=LEGS)
METRICS = (
    *(LOGONS, REFUSALS, LOCKS, CODES, MAILS_BY_FATE, MAIL_WAIT, SWEPT, EVENTS_LATE),
    *(UNREADABLE_RECORDS, TRAIL_CHANGES, TRAIL_DOUBTS, WALKS, LEG_TIME, LEG_FAILURES),
)


@contextmanager
def about(request: str | None) -> Iterator[None]:
    """Whatever is logged meanwhile carries this id (LO-11); None leaves the one that counts already."""
    before = _request.set(request or _request.get())
    try:
        yield
    finally:
        _request.reset(before)


def current() -> str | None:
    """The id that lines carry now."""
    return _request.get()


def write(level: int, what: str, *counted: Measure, **facts: object) -> None:
    """Log one line. `what` is the event's name; values are encoded by JSON, so a newline in one stays inside it.

    CloudWatch counts what is `counted` as it takes the line in. Of an account that is no person's nothing is: the
    canary's three hundred logons and mails a day are not among those of people (ADR 43).
    """
    about_nobody = isinstance(account := facts.get("account"), str) and synthetic(AccountId(account))
    counted = () if about_nobody else counted
    if not _logger.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _logger.addHandler(handler)
        _logger.setLevel(logging.INFO)
        _logger.propagate = False
    now = datetime.now(UTC)
    at = now.isoformat(timespec="milliseconds")
    facts |= embedded(counted, int(now.timestamp() * 1000)) if counted else {}
    line = {"at": at, "level": logging.getLevelName(level), "what": what, "request": current()} | facts
    _logger.log(level, "%s", json.dumps({k: v for k, v in line.items() if v is not None}, default=str))


def embedded(measures: Sequence[Measure], milliseconds: int) -> dict[str, object]:
    """The members that make a line a metric: a directive for each, its value, its dimensions, the stage always one."""
    directives, members = [], dict[str, object]({"stage": STAGE})
    for metric, value, which in measures:
        members |= {metric.name: value} | ({metric.by: which} if metric.by else {})
        directives.append(
            {
                "Namespace": NAMESPACE,
                "Dimensions": [["stage", metric.by] if metric.by else ["stage"]],
                "Metrics": [{"Name": metric.name, "Unit": metric.unit}],
            }
        )
    return {**members, "_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": directives}}


def fault(error: BaseException) -> None:
    """A fault of ours: its type, file and line, never its message, which can hold what was typed."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "?"
    write(logging.CRITICAL, "fault", error=type(error).__name__, where=where)


@contextmanager
def bare_faults() -> Iterator[None]:
    """What a function raises that answers no person: a refusal of ours as it is, of anything else no message.

    Attack: Lambda writes what a function raises into its log, message and all, and puts it into the queue of what
    failed; a library's message can hold a header with a session, or a row. Defence: our own line tells where (LO-08).
    """
    try:
        yield
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its message stays here
        fault(error)
        unforeseen = Unavailable("fault")
        raise unforeseen from None
