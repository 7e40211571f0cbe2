"""The request: who asks, and in which language and zone they are answered."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.presentation.languages import LANGUAGES
from chalicelib.web.request import Request, read_event, request_of
from tests.web.page_samples import Seen
from tests.world.visitors import Visitor
from tests.world.world import World

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


def french(world: World) -> Visitor:
    browser = world.browser()
    browser.headers["Accept-Language"] = "fr"
    return browser


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_language_chosen_on_a_page_stays_and_counts_more_than_the_browsers(
    world: World, language: str
) -> None:
    browser = french(world)
    assert f'<html lang="{language}"' in browser.get(f"/logon?language={language}").text
    assert f'<html lang="{language}"' in browser.get("/logon").text
    assert f'<html lang="{language}"' in browser.get("/help").text


@pytest.mark.parametrize("query", ["language=xx", "language=", "language=en&language=de", "language=%00"])
def test_language_that_is_none_of_ours_changes_nothing(world: World, query: str) -> None:
    browser = french(world)
    assert '<html lang="fr"' in browser.get(f"/logon?{query}").text
    assert "portal-language" not in browser.jar
    assert '<html lang="fr"' in browser.get("/logon", Cookie="portal-language=xx").text


def test_language_of_the_account_counts_more_than_the_pages(world: World) -> None:
    ann, browser = world.person(language="de"), world.browser()
    browser.get("/logon?language=es")
    browser.logs_on(ann)
    assert '<html lang="de"' in browser.get("/account").text


def test_every_page_before_the_logon_offers_the_languages_where_it_can_be_opened_again(world: World) -> None:
    for path in ("/logon?next=/messages/7", "/password/forgot", "/help"):
        page = world.browser().get(path).text
        offered = [one for one in Seen(page).all("a") if "hreflang" in one]
        assert [one["lang"] for one in offered] == list(LANGUAGES)
        assert [one["lang"] for one in offered if one["aria-current"] == "true"] == ["en"]
    kept = world.browser().get("/logon?next=/messages/7").text
    assert 'href="?language=de&amp;next=%2Fmessages%2F7"' in kept
