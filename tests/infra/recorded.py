"""Events as API Gateway sends them, field for field after its developer guide and after recorded ones.

Each is for a path of ours and has a place for a session; what the portal does not look at is there all the same.
"""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]
ACCOUNT, API = "123456789012", "abcdef1234"
SOURCE = "203.0.113.77"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"
)
NOBODY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


def context(method: str, resource: str, path: str, host: str, source: str) -> Event:
    """Of a REST API."""
    return {
        "accountId": ACCOUNT,
        "apiId": API,
        "deploymentId": "x1y2z3",
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "extendedRequestId": "ATfSdF7nPHcErRA=",
        "httpMethod": method,
        "identity": {**dict.fromkeys(NOBODY), "sourceIp": source, "userAgent": CHROME},
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": "7c2af7db-31f3-42b5-8a6d-9ffc74e3b9e0",
        "requestTime": "28/Nov/2026:19:19:04 +0000",
        "requestTimeEpoch": 1795893544836,
        "resourceId": "al6gqb",
        "resourcePath": resource,
        "stage": "portal",
    }


def proxied(
    method: str,
    resource: str,
    path: str,
    headers: dict[str, str] | None,
    *,
    in_context: str = "",
    host: str = "portal.example",
    source: str = SOURCE,
    **more: Any,
) -> Event:
    """A request to a Lambda proxy integration; `in_context` is its path with the stage before it."""
    event: Event = {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": headers and {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": context(method, resource, in_context or path, host, source),
        "body": None,
        "isBase64Encoded": False,
    }
    return {**event, **more}


def asked_first(event: Event) -> Event:
    """What the request authorizer gets of it: no body, and empty objects for what there is none of."""
    emptied: Event = {name: value if value is not None else {} for name, value in event.items()}
    arn = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:{API}/portal/{event['httpMethod']}{event['path']}"
    left_out = {"body", "isBase64Encoded"}
    return {
        "type": "REQUEST",
        "methodArn": arn,
        **{name: value for name, value in emptied.items() if name not in left_out},
    }


def over_http_1(session: str) -> Event:
    """By the API's own name: the stage stands in the context's path."""
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {session}",
        "Host": f"{API}.execute-api.eu-west-1.amazonaws.com",
        "User-Agent": CHROME,
        "X-Amzn-Trace-Id": "Root=1-6a5145a8-536f3e792f6be9b44c1f46fa",
        "X-Forwarded-For": SOURCE,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    return proxied("GET", "/account", "/account", headers, in_context="/portal/account", host=headers["Host"])


def over_http_2(session: str) -> Event:
    """By the portal's name: names in lower case, a cookie, several values, a slash at the end."""
    headers = {
        "Host": "portal.example",
        "User-Agent": CHROME,
        "X-Forwarded-For": f"10.0.0.1, {SOURCE}",
        "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "accept-language": "de-DE,de;q=0.9",
        "cookie": f"portal-zone=Europe/Berlin; __Host-portal-session={session}",
        "sec-fetch-site": "none",
    }
    query = {"skip": "0"}
    return proxied(
        "GET",
        "/account",
        "/account/",
        headers,
        queryStringParameters=query,
        multiValueQueryStringParameters={"skip": ["25", "0"]},
    )


def head(session: str) -> Event:
    """As a link checker asks."""
    event = over_http_1(session)
    event["httpMethod"] = event["requestContext"]["httpMethod"] = "HEAD"
    return event


def form(session: str) -> Event:
    """A form posted by a browser."""
    headers = {
        "Host": "portal.example",
        "User-Agent": CHROME,
        "accept": "text/html",
        "content-type": "application/x-www-form-urlencoded",
        "cookie": f"__Host-portal-session={session}",
        "origin": "https://portal.example",
        "sec-fetch-site": "same-origin",
    }
    body = "language=fr&time_zone=Europe%2FParis"
    return proxied("POST", "/account/preferences", "/account/preferences", headers, body=body)


def in_base64(session: str) -> Event:
    """The same form, as an API with binary media types would hand it over."""
    return {
        **form(session),
        "body": "bGFuZ3VhZ2U9ZnImdGltZV96b25lPUV1cm9wZSUyRlBhcmlz",
        "isBase64Encoded": True,
    }


def with_parameter(session: str) -> Event:
    """A path with a hole."""
    headers = {"Accept": "application/json", "Authorization": f"Bearer {session}", "Host": "portal.example"}
    return proxied("GET", "/messages/{id}", "/messages/none", headers, pathParameters={"id": "none"})


def tried_in_the_console() -> Event:
    """API Gateway's own console: no headers, and a source that is no address."""
    return proxied(
        "GET", "/logon", "/logon", None, host="testPrefix.testDomainName", source="test-invoke-source-ip"
    )


# What other kinds of APIs and services send; none of it has met our authorizer.
STRANGERS: dict[str, Event] = {
    "a TOKEN authorizer's": {
        "type": "TOKEN",
        "authorizationToken": "Bearer allow",
        "methodArn": f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:{API}/portal/GET/account",
    },
    "an HTTP API's, format 2.0": {
        "version": "2.0",
        "routeKey": "GET /account",
        "rawPath": "/account",
        "rawQueryString": "",
        "headers": {"host": "portal.example"},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "http": {"method": "GET", "path": "/account", "protocol": "HTTP/1.1", "sourceIp": SOURCE},
            "authorizer": {"lambda": {"verdict": "pass"}},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    },
    "a load balancer's": {
        "requestContext": {
            "elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:0:targetgroup/a/b"}
        },
        "httpMethod": "GET",
        "path": "/account",
        "queryStringParameters": {},
        "headers": {"x-forwarded-for": SOURCE},
        "body": "",
        "isBase64Encoded": False,
    },
    "a scheduled one": {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
    "an empty one": {},
}
