"""One JSON line per request and noteworthy thing, in UTC (LO-01). No secret, no line a caller can forge (LO-03)."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from chalicelib.domain.refusals import Refusal, Unavailable

_logger = logging.getLogger("portal")
# What the lines of this moment are about: the id of the request that caused them, or of a worker's run.
_request: ContextVar[str | None] = ContextVar("request", default=None)


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


def write(level: int, what: str, **facts: object) -> None:
    """Log one line. `what` is the event's name; values are encoded by JSON, so a newline in one stays inside it."""
    if not _logger.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(logging.Formatter("%(message)s"))
        _logger.addHandler(handler)
        _logger.setLevel(logging.INFO)
        _logger.propagate = False
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"at": at, "level": logging.getLevelName(level), "what": what, "request": current()} | facts
    _logger.log(level, "%s", json.dumps({k: v for k, v in line.items() if v is not None}, default=str))


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
