"""A request as the event of API Gateway's REST proxy integration, field for field; it judges nothing."""

from __future__ import annotations

import base64
import time
from typing import Any
from urllib.parse import parse_qsl

from infra.contract import Operation
from infra.gateway.messages import Request

ACCOUNT, API, STAGE, REGION = "000000000000", "local", "local", "eu-west-1"
NOTHING_IS_NULL = (
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "stageVariables",
)


def proxy_event(
    request: Request, operation: Operation, parameters: dict[str, str], request_id: str
) -> dict[str, Any]:
    """The event a step gets, its authorizer's context still missing."""
    queries = parse_qsl(request.query, keep_blank_values=True, errors="replace")
    body, is_base64 = event_body(request.body)
    return {
        "resource": operation.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": last_of_each(request.headers),
        "multiValueHeaders": all_of_each(request.headers),
        "queryStringParameters": last_of_each(queries) or None,
        "multiValueQueryStringParameters": all_of_each(queries) or None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": request_context(request, operation, request_id),
        "body": body,
        "isBase64Encoded": is_base64,
    }


def authorizer_event(event: dict[str, Any]) -> dict[str, Any]:
    """The same request as a REQUEST authorizer gets it: no body, and empty objects where the proxy says null."""
    shown = {key: value for key, value in event.items() if key not in {"body", "isBase64Encoded"}}
    empty: dict[str, Any] = {key: {} for key in NOTHING_IS_NULL if shown[key] is None}
    return {"type": "REQUEST", "methodArn": method_arn(event), **shown, **empty}


def method_arn(event: dict[str, Any]) -> str:
    """What the authorizer's policy must allow."""
    context = event["requestContext"]
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/{context['stage']}/{event['httpMethod']}{event['path']}"


def request_context(request: Request, operation: Operation, request_id: str) -> dict[str, Any]:
    """Who asks and for what. The source address is the TCP peer's: no header can change it."""
    now = time.time()
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
        "requestId": request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": operation.operation_id,
        "resourcePath": operation.path,
        "stage": STAGE,
    }


def event_body(body: bytes) -> tuple[str | None, bool]:
    """Text as text; bytes that are no text in base64, marked."""
    if not body:
        return None, False
    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True


def last_of_each(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """API Gateway keeps the last value where a name comes twice."""
    return dict(pairs)


def all_of_each(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Every value of every name, in the order they came."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
