"""Staff outside the administrators' ranges: a logon leads them to what is theirs, and says that the console is shut."""

from __future__ import annotations

import json
from html import unescape

import pytest

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Kind, Policy
from chalicelib.domain.events import EventKind
from tests.fakes.looking import trail
from tests.fakes.planting import plant
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD, Visitor
from tests.world.world import World

OFFICE, HOME = "192.0.2.9", "198.51.100.7"
SHUT = Policy(PORTAL_POLICY, admin_ranges=("192.0.2.0/24",))
STAFF = [Kind.ADMINISTRATOR, Kind.SUPPORT]


@pytest.fixture(autouse=True)
def ranges(world: World) -> None:
    plant(world.store, SHUT)


def logs_on(browser: Visitor, account: Account, phone: Phone, wanted: str = "") -> str:
    """Where the browser is sent once the logon is whole."""
    asked = f"?next={wanted}" if wanted else ""
    assert browser.logs_on(account).startswith("/logon/code")
    return browser.goes_on(browser.post(f"/logon/code{asked}", {"code": phone.code()}))


def lines(world: World, what: str) -> list[dict[str, object]]:
    return [one for one in map(json.loads, world.lines) if one["what"] == what]


@pytest.mark.parametrize("kind", STAFF)
def test_ip_09_staff_elsewhere_land_on_what_is_theirs_and_read_why(world: World, kind: Kind) -> None:
    """IP-09: nothing was refused, so no event says so; the line says by which rule the console would be."""
    account, phone = enrolled(world, kind=kind)
    browser = world.browser(HOME)
    assert logs_on(browser, account, phone) == "/account"
    page = browser.get("/account")
    assert page.status == 200
    assert "The console cannot be used from here" in page.text
    assert 'href="/messages"' in page.text
    assert browser.get("/messages").status == 200
    assert EventKind.REQUEST_REFUSED not in trail(world.store, account)
    told = [one for one in lines(world, "console_shut") if one["source"] == HOME]
    assert [(one["cause"], one["source"], one["account"]) for one in told] == [
        ("admin_ranges", HOME, account.id)
    ]


@pytest.mark.parametrize("kind", STAFF)
def test_ip_09_staff_in_the_administrators_ranges_land_in_the_console(world: World, kind: Kind) -> None:
    account, phone = enrolled(world, kind=kind)
    browser = world.browser(OFFICE)
    assert logs_on(browser, account, phone) == "/admin/overview"
    assert browser.get("/").header("Location") == "/admin/overview"
    assert "cannot be used from here" not in browser.get("/account").text
    assert OFFICE not in {one["source"] for one in lines(world, "console_shut")}


def test_ip_09_recipients_are_told_nothing_of_the_console(world: World) -> None:
    account, phone = enrolled(world)
    browser = world.browser(HOME)
    assert logs_on(browser, account, phone) == "/messages"
    assert browser.get("/").header("Location") == "/messages"
    assert "console" not in browser.get("/account").text.lower()


@pytest.mark.parametrize(
    ("wanted", "place"),
    [("/admin/users/ann@people.test", "/account"), ("/messages/7", "/messages/7"), ("/account", "/account")],
)
def test_ip_09_where_staff_wanted_to_is_forgotten_if_it_is_shut_to_them(
    world: World, wanted: str, place: str
) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    assert logs_on(world.browser(HOME), account, phone, wanted) == place


def test_ip_09_the_portal_s_bare_address_leads_staff_elsewhere_to_what_is_theirs(world: World) -> None:
    account, phone = enrolled(world, kind=Kind.SUPPORT)
    browser = world.browser(HOME)
    logs_on(browser, account, phone)
    assert browser.get("/").header("Location") == "/account"
    plant(world.store, Policy(PORTAL_POLICY))
    assert browser.get("/").header("Location") == "/admin/overview"


def test_ip_09_password_typed_again_elsewhere_leads_to_no_refusal(world: World) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = world.browser(HOME)
    logs_on(browser, account, phone)
    world.clock.passes(60)
    reply = browser.post("/reauthenticate?next=/admin/users", {"password": PASSWORD, "code": phone.code()})
    assert reply.header("Location") == "/account"


def test_ip_09_page_that_refuses_the_console_leads_back_to_what_is_theirs(world: World) -> None:
    """And refuses it with a reference, as every refusal. Strangers, and who is shut out of all, have nothing there."""
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = world.browser(HOME)
    logs_on(browser, account, phone)
    page = browser.get("/admin/overview", **{"Accept-Language": "de"})
    assert (page.status, page.text.count('<a href="/account" >Ihr Konto</a>')) == (403, 1)
    (event,) = [
        one for one in world.store.events.of_account(account.id) if one.kind is EventKind.REQUEST_REFUSED
    ]
    assert event.details == {"rule": "admin_ranges"}
    assert str(event.reference) in page.text
    hidden = '<a href="/account" hidden>'
    assert hidden in world.browser(HOME).get("/admin/overview").text
    plant(world.store, Policy(PORTAL_POLICY, ranges=SHUT.admin_ranges))
    assert hidden in unescape(browser.get("/account").text)
