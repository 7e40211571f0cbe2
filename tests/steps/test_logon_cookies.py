"""The step `logon` in a browser that keeps no cookies: it is said before anything is spent, and how to allow them."""

from urllib.parse import urlencode

import pytest

from chalicelib.domain.tokens import parse_token
from tests.web.page_samples import Seen
from tests.web.routes import EVERY_TABLE, FORM
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

PROBE = "__Host-portal-cookies"


def hidden(page: Reply) -> dict[str, str]:
    """What the page's form of logging on posts beside what is typed."""
    fields = [one for one in Seen(page.text).all("input") if one.get("type") == "hidden"]
    return {str(one["name"]): str(one["value"]) for one in fields}


def without_cookies(world: World) -> Visitor:
    browser = world.browser()
    browser.keeps_cookies = False
    return browser


def sent(browser: Visitor, fields: dict[str, str]) -> Reply:
    """The page's form as a browser sends it."""
    return browser.sends(
        "POST", "/logon?next=/messages/01J9", urlencode(fields).encode(), {"Content-Type": FORM}
    )


@pytest.mark.parametrize("own", [False, True], ids=["temporary", "own"])
def test_lg_18_browser_without_cookies_is_told_before_anything_is_spent(world: World, own: bool) -> None:
    """LG-18: a temporary password works once; spent for a session that the browser cannot hold, it is lost."""
    ann = world.person()
    password = PASSWORD if own else world.asks(ann).temporary
    browser = without_cookies(world)
    typed = {"email": ann.address, "password": password}
    before, hashes = world.rows(*EVERY_TABLE), world.hasher.runs
    for form in (
        browser.get("/logon?next=/messages/01J9"),
        sent(browser, typed | hidden(browser.get("/logon"))),
    ):
        page = sent(browser, typed | hidden(form))
        assert page.status == 422
        assert "keeps no cookies" in page.text
        assert 'href="/help#cookies"' in page.text
        assert f'value="{ann.address}"' in page.text
        assert password not in page.text
        assert 'action="/logon?next=%2Fmessages%2F01J9"' in page.text
    assert (world.rows(*EVERY_TABLE), world.hasher.runs) == (before, hashes)
    browser.keeps_cookies = True  # as told
    reply = sent(browser, typed | hidden(sent(browser, typed | hidden(page))))
    assert reply.status == 303
    assert reply.header("Location").startswith("/messages" if own else "/password/change")


def test_lg_18_browser_with_cookies_notices_nothing(world: World) -> None:
    """LG-18: whichever page with the form came first."""
    ann = world.person()
    for first in ("", ann.address, "ann@"):
        browser = world.browser()
        wrong = {"email": first, "password": "guess after guess"}
        page = browser.post("/logon", wrong) if first else browser.get("/logon")
        assert parse_token(browser.jar[PROBE])
        right = {"email": ann.address, "password": PASSWORD}
        assert browser.post("/logon", right | hidden(page)).status == 303


def test_lg_18_form_that_no_page_of_ours_sent_is_asked_for_no_cookie(world: World) -> None:
    """LG-18: a client that posts straight away has been given none."""
    ann = world.person()
    assert sent(without_cookies(world), {"email": ann.address, "password": PASSWORD}).status == 303


def test_lg_18_program_is_given_no_cookie_and_asked_for_none(world: World) -> None:
    """LG-18."""
    ann, program = world.person(), world.visitor()
    assert program.get("/logon").cookies == {}
    for more in ({}, {"cookies": "1"}):
        reply = program.post("/logon", {"email": ann.address, "password": PASSWORD, **more})
        assert (reply.status, reply.next, list(reply.cookies)) == (200, "portal", ["__Host-portal-session"])


def test_lg_18_forgot_needs_no_cookie(world: World) -> None:
    """LG-18: nothing is spent there; the address is typed once more."""
    browser = without_cookies(world)
    fields = {"email": "ann@people.test", "password": "", "forgot": "1"}
    reply = sent(browser, fields | hidden(browser.get("/logon")))
    assert (reply.status, reply.header("Location")) == (303, "/password/forgot?next=%2Fmessages%2F01J9")


def test_lg_18_link_opened_without_cookies_says_so_and_stays_good(world: World) -> None:
    """LG-18: the page behind a link knows it by a cookie; without any, more than time may be the reason."""
    token = world.asks(world.person()).token("/password/reset")
    browser = without_cookies(world)
    browser.get(f"/password/reset/{token}")
    page = browser.get("/password/reset")
    assert page.status == 410
    assert 'href="/help#cookies"' in page.text
    browser.jar["portal-language"] = "en"  # one that keeps cookies was open too long
    assert 'href="/help#cookies"' not in browser.get("/password/reset").text
    browser.keeps_cookies = True
    browser.get(f"/password/reset/{token}")
    assert browser.get("/password/reset").status == 200


def test_lg_18_help_says_how_to_allow_cookies(world: World) -> None:
    """LG-18."""
    page = world.browser().get("/help")
    assert "cookies" in {one.get("id") for _, one in Seen(page.text).elements}
    assert "portal.example" in page.text
