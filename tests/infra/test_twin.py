"""The local gateway does what API Gateway does: a test for each row of the table in docs/twin.md, with its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.contract import read_contract
from infra.gateway.api import LARGEST_BODY, LARGEST_HEADERS, LocalApi
from infra.gateway.messages import Answer, Request
from infra.gateway_responses import MOCKED
from tests.infra.test_api import Functions, allow, problem

PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"


def ask(
    functions: Functions,
    method: str = "GET",
    path: str = "/logon",
    query: str = "",
    headers: Any = (),
    body: bytes = b"",
) -> Answer:
    request = Request(method, path, query, list(headers), body, "192.0.2.9")
    return LocalApi(invoke=functions).handle(request)


def event_of(**request: Any) -> Any:
    functions = Functions()
    assert ask(functions, **request).status == 200
    return functions.events[0][1]


def headers_of(answer: Answer) -> dict[str, str]:
    return dict(answer.headers)


def test_segment_of_the_path_is_handed_over_as_it_was_sent() -> None:
    event = event_of(path="/messages/space%20value%2B+%25")
    assert event["pathParameters"] == {"id": "space%20value%2B+%25"}
    assert event["path"] == event["requestContext"]["path"] == "/messages/space%20value%2B+%25"


@pytest.mark.parametrize(
    ("path", "resource", "parameters"),
    [
        ("/logon/", "/logon", None),
        ("/messages/", "/messages", None),
        ("/messages/a/", "/messages/{id}", {"id": "a"}),
    ],
)
def test_slash_at_the_end_makes_no_difference_to_the_route(path: str, resource: str, parameters: Any) -> None:
    event = event_of(path=path)
    assert (event["resource"], event["path"], event["pathParameters"]) == (resource, path, parameters)


def test_request_id_is_the_client_s_to_choose_and_the_extended_one_is_not() -> None:
    functions = Functions()
    for chosen in ("mine", "mine", "not allowed", "x" * 129, ""):
        ask(functions, headers=[("X-Amzn-RequestId", chosen)] if chosen else ())
    told = [event["requestContext"] for _, event in functions.events]
    asked = [event["requestContext"] for event in functions.questions]
    ids = ("requestId", "extendedRequestId")
    assert [[one[name] for name in ids] for one in asked] == [[one[name] for name in ids] for one in told]
    assert [one["requestId"] for one in told[:2]] == ["mine"] * 2
    assert len({one["requestId"] for one in told[2:]}) == 3
    assert len({one["extendedRequestId"] for one in told}) == 5
    assert all(len(one["extendedRequestId"]) == 16 for one in told)


def test_encoded_slash_is_no_separator() -> None:
    assert event_of(path="/messages/a%2Fb")["pathParameters"] == {"id": "a%2Fb"}
    assert ask(Functions(), path="/messages/a/b").status == 404


def test_path_is_told_apart_by_case() -> None:
    assert ask(Functions(), path="/Logon").status == 404


def test_query_is_decoded_once_with_its_last_value_and_all_of_them() -> None:
    event = event_of(query="repeat=one&repeat=two&literal=a+b&encoded=a%2Bb&twice=%252B&empty=")
    single = {"repeat": "two", "literal": "a b", "encoded": "a+b", "twice": "%2B", "empty": ""}
    assert event["queryStringParameters"] == single
    assert event["multiValueQueryStringParameters"] == {
        **{name: [value] for name, value in single.items()},
        "repeat": ["one", "two"],
    }


def test_semicolon_splits_the_query() -> None:
    assert event_of(query="next=/a;notice=b")["queryStringParameters"] == {"next": "/a", "notice": "b"}


def test_names_of_headers_are_in_lower_case_but_for_the_gateways_own() -> None:
    sent = [
        ("HOST", "portal"),
        ("user-agent", "x"),
        ("Accept", "a"),
        ("Content-Length", "0"),
        ("X-Mixed-Case", "b"),
        ("X-Forwarded-Proto", "http"),
    ]
    names = set(event_of(headers=sent)["headers"])
    forwarded = {"X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"}
    assert names == {"Host", "User-Agent", "accept", "x-mixed-case"} | forwarded


def test_repeated_header_has_its_last_value_and_all_of_them() -> None:
    event = event_of(headers=[("X-Probe", "first"), ("x-probe", "second")])
    assert event["headers"]["x-probe"] == "second"
    assert event["multiValueHeaders"]["x-probe"] == ["first", "second"]


def test_peer_is_put_behind_what_the_client_forwarded() -> None:
    event = event_of(headers=[("X-Forwarded-For", "10.0.0.1"), ("x-forwarded-for", "10.0.0.2")])
    assert event["headers"]["X-Forwarded-For"] == "10.0.0.1, 10.0.0.2, 192.0.2.9"
    assert event["requestContext"]["identity"]["sourceIp"] == "192.0.2.9"


def test_body_is_text_and_other_bytes_are_lost() -> None:
    assert event_of(method="POST", body='{"email":"ä"}'.encode())["body"] == '{"email":"ä"}'
    event = event_of(method="POST", body=b"a=\xff\xfe")
    assert (event["body"], event["isBase64Encoded"]) == ("a=\ufffd\ufffd", False)
    assert event_of(method="POST")["body"] is None


def test_answer_in_base64_is_sent_as_the_text_it_is() -> None:
    answer = ask(Functions({"statusCode": 200, "body": "/w==", "isBase64Encoded": True}))
    assert answer.body == b"/w=="


def test_what_only_the_gateway_says_is_renamed() -> None:
    said = {"WWW-Authenticate": "Bearer", "Server": "x", "Date": "y", "Content-Length": "1", "X-Own": "z"}
    names = set(headers_of(ask(Functions({"statusCode": 200, "headers": said, "body": ""}))))
    assert names == {"x-amzn-Remapped-" + name for name in said if name != "X-Own"} | {"X-Own"}


def test_head_is_a_method_like_any_other_and_has_no_body() -> None:
    functions = Functions()
    answer = ask(functions, method="HEAD", path="/messages/1")
    assert (answer.status, answer.body) == (200, b"")
    assert functions.events[0][1]["httpMethod"] == "HEAD"
    assert ask(Functions(), method="HEAD", path="/logoff").status == 405


@pytest.mark.parametrize("kind", ["", *MOCKED, "text/plain; charset=utf-8", "Application/JSON"])
def test_method_that_the_path_lacks_is_405_whatever_is_sent_along(kind: str) -> None:
    answer = ask(Functions(), method="DELETE", headers=[("Content-Type", kind)] if kind else [], body=b"x")
    assert (answer.status, problem(answer)) == (405, "method_not_allowed")
    assert headers_of(answer)["Allow"] == "GET, HEAD, POST"


def test_type_without_a_template_is_415_and_no_fault() -> None:
    answer = ask(Functions(), method="PUT", headers=[("Content-Type", "image/png")], body=b"x")
    assert (answer.status, problem(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("headers", [[], [("Authorization", "Bearer a.b")]])
def test_path_without_a_route_is_404_with_and_without_credentials(headers: Any) -> None:
    functions = Functions()
    answer = ask(functions, path="/nope", headers=headers)
    assert (answer.status, problem(answer)) == (404, "not_found")
    assert not functions.questions
    # Whoever brings credentials is a program, whatever it accepts (WB-30).
    page = ask(functions, path="/nope", headers=[*headers, ("Accept", "text/html")])
    assert dict(page.headers)["Content-Type"].startswith("text/html") is not bool(headers)


def test_body_over_ten_megabytes_is_413() -> None:
    functions = Functions()
    assert ask(functions, method="POST", body=b"x" * LARGEST_BODY).status == 200
    answer = ask(functions, method="POST", body=b"x" * (LARGEST_BODY + 1))
    assert (answer.status, problem(answer), len(functions.questions)) == (413, "too_large", 1)


def test_header_values_over_ten_kilobytes_are_refused() -> None:
    half = "a" * (LARGEST_HEADERS // 2)
    assert ask(Functions(), headers=[("A", half), ("B", half)]).status == 200
    answer = ask(Functions(), headers=[("A", half), ("B", half + "a")])
    assert (answer.status, problem(answer)) == (400, "bad_request")


def test_path_that_makes_the_arn_too_long_is_refused_before_the_authorizer() -> None:
    functions = Functions(authorizer=lambda _: allow({"methodArn": "*"}))
    assert ask(functions, path="/messages/" + "a" * 1500).status == 200
    answer = ask(functions, path="/messages/" + "a" * 1600)
    assert (answer.status, problem(answer), len(functions.questions)) == (400, "bad_request", 1)


def test_resource_over_512_characters_is_no_policy() -> None:
    functions = Functions()
    assert ask(functions, path="/messages/" + "a" * 400).status == 200
    answer = ask(functions, path="/messages/" + "a" * 512)
    assert (answer.status, problem(answer), len(functions.events)) == (503, "unavailable", 1)


def test_authorizer_is_asked_each_time_without_the_body() -> None:
    functions = Functions()
    for _ in range(3):
        ask(functions, method="POST", body=b"secret")
    assert len(functions.questions) == 3
    question = functions.questions[0]
    assert question["type"] == "REQUEST"
    assert "secret" not in json.dumps(question)
    assert question["queryStringParameters"] == question["pathParameters"] == question["stageVariables"] == {}


def test_context_is_handed_on_as_text() -> None:
    functions = Functions(authorizer=lambda question: allow(question, verdict="pass", number=1, flag=True))
    ask(functions)
    told = functions.events[0][1]["requestContext"]["authorizer"]
    assert told == {"verdict": "pass", "number": "1", "flag": "true", "principalId": "somebody"}
    nested = Functions(authorizer=lambda question: allow(question, nested={"a": 1}))
    assert (ask(nested).status, nested.events) == (503, [])


@pytest.mark.parametrize("answer", [RuntimeError("broken"), None, {"statusCode": 200, "surprise": 1}])
def test_step_that_fails_is_503(answer: Any) -> None:
    told = ask(Functions(answer))
    assert (told.status, problem(told)) == (503, "unavailable")


def test_own_answers_are_pages_for_browsers_and_problems_for_programs() -> None:
    page = ask(Functions(), path="/nope", headers=[("accept", PAGE)])
    assert headers_of(page)["Content-Type"] == "text/html; charset=utf-8"
    assert problem(ask(Functions(), path="/nope", headers=[("Accept", "application/json")])) == "not_found"


def test_own_answer_puts_in_what_the_context_says_as_it_is_even_of_a_deny() -> None:
    words = {"lang": "de", "what": "F&#252;r <b>uns</b> $context.requestId", "reference": "K7MW-3FQ9"}
    functions = Functions(authorizer=lambda question: allow(question, "Deny", **words))
    page = ask(functions, headers=[("accept", PAGE)]).body.decode()
    assert '<html lang="de">' in page
    assert "<p>F&#252;r <b>uns</b> $context.requestId</p>" in page
    assert "<code>192.0.2.9</code>" in page
    assert "<p></p>" in page  # what the authorizer did not say is nothing
    assert json.loads(ask(functions).body)["reference"] == "K7MW-3FQ9"


def test_no_route_has_a_path_that_is_reserved() -> None:
    assert not {"/ping", "/sping"} & set(read_contract().paths)
