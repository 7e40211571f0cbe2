"""Routes, the authorizer's verdict and what happens when a step breaks, with made-up functions behind the gateway."""

import json
import re
from typing import Any

import pytest

from infra.gateway.api import LocalApi
from infra.gateway.messages import Request

SECURITY_HEADERS = {
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cache-Control",
    "Content-Security-Policy",
}
TOKEN = "a-very-secret-token"
OK = {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": "fine"}


def allow(question: Any, effect: Any = "Allow", **context: Any) -> Any:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": question["methodArn"]}
    return {"principalId": "somebody", "policyDocument": {"Statement": [statement]}, "context": context}


class Functions:
    """Stands for the portal's Lambda functions and keeps what they were asked."""

    def __init__(self, answer: Any = OK, authorizer: Any = allow) -> None:
        self.answer, self.authorizer = answer, authorizer
        self.events: list[Any] = []
        self.questions: list[Any] = []

    def __call__(self, step: Any, event: Any) -> Any:
        if step == "authorizer":
            self.questions.append(event)
            return self.authorizer(event)
        self.events.append((step, event))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def ask(functions: Any, method: Any = "GET", path: Any = "/logon", headers: Any = (), body: Any = b"") -> Any:
    return LocalApi(invoke=functions).handle(Request(method, path, "", list(headers), body, "127.0.0.1"))


def problem(answer: Any) -> Any:
    assert dict(answer.headers).keys() >= SECURITY_HEADERS
    told = json.loads(answer.body)
    assert set(told) == {"title", "status", "detail", "code", "reference"}
    assert told["status"] == answer.status
    return told["code"]


def test_request_reaches_the_step_its_operation_names() -> None:
    functions = Functions()
    answer = ask(functions, "POST", "/account/two-step/confirm")
    step, event = functions.events[0]
    assert (answer.status, answer.body, step) == (200, b"fine", "account_two_step")
    assert event["requestContext"]["operationName"] == "account_two_step.confirm"


@pytest.mark.parametrize(
    "path",
    ["/nope", "//logon", "/LOGON", "/messages/a/b", "/password/reset/a/b", "*", "", "/_local/other"],
)
def test_unknown_path_is_404_and_asks_nobody(path: Any) -> None:
    functions = Functions()
    answer = ask(functions, path=path)
    assert (answer.status, problem(answer)) == (404, "not_found")
    assert not functions.questions


@pytest.mark.parametrize(
    ("context", "code"),
    [({"code": "address_not_permitted"}, "address_not_permitted"), ({}, "address_not_permitted")],
)
def test_deny_is_403_with_the_authorizers_code(context: Any, code: Any) -> None:
    functions = Functions(authorizer=lambda question: allow(question, "Deny", **context))
    answer = ask(functions)
    assert (answer.status, problem(answer)) == (403, code)
    assert not functions.events


def test_unauthorized_is_401() -> None:
    def refuse(_question: Any) -> Any:
        raise Exception("Unauthorized")  # noqa: TRY002 - API Gateway looks at the message alone

    answer = ask(Functions(authorizer=refuse))
    assert (answer.status, problem(answer)) == (401, "session_required")


def crash(_question: Any) -> Any:
    raise RuntimeError("DynamoDB is down")


@pytest.mark.parametrize(
    "authorizer",
    [
        crash,
        lambda _: None,
        lambda _: {},
        lambda _: {"principalId": "x", "policyDocument": {}},
        lambda question: allow(question, nested={"a": 1}),
        lambda question: {**allow(question), "context": "text"},
    ],
)
def test_broken_authorizer_lets_nobody_in(authorizer: Any) -> None:
    functions = Functions(authorizer=authorizer)
    answer = ask(functions)
    assert (answer.status, problem(answer)) == (503, "unavailable")
    assert dict(answer.headers)["Retry-After"]
    assert not functions.events


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [
            {
                "Effect": "Allow",
                "Action": "execute-api:Invoke",
                "Resource": "arn:aws:execute-api:*:*:*/*/GET/other",
            }
        ],
        [
            {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"},
            {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": "*"},
        ],
    ],
)
def test_policy_that_does_not_allow_this_method_denies_it(statements: Any) -> None:
    functions = Functions(
        authorizer=lambda _: {"principalId": "x", "policyDocument": {"Statement": statements}}
    )
    assert ask(functions).status == 403
    assert not functions.events


@pytest.mark.parametrize(
    "answer",
    [
        RuntimeError("a step broke"),
        None,
        "text",
        {},
        {"statusCode": "x"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "surprise": 1},
        {"statusCode": 200, "headers": {"Location": "/a\r\nSet-Cookie: evil=1"}},
        {"statusCode": 200, "headers": ["a"]},
    ],
)
def test_broken_step_is_503_and_tells_nothing(answer: Any) -> None:
    got = ask(Functions(answer))
    assert (got.status, problem(got)) == (503, "unavailable")
    assert b"broke" not in got.body


def test_several_cookies_stay_several() -> None:
    answer = ask(
        Functions(
            {
                "statusCode": 303,
                "headers": {"Location": "/", "set-cookie": "dropped=1"},
                "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
                "body": "",
            }
        )
    )
    assert answer.headers == [("Location", "/"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            ("GET", "/password/reset/a-very-secret-token"),
            r"GET +/password/reset/\{token\} +200 +\d+ ms +password_reset",
        ),
        (("GET", f"/{TOKEN}"), r"GET +\(no such path\) +404 +\d+ ms +gateway"),
        (("PUT", "/logon"), r"PUT +/logon +405 +\d+ ms +gateway"),
        (("\x1b[2J", "/logon"), r"\? +/logon +405 +\d+ ms +gateway"),
    ],
)
def test_log_line_has_the_template_and_who_answered_and_not_the_token(
    asked: tuple[str, str], line: str, caplog: Any
) -> None:
    caplog.set_level("INFO")
    ask(Functions(), *asked)
    assert re.fullmatch(line, caplog.messages[-1])
    assert TOKEN not in caplog.text


def test_log_line_says_that_the_authorizer_refused(caplog: Any) -> None:
    caplog.set_level("INFO")
    ask(Functions(authorizer=lambda question: allow(question, "Deny")))
    assert re.fullmatch(r"GET +/logon +403 +\d+ ms +authorizer", caplog.messages[-1])


def test_log_line_of_a_step_that_failed_names_the_step(caplog: Any) -> None:
    caplog.set_level("INFO")
    ask(Functions(RuntimeError("a step broke")))
    assert re.fullmatch(r"GET +/logon +503 +\d+ ms +logon", caplog.messages[-1])
