"""A step's proxy answer, checked as API Gateway checks it, and the answers of the gateway's own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from infra.gateway.messages import Answer, Request
from infra.gateway_responses import HTML, JSON, fill_in, read_gateway_responses

KNOWN_FIELDS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*\Z")
# What only API Gateway says of an answer; a step's own is sent under another name.
REMAPPED = "x-amzn-Remapped-"
NOT_THE_STEPS = {"connection", "content-length", "date", "server", "www-authenticate"}
LOWEST_STATUS, HIGHEST_STATUS = 200, 599


class MalformedAnswerError(ValueError):
    """A step answered in a shape that API Gateway would not take."""


class GatewayAnswers:
    """The refusals that never came from a step."""

    def __init__(self) -> None:
        self._responses = read_gateway_responses(os.environ)

    def give(
        self,
        kind: str,
        request: Request,
        request_id: str,
        told: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        """The response of one type, as a page where the client prefers one; `told` by the authorizer."""
        response = self._responses[kind]
        page = HTML in response.bodies and prefers_html(request.header("accept"))
        content_type = HTML if page else JSON
        body = fill_in(response, content_type, request_id, told, request.source_ip)
        headers = {**response.headers, "Content-Type": f"{content_type}; charset=utf-8"}
        return Answer(response.status, list(headers.items()), body)


def prefers_html(accept: str) -> bool:
    """Whether a page is named before any kind of JSON."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    named = [kind for kind in kinds if kind == HTML or kind.endswith("json")]
    return named[:1] == [HTML]


def proxy_answer(answer: Any) -> Answer:
    """What the step said, or MalformedAnswerError."""
    if not isinstance(answer, dict) or not set(answer) <= KNOWN_FIELDS or "statusCode" not in answer:
        message = "not a proxy answer"
        raise MalformedAnswerError(message)
    return Answer(status_of(answer), headers_of(answer), body_of(answer))


def status_of(answer: dict[str, Any]) -> int:
    """The status, a whole number that ends an exchange."""
    status = int(answer["statusCode"]) if str(answer["statusCode"]).isdecimal() else 0
    if not LOWEST_STATUS <= status <= HIGHEST_STATUS:
        message = f"no status: {answer['statusCode']!r}"
        raise MalformedAnswerError(message)
    return status


def headers_of(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Single and multiple headers together; a name in both takes the multiple ones."""
    single, multiple = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        message = "headers are no object"
        raise MalformedAnswerError(message)
    taken = {name.lower() for name in multiple}
    pairs = [(name, str(value)) for name, value in single.items() if name.lower() not in taken]
    pairs += [(name, str(value)) for name, values in multiple.items() for value in values]
    pairs = [(REMAPPED + name if name.lower() in NOT_THE_STEPS else name, value) for name, value in pairs]
    for name, value in pairs:
        if not HEADER_NAME.match(name) or not HEADER_VALUE.match(value):
            message = f"header {name!r} cannot be sent"
            raise MalformedAnswerError(message)
    return pairs


def body_of(answer: dict[str, Any]) -> bytes:
    """The bytes to send. An API without binary media types, as ours is, sends base64 as the text it is."""
    body = answer.get("body") or ""
    if not isinstance(body, str):
        message = "the body is no text"
        raise MalformedAnswerError(message)
    return body.encode("utf-8", errors="replace")
