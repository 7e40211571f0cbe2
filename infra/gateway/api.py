"""The way of one request through the gateway: route, authorizer, step, answer. It knows no rule of the portal."""

from __future__ import annotations

import base64
import logging
import os
import time
from collections.abc import Callable
from typing import Any

from infra.contract import Contract, Match, Operation, read_contract
from infra.gateway.answers import GatewayAnswers, MalformedAnswerError, proxy_answer
from infra.gateway.authorizing import Refusal, authorize
from infra.gateway.events import method_arn, proxy_event
from infra.gateway.functions import invoke as invoke_function
from infra.gateway.messages import Answer, Request
from infra.gateway_responses import MOCKED

log = logging.getLogger(__name__)
LARGEST_BODY = 10 * 1024 * 1024
# Of all header values together; and of the method's ARN, which has the path in it.
LARGEST_HEADERS, LONGEST_ARN = 10_240, 1600
SAFE_METHODS = {"GET", "HEAD"}
# Who answers where no step does.
GATEWAY, AUTHORIZER = "gateway", "authorizer"
LINE = "%-4s %-30s %d %5.0f ms  %s"


class LocalApi:
    """The deployed API, in one process."""

    def __init__(
        self,
        contract: Contract | None = None,
        invoke: Callable[[str, dict[str, Any]], Any] = invoke_function,
        after_write: Callable[[], None] = lambda: None,
    ) -> None:
        self._contract = contract or read_contract()
        self._invoke = invoke
        self._after_write = after_write
        self._gateway = GatewayAnswers()
        self._clock: Callable[[], float] = time.time

    def handle(self, request: Request) -> Answer:
        """Answer one request, whatever it is, and leave one line about it without its secrets."""
        started, request_id = time.monotonic(), extended_request_id()
        match = self._contract.match(request.path)
        answer, by = self._route(request, match, request_id)
        if request.method not in SAFE_METHODS:
            self._after_write()
        # The template, not the path: a link's token stands in the path and must not reach a log.
        template = match.path if match else "(no such path)"
        method = request.method[:10] if request.method.isalpha() else "?"
        facts = {"same": f"{method} {template} {answer.status}", "request": request_id}
        milliseconds = (time.monotonic() - started) * 1000
        log.info(LINE, method, template, answer.status, milliseconds, by, extra=facts)
        return without_body(answer) if request.method == "HEAD" else answer

    def _route(self, request: Request, match: Match | None, request_id: str) -> tuple[Answer, str]:
        """The answer, and who gave it."""
        operation = match.operations.get(request.method) if match else None
        kind = refused_at_once(request, match, operation)
        if kind or operation is None or match is None:
            answer = self._gateway.give(kind, request, request_id)
            if match and kind == "METHOD_NOT_ALLOWED":
                answer.headers.append(("Allow", match.allowed))
            return answer, GATEWAY
        return self._authorized(request, operation, match.parameters, request_id)

    def _authorized(
        self, request: Request, operation: Operation, parameters: dict[str, str], request_id: str
    ) -> tuple[Answer, str]:
        event = proxy_event(request, operation, parameters, request_id, self._clock())
        verdict = authorize(event, self._invoke)
        if isinstance(verdict, Refusal):
            return self._gateway.give(verdict.kind, request, request_id, verdict.context), AUTHORIZER
        event["requestContext"]["authorizer"] = verdict.context
        return self._integrated(request, operation, event, request_id), operation.step

    def _integrated(
        self, request: Request, operation: Operation, event: dict[str, Any], request_id: str
    ) -> Answer:
        try:
            return proxy_answer(self._invoke(operation.step, event))
        except MalformedAnswerError:
            log.exception("step %s gave a malformed answer", operation.step)
        except Exception:  # whatever a step raises, its caller gets an answer and the gateway lives on
            log.exception("step %s failed", operation.step)
        return self._gateway.give("DEFAULT_5XX", request, request_id)


def extended_request_id() -> str:
    """An id as API Gateway makes one, which no caller can choose."""
    return base64.b64encode(os.urandom(11)).decode("ascii")


def refused_at_once(request: Request, match: Match | None, operation: Operation | None) -> str:
    """The gateway response to what never comes as far as the authorizer; "" for anything else."""
    if sum(len(value) for _, value in request.headers) > LARGEST_HEADERS:
        return "DEFAULT_4XX"
    if match is None:
        return "INVALID_SIGNATURE" if request.header("authorization") else "MISSING_AUTHENTICATION_TOKEN"
    if len(request.body) > LARGEST_BODY:
        return "REQUEST_TOO_LARGE"
    if operation is None:
        return "METHOD_NOT_ALLOWED" if media_type(request) in MOCKED else "UNSUPPORTED_MEDIA_TYPE"
    return "DEFAULT_4XX" if len(method_arn(request.method, request.path)) > LONGEST_ARN else ""


def media_type(request: Request) -> str:
    """By which a mock integration chooses its template."""
    return request.header("content-type").partition(";")[0].strip().lower() or "application/json"


def without_body(answer: Answer) -> Answer:
    """The same answer for HEAD: it tells the length of what GET would send."""
    headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
    return Answer(answer.status, headers, b"")
