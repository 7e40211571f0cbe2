"""Breaks one call to DynamoDB below PynamoDB and botocore's retries, in every way a network and a service can."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from chalicelib.storage.store import DynamoStore

MODEL = "com.amazonaws.dynamodb.v20120810#"
ERRORS = {
    "throttled": (400, "ProvisionedThroughputExceededException"),
    "throttled_key": (400, "ThrottlingException"),
    "server_error": (500, "InternalServerError"),
    "conflict": (400, "TransactionConflictException"),
}


class Fault(StrEnum):
    """What happens to the call. `lost` ones are applied, and the answer never comes.

    `throttled_key`: there is no room for one of its keys. A batch says so beside the others' rows, a transaction among
    the reasons of its cancellation.
    """

    THROTTLED = "throttled"
    THROTTLED_KEY = "throttled_key"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    LOST = "lost"
    LOST_ONCE = "lost_once"
    TIMEOUT_ONCE = "timeout_once"
    CONFLICT = "conflict"
    KILLED_BEFORE = "killed_before"
    KILLED_AFTER = "killed_after"


ONCE = {Fault.LOST_ONCE, Fault.TIMEOUT_ONCE}
SWEPT = [Fault.THROTTLED, Fault.LOST_ONCE, Fault.KILLED_AFTER]
REST = [Fault.SERVER_ERROR, Fault.TIMEOUT, Fault.TIMEOUT_ONCE, Fault.LOST, Fault.KILLED_BEFORE]


READS = {"GetItem", "BatchGetItem", "Query"}


class Killed(BaseException):
    """The function was stopped: out of time or of memory."""


class Raw:
    """A body as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


@dataclass
class Breaker:
    """The call number `at` (from 0) gets the fault, every attempt of it unless the fault is a passing one."""

    fault: Fault
    at: int
    often: int = 1
    only: str = ""  # the operation that is hit, where it is one of all
    calls: int = 0
    attempts: int = 0
    hit: bool = False
    reads: bool = False  # whether a read was among those that were hit
    _here: threading.local = field(default_factory=threading.local)
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def before_call(self, **_: Any) -> None:
        with self._alone:  # a logon makes two calls at once
            self._here.number, self.calls = self.calls, self.calls + 1

    def before_send(self, request: Any, **_: Any) -> AWSResponse | None:
        if not self.at <= self._here.number < self.at + self.often:
            return None
        operation = request.headers["X-Amz-Target"].split(b".")[-1].decode()
        if self.only not in {"", operation}:
            return None
        self.hit, self.attempts = True, self.attempts + 1
        self.reads |= operation in READS
        if self.fault in ONCE and self.attempts > 1:
            return None
        return self._break(request)

    def _break(self, request: Any) -> AWSResponse:
        if self.fault is Fault.THROTTLED_KEY and b"RequestItems" in request.body:
            return without_room(request)
        if self.fault.value in ERRORS:
            status, document = error(self.fault, json.loads(request.body))
            return answered(request, status, document)
        if self.fault is Fault.KILLED_BEFORE:
            raise Killed
        if self.fault not in {Fault.TIMEOUT, Fault.TIMEOUT_ONCE}:
            URLLib3Session().send(request)
        if self.fault is Fault.KILLED_AFTER:
            raise Killed
        raise ReadTimeoutError(endpoint_url=request.url)


def error(fault: Fault, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """DynamoDB's answer; inside a transaction, a conflict or a throttled key is a reason of its cancellation."""
    status, code = ERRORS[fault.value]
    reasons = {Fault.CONFLICT: ["TransactionConflict"], Fault.THROTTLED_KEY: ["ThrottlingError"]}
    if fault in reasons and "TransactItems" in asked:
        return cancelled(asked, *reasons[fault])
    return status, {"__type": f"{MODEL}{code}", "message": "injected"}


def cancelled(asked: dict[str, Any], *codes: str) -> tuple[int, dict[str, Any]]:
    """A transaction's cancellation, for a reason of each of its first items."""
    given = [*codes, *["None"] * len(asked["TransactItems"])][: len(asked["TransactItems"])]
    document = {"Message": "injected", "CancellationReasons": [{"Code": code} for code in given]}
    return 400, {"__type": f"{MODEL}TransactionCanceledException", **document}


def answered(request: Any, status: int, document: dict[str, Any]) -> AWSResponse:
    """As botocore gets it."""
    headers = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, Raw(json.dumps(document).encode()))


def without_room(request: Any) -> AWSResponse:
    """The rows of all tables but the last, whose keys are unprocessed."""
    wanted, answer = json.loads(request.body)["RequestItems"], URLLib3Session().send(request)
    document, last = json.loads(answer.content), list(wanted)[-1]
    document["Responses"].pop(last, None)
    return answered(request, 200, document | {"UnprocessedKeys": {last: wanted[last]}})


@contextmanager
def hooked(store: DynamoStore, before_send: Callable[..., AWSResponse | None]) -> Iterator[None]:
    """While this lasts, each attempt of a call meets this first."""
    events = store.database.connection.client.meta.events
    events.register_first("before-send.dynamodb", before_send)
    try:
        yield
    finally:
        events.unregister("before-send.dynamodb", before_send)


@contextmanager
def breaking(store: DynamoStore, fault: Fault, at: int, often: int = 1, only: str = "") -> Iterator[Breaker]:
    """While this lasts, `often` calls from number `at` on are broken."""
    breaker, events = Breaker(fault, at, often, only), store.database.connection.client.meta.events
    events.register("before-call.dynamodb", breaker.before_call)
    try:
        with hooked(store, breaker.before_send):
            yield breaker
    finally:
        events.unregister("before-call.dynamodb", breaker.before_call)
