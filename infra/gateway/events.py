"""A request as the event of API Gateway's REST proxy integration, field for field; it judges nothing."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any
from urllib.parse import parse_qsl

from infra.contract import Operation
from infra.gateway.messages import Request

ACCOUNT, API, STAGE, REGION = "000000000000", "local", "local", "eu-west-1"
FORWARDED = "X-Forwarded-For"
# Whatever a client calls them.
OWN = {name.lower(): name for name in ("Host", "User-Agent", FORWARDED)}
NOT_KEPT = {"connection", "content-length", "transfer-encoding", "x-forwarded-port", "x-forwarded-proto"}
CHOSEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~`-]{1,128}")
NOTHING_IS_NULL = (
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "stageVariables",
)


def proxy_event(
    request: Request,
    operation: Operation,
    parameters: dict[str, str],
    request_id: str,
    received_at: float | None = None,
) -> dict[str, Any]:
    """The event a step gets, its authorizer's context still missing. `received_at` is UTC epoch seconds, else now."""
    # A semicolon separates too: what stands behind it is a parameter of its own.
    queries = parse_qsl(request.query.replace(";", "&"), keep_blank_values=True, errors="replace")
    headers = handed_over(request)
    return {
        "resource": operation.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": last_of_each(headers),
        "multiValueHeaders": all_of_each(headers),
        "queryStringParameters": last_of_each(queries) or None,
        "multiValueQueryStringParameters": all_of_each(queries) or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": request_context(request, operation, request_id, received_at or time.time()),
        # Without binary media types, and ours has none, whatever comes is text: bytes that are none are lost.
        "body": request.body.decode("utf-8", errors="replace") or None,
        "isBase64Encoded": False,
    }


def authorizer_event(event: dict[str, Any]) -> dict[str, Any]:
    """The same request as a REQUEST authorizer gets it: no body, and empty objects where the proxy says null."""
    shown = {key: value for key, value in event.items() if key not in {"body", "isBase64Encoded"}}
    empty: dict[str, Any] = {key: {} for key in NOTHING_IS_NULL if shown[key] is None}
    return {"type": "REQUEST", "methodArn": method_arn(event["httpMethod"], event["path"]), **shown, **empty}


def method_arn(method: str, path: str) -> str:
    """What the authorizer's policy must allow."""
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/{STAGE}/{method}{path}"


def request_context(
    request: Request, operation: Operation, request_id: str, received_at: float
) -> dict[str, Any]:
    """Who asks, for what and when. The source address is the TCP peer's: no header can change it."""
    return {
        "accountId": ACCOUNT,
        "apiId": API,
        "domainName": "localhost",
        "domainPrefix": "localhost",
        "extendedRequestId": request_id,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.source_ip, "userAgent": request.header("user-agent") or None},
        "operationName": operation.operation_id,
        "path": request.path,
        "protocol": request.protocol,
        "requestId": own_request_id(request),
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(received_at)),
        "requestTimeEpoch": int(received_at * 1000),
        "resourceId": operation.operation_id,
        "resourcePath": operation.path,
        "stage": STAGE,
    }


def own_request_id(request: Request) -> str:
    """A client may choose it, by a header; the extended one it may not."""
    chosen = request.header("x-amzn-requestid")
    return chosen if CHOSEN.fullmatch(chosen) else str(uuid.uuid4())


def handed_over(request: Request) -> list[tuple[str, str]]:
    """The headers as they arrive over HTTP/2, in lower case, but for the few that API Gateway writes itself."""
    kept = [(OWN.get(name.lower(), name.lower()), value) for name, value in request.headers]
    forwarded = [value for name, value in kept if name == FORWARDED] + [request.source_ip]
    return [
        *[(name, value) for name, value in kept if name not in {FORWARDED, *NOT_KEPT}],
        (FORWARDED, ", ".join(forwarded)),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
        ("X-Amzn-Trace-Id", "Root=1-00000000-000000000000000000000000"),
    ]


def last_of_each(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """API Gateway keeps the last value where a name comes twice."""
    return dict(pairs)


def all_of_each(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Every value of every name, in the order they came."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
