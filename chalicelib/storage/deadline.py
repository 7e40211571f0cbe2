"""The time a request has: no call begins that cannot end in it, and what is worth waiting for in it (RL-01, RL-08).

Attack: a slow store; a function that is stopped at Lambda's time-out is stopped inside a transaction, and its person
waits for an answer that says nothing. Defence: the deadline is Lambda's own, less what the answer takes.
"""

import contextvars
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import DoesNotExist, PynamoDBException

from chalicelib.domain.refusals import Unavailable

CONNECT_SECONDS = 1.0
READ_SECONDS = 2.0
LEAST_READ_SECONDS = 0.5
NEEDED_SECONDS = CONNECT_SECONDS + LEAST_READ_SECONDS  # by a call that shall end in time
BACKOFF_SECONDS = 1.0  # what botocore waits at most before its second attempt
REQUEST_SECONDS = 10.0  # where nobody says how long the function may run
ANSWER_SECONDS = 0.5  # for the page, its log line, and the way back to Lambda
CLOSING_SECONDS = NEEDED_SECONDS  # for one write behind all others: what was reserved is given back
TRIES = 25  # of one call that is in somebody's way, or throttled
CONFLICT = {"TransactionConflict", "TransactionConflictException"}
# No failure: there is room a moment later. Told of a whole call, or among the reasons of a transaction's cancellation.
THROTTLES = {
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingError",
    "ThrottlingException",
}
PASSING = CONFLICT | THROTTLES

T = TypeVar("T")
_NEVER = float("inf")
_deadline: contextvars.ContextVar[float] = contextvars.ContextVar("deadline", default=_NEVER)
_closing: contextvars.ContextVar[bool] = contextvars.ContextVar("closing", default=False)


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """One request's time; inside another's it ends no later than that."""
    whole = REQUEST_SECONDS if seconds is None else seconds
    before = _deadline.set(min(_deadline.get(), time.monotonic() + whole - ANSWER_SECONDS))
    try:
        yield
    finally:
        _deadline.reset(before)


@contextmanager
def closing() -> Iterator[None]:
    """The last write of a request that fails: it may use the time that was kept for it."""
    before = _closing.set(True)
    try:
        yield
    finally:
        _closing.reset(before)


def left() -> float:
    """Seconds in which calls must have ended."""
    kept = 0 if _closing.get() else CLOSING_SECONDS
    return _deadline.get() - kept - time.monotonic()


def before_send(request: Any, **_: object) -> None:
    """Botocore's hook before each attempt: it may read no longer than there is time, or it is not begun."""
    seconds = left()
    if seconds < NEEDED_SECONDS:
        raise Unavailable("request_deadline_passed")
    if request.context is not None and seconds < CONNECT_SECONDS + READ_SECONDS:
        request.context["read_timeout"] = seconds - CONNECT_SECONDS


def needs_retry(**_: object) -> bool | None:
    """Botocore's hook after each attempt: False where another one could not end; else it decides itself."""
    return None if left() >= BACKOFF_SECONDS + NEEDED_SECONDS else False


def waits_for(tried: int, codes: set[str]) -> bool:
    """Wait for a conflict to end or, longer, for room; False, at once, where no other try could end.

    Never all callers in step: each waits up to that long.
    """
    most = min(0.02 * (tried + 1), 0.2) if codes <= CONFLICT else min(0.05 * 2**tried, 1.0)
    seconds = random.uniform(0, most)  # noqa: S311 - jitter, not a secret
    if tried + 1 >= TRIES or left() < seconds + NEEDED_SECONDS:
        return False
    time.sleep(seconds)
    return True


def unavailable(error: BaseException) -> Unavailable:
    """A dependency's failure as our refusal; keeps the code of the cause, never its message (it can hold a key)."""
    code = code_of(error)
    kind = Throttled if code in THROTTLES else Unavailable
    return kind(f"dynamodb:{code or type(_cause(error)).__name__}")


def _cause(error: BaseException) -> BaseException:
    return getattr(error, "cause", None) or error


def code_of(error: BaseException) -> str | None:
    """DynamoDB's code; None where no answer came, for which botocore's time-outs hold a response of None."""
    response: dict[str, dict[str, str]] = getattr(_cause(error), "response", None) or {}
    return response.get("Error", {}).get("Code")


class Throttled(Unavailable):
    """DynamoDB has not done it, for want of room at this moment."""


def patiently(read: Callable[[], T]) -> T:
    """A read, asked again with jitter while it is throttled and time remains."""
    tried = 0
    while True:
        try:
            return read()
        except DoesNotExist:
            raise
        except (PynamoDBException, BotoCoreError, ClientError) as error:
            refusal = unavailable(error)
            if not isinstance(refusal, Throttled) or not waits_for(tried, {refusal.cause}):
                raise refusal from error
        tried += 1
