"""The request: who asks, and in which language and zone they are answered."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.web.request import Request, read_event, request_of

QUICK = settings(max_examples=60, deadline=None)


def asked(language: str = "en", **headers: str) -> Request:
    event: dict[str, Any] = {
        "httpMethod": "GET",
        "path": "/logon",
        "resource": "/logon",
        "headers": headers,
        "multiValueHeaders": None,
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "httpMethod": "GET",
            "resourcePath": "/logon",
            "identity": {"sourceIp": "192.0.2.1"},
        },
        "body": None,
        "isBase64Encoded": False,
    }
    portal = cast(Any, SimpleNamespace(settings=SimpleNamespace(language=language)))
    return request_of(read_event(event), portal, None)


@QUICK
@given(st.text(max_size=600))
def test_lo_03_user_agent_is_one_printable_line(agent: str) -> None:
    request = asked(**{"User-Agent": agent})
    assert request.user_agent.isprintable()
    assert len(request.user_agent) <= 400


@pytest.mark.parametrize(
    ("accepted", "language"), [("de-AT, en;q=0.5", "de"), ("nl", "fr"), ("", "fr"), ("es", "es")]
)
def test_answer_is_in_the_language_the_browser_asks_for_else_the_stage_s(
    accepted: str, language: str
) -> None:
    assert asked("fr", **{"Accept-Language": accepted}).language == language


def test_zone_is_what_the_script_left() -> None:
    assert asked(Cookie="portal-zone=Europe/Berlin; a=b").zone == "Europe/Berlin"
    assert asked().zone == ""


def test_text_is_said_in_the_language_of_the_request() -> None:
    request = asked(**{"Accept-Language": "de"})
    assert request.say("Not found") == "Nicht gefunden"
    assert request.say("Not {what}", what="<b>") == "Not <b>"
