"""What somebody outside the permitted ranges is shown: one page in their language, and what stays reachable."""

from html import unescape
from typing import Any

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Policy
from chalicelib.domain.events import Event, EventKind
from tests.fakes.planting import plant
from tests.world.visitors import REFERENCE, Visitor
from tests.world.world import World

OUTSIDE = ("192.0.2.0/24",)
HERE = "198.51.100.7"


def shut_out(world: World, visitor: Visitor, **changed: Any) -> Account:
    """Log on from inside an account's own ranges, and move outside of them."""
    account = world.person()
    visitor.source = "192.0.2.5"
    visitor.logs_on(account)
    plant(world.store, world.stored(account)._replace(ranges=OUTSIDE, **changed))
    visitor.source = HERE
    world.clock.passes(1)
    return account


def refusals(world: World, account: Account) -> list[Event]:
    found = world.store.events.of_account(account.id)
    return [one for one in found if one.kind is EventKind.REQUEST_REFUSED]


def test_ip_09_page_says_where_one_is_and_the_reference_that_the_trail_holds(world: World) -> None:
    """IP-09."""
    browser = world.browser()
    account = shut_out(world, browser)
    reply = browser.get("/messages")
    assert (reply.status, reply.header("Content-Type")) == (403, "text/html; charset=utf-8")
    (event,) = refusals(world, account)
    assert set(REFERENCE.findall(reply.text)) == {event.reference}
    assert f"<code>{HERE}</code>" in reply.text
    assert "Your account can be used from certain networks only" in reply.text
    assert 'href="/help"' in reply.text


def test_ip_09_program_gets_the_same_reference(world: World) -> None:
    visitor = world.visitor()
    account = shut_out(world, visitor)
    told = visitor.get("/messages").json()
    (event,) = refusals(world, account)
    assert (told["code"], told["reference"]) == ("address_not_permitted", event.reference)


@pytest.mark.parametrize(
    ("headers", "language", "sentence"),
    [
        ({}, "en", "The portal can be used from certain networks only"),
        ({"Accept-Language": "fr-CH, en;q=0.5"}, "fr", "Le portail"),
        ({"Accept-Language": "fr", "Cookie": "portal-language=de"}, "de", "Das Portal"),
        ({"Accept-Language": "xx"}, "en", "The portal can be used from certain networks only"),
    ],
)
def test_ip_09_page_speaks_the_language_of_the_browser(
    world: World, headers: dict[str, str], language: str, sentence: str
) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=OUTSIDE))
    page = world.visitor(HERE).get("/logon", Accept="text/html", **headers).text
    assert f'<html lang="{language}">' in page
    assert sentence in unescape(page).replace("\xad", "")


def test_ip_09_page_speaks_the_language_of_the_account_first(world: World) -> None:
    browser = world.browser()
    shut_out(world, browser, language="es")
    assert '<html lang="es">' in browser.get("/account", **{"Accept-Language": "de"}).text


def test_ip_09_nothing_that_was_sent_stands_on_the_page(world: World) -> None:
    """Attack: API Gateway puts the authorizer's words into its page as they are."""
    plant(world.store, Policy(PORTAL_POLICY, ranges=OUTSIDE))
    evil = "<script>alert(1)</script>$context.identity.sourceIp"
    visitor = world.visitor(HERE)
    headers = {"Accept-Language": evil, "User-Agent": evil, "Cookie": f"portal-language={evil}"}
    for accept in ("text/html", "application/json"):
        assert "script" not in visitor.get(f"/logon?language={evil}", Accept=accept, **headers).text


def test_ip_09_help_and_log_off_stay_reachable(world: World) -> None:
    browser = world.browser()
    shut_out(world, browser)
    page = browser.get("/help")
    assert page.status == 200
    assert HERE in page.text
    assert browser.post("/logoff").status == 303
    assert browser.get("/account").status == 303
    browser.source = "192.0.2.5"
    assert browser.get("/account").header("Location").startswith("/logon")


def test_ip_09_session_is_not_kept_alive_from_outside(world: World) -> None:
    browser = world.browser()
    shut_out(world, browser)
    world.clock.passes(600)
    before = world.rows("sessions")
    assert browser.get("/help").status == 200
    assert world.rows("sessions") == before


def test_ip_09_strangers_can_read_help_and_nothing_else(world: World) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=OUTSIDE))
    browser = world.browser(HERE)
    assert browser.get("/help").status == 200
    refused = browser.post("/logoff")
    assert refused.status == 403
    assert '<form method="post" action="/logoff" hidden>' in refused.text
    assert [one.url for one in world.fake.tables.events.values()] == ["/logoff"]


def test_ip_09_form_of_the_page_is_the_only_one_that_may_be_sent(world: World) -> None:
    plant(world.store, Policy(PORTAL_POLICY, ranges=OUTSIDE))
    policy = world.browser(HERE).get("/logon").header("Content-Security-Policy")
    assert "form-action 'self';" in policy
    assert "default-src 'none'" in policy
    assert "form-action 'none';" in world.browser(HERE).get("/nowhere").header("Content-Security-Policy")


@pytest.mark.parametrize(
    "accept", ["text/html", "text/html, application/xhtml+xml, */*;q=0.8", "application/json"]
)
def test_ip_09_session_is_a_document_from_outside_as_from_inside(world: World, accept: str) -> None:
    """Its client is a program, and reads the same reference that support finds."""
    browser = world.browser()
    account = shut_out(world, browser)
    reply = browser.get("/session", Accept=accept, **{"Accept-Language": "fr"})
    assert (reply.status, reply.header("Content-Type")) == (403, "application/problem+json")
    (event,) = refusals(world, account)
    assert (reply.code, reply.json()["reference"]) == ("address_not_permitted", event.reference)
    assert account.address not in reply.text
    stranger = world.browser(HERE)
    assert stranger.get("/session", Accept=accept).code == "session_required"
    plant(world.store, Policy(PORTAL_POLICY, ranges=OUTSIDE))
    assert stranger.get("/session", Accept=accept).code == "address_not_permitted"
    assert stranger.get("/account", Accept="text/html").header("Content-Type").startswith("text/html")
