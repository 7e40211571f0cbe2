"""Flows 3 to 6: asking for a way back in, by temporary password or by link, and the new password."""

import pytest

from tests.journeys.people import RESET_COOKIE, Browser, link, temporary_password, token_of
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

pytestmark = pytest.mark.slow


def ask(town: Town, address: str) -> dict[str, str]:
    """Forget the password, as a client; the mail."""
    before = len(town.mails(address))
    assert town.client().post("/password/forgot", {"email": address}).status_code == 202
    return town.mail(address, "choose a new password", count=before + 1)


def chosen(password: str, confirmed: str | None = None) -> dict[str, str]:
    return {"new_password": password, "confirm_password": password if confirmed is None else confirmed}


def at_the_form(town: Town, address: str) -> Browser:
    """A browser that followed the mail's link."""
    browser = town.browser()
    browser.opens(link(ask(town, address), "/password/reset/"), site="cross-site")
    return browser


def test_forgotten_password_in_a_browser_by_temporary_password(town: Town) -> None:
    address, browser = town.person(), town.browser()
    browser.opens("/logon")
    browser.opens("/password/forgot")
    page = browser.submits("/password/forgot", email=address)
    assert [status for status, _ in browser.trail] == [303, 200]
    assert "Go To Log In" in page.text
    assert "/logon" in page.links
    mail = town.mail(address, "choose a new password")
    browser.opens("/logon")
    page = browser.submits("/logon", email=address, password=temporary_password(mail))
    assert page.path == "/password/change"
    page = browser.submits("/password/change", **chosen(CHOSEN))
    assert page.path == "/messages"  # "Confirm ... and access the Secure Messaging Portal"
    assert town.client().logs_on(address, CHOSEN) == "portal"


def test_forgotten_password_in_a_browser_by_link(town: Town) -> None:
    address = town.person()
    browser = at_the_form(town, address)
    assert (browser.page.path, browser.page.heading) == ("/password/reset", "Choose a new password")
    assert [status for status, _ in browser.trail] == [303, 200]
    token = str(browser.session.cookies.get(RESET_COOKIE)).partition(".")[2]
    assert token
    assert token not in browser.page.html  # RS-04: it has left the URL, and nothing gives it away
    assert token not in town.gateway.log
    page = browser.submits("/password/reset", **chosen("short"))
    assert page.status == 422
    page = browser.submits("/password/reset", **chosen(CHOSEN, "something else entirely"))
    assert page.status == 422
    page = browser.submits("/password/reset", **chosen(CHOSEN))
    assert (page.path, page.heading) == ("/password/reset?done=1", "Your password has been changed")
    assert "Go To Log In" in page.text
    assert browser.session_token is None  # RS-10: whoever set it logs on with it
    assert browser.session.cookies.get_dict() == {}
    town.mail(address, "password has been reset")
    assert town.client().logs_on(address, CHOSEN) == "portal"


def test_forgotten_password_as_a_client_by_link(town: Town) -> None:
    address, client = town.person(), town.client()
    token = token_of(link(ask(town, address), "/password/reset/"))
    seen = client.get("/password/reset", Cookie=f"portal-reset={token}")
    assert seen.json()["fields"] == ["new_password", "confirm_password"]
    refused = client.post("/password/reset", {"token": token, **chosen("qzx7 w", "other")})
    assert (refused.status_code, refused.json()["code"]) == (422, "criteria_not_met")
    judged = client.post("/password/criteria", {"token": token, **chosen("qzx7 w", "other")})
    assert judged.json()["criteria"] == refused.json()["criteria"]
    met = {one["id"]: one["met"] for one in refused.json()["criteria"]}
    assert met == {
        "length": False,
        "not_common": True,
        "not_personal": True,
        "different": True,
        "match": False,
    }
    done = client.post("/password/reset", {"token": token, **chosen(CHOSEN)})
    assert (done.status_code, done.json()) == (200, {"next": "log_on"})
    assert town.client().post("/logon", {"email": address, "password": PASSWORD}).status_code == 401
    assert town.client().logs_on(address, CHOSEN) == "portal"


def test_used_link_offers_a_new_one_by_one_button(town: Town) -> None:
    address, browser = town.person(), town.browser()
    where = link(ask(town, address), "/password/reset/")
    town.client().post("/password/reset", {"token": token_of(where), **chosen(CHOSEN)})
    page = browser.opens(where)
    assert (page.status, page.path) == (410, "/password/reset")
    assert page.heading == "This link can no longer be used"
    assert "Send me a new link" in page.html
    assert browser.submits("/password/forgot", email=address).heading == "Check your mail"
    town.mail(address, "choose a new password", count=2)
