"""The event a step gets is the one it will get when deployed."""

import json
from typing import Any

from infra.contract import read_contract
from infra.gateway.events import authorizer_event, proxy_event
from infra.gateway.messages import Request

SENT = [
    ("Host", "portal"),
    ("cookie", "a=1"),
    ("X-Forwarded-For", "10.0.0.1"),
    ("X-Forwarded-For", "10.0.0.2"),
]


def event_of(
    method: Any = "GET",
    path: Any = "/logon",
    query: Any = "",
    headers: Any = (),
    body: Any = b"",
    source: Any = "127.0.0.2",
) -> Any:
    match = read_contract().match(path)
    assert match
    request = Request(method, path, query, list(headers), body, source)
    return proxy_event(request, match.operations[method], match.parameters, "the-request-id")


def test_every_field_of_the_rest_proxy_is_there() -> None:
    event = event_of()
    assert set(event) == {
        "resource",
        "path",
        "httpMethod",
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "requestContext",
        "body",
        "isBase64Encoded",
    }
    assert event["queryStringParameters"] is event["pathParameters"] is event["stageVariables"] is None
    json.dumps(event)


def test_source_address_is_the_peers_whatever_forwarding_headers_say() -> None:
    event = event_of(headers=SENT)
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.2"
    assert event["headers"]["X-Forwarded-For"] == "10.0.0.1, 10.0.0.2, 127.0.0.2"


def test_path_and_its_parameters_are_handed_over_as_they_were_sent() -> None:
    event = event_of(path="/password/reset/a%2Fb%20c")
    assert event["pathParameters"] == {"token": "a%2Fb%20c"}
    assert event["path"] == "/password/reset/a%2Fb%20c"
    assert event["resource"] == event["requestContext"]["resourcePath"] == "/password/reset/{token}"


def test_repeated_query_fields_keep_all_values_and_the_last_one() -> None:
    event = event_of(query="next=%2Fa&next=%2Fb&empty=")
    assert event["queryStringParameters"] == {"next": "/b", "empty": ""}
    assert event["multiValueQueryStringParameters"] == {"next": ["/a", "/b"], "empty": [""]}


def test_authorizer_gets_the_same_request_without_the_body() -> None:
    event = event_of("POST", body=b"secret", headers=SENT)
    question = authorizer_event(event)
    assert question["type"] == "REQUEST"
    assert question["methodArn"].endswith("/local/POST/logon")
    assert "secret" not in json.dumps(question)
    assert question["headers"] == event["headers"]
    assert question["requestContext"] == event["requestContext"]
    assert question["queryStringParameters"] == {}
