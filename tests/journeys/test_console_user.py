"""An administrator before a user's page, in a browser: what it offers, asks for and says, and what the user notices."""

from html import unescape
from urllib.parse import quote

import pytest

from tests.journeys.desk import Desk, guest, presses, seated, user_path
from tests.journeys.phones import enrolled
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow

TYPED = "copper lanterns over a harbour"
REASON = "Reported by the user after an unexpected notification"


@pytest.fixture
def desk(town: Town) -> Desk:
    return seated(town)


def test_password_is_set_by_way_of_directories_domains_user(town: Town, desk: Desk) -> None:
    ann, client = guest(town)
    browser, domain = desk.browser(), ann.partition("@")[2]
    page = browser.opens("/admin/domains")
    where = next(one for one in page.links if one.startswith(f"/admin/users?domain={domain}"))
    page = browser.opens(where + f"&q={ann.partition('@')[0]}")
    page = browser.opens(next(one for one in page.links if one == user_path(ann)))
    assert page.heading.startswith(ann)
    for word in ("Directories", "Domains", "Set a password", "Force change at logon", "Live sessions"):
        assert word in page.text
    page = presses(browser, f"{user_path(ann)}/password", new_password="short", force_change="true")
    assert page.status == 422
    assert "short" not in page.html.replace("shorter", "")
    page = presses(browser, f"{user_path(ann)}/password", new_password=TYPED, force_change="true")
    assert (page.status, page.path.partition("?")[0]) == (200, user_path(ann))
    assert "The new password is in force." in page.text
    assert client.get("/account").json()["code"] == "session_required"
    page = presses(browser, f"{user_path(ann)}/password", new_password="")
    assert "A temporary password is made and on its way" in page.text


def test_disable_asks_for_a_tick_and_says_what_was_done(town: Town, desk: Desk) -> None:
    ann, client = guest(town)
    browser = desk.browser()
    page = browser.opens(user_path(ann))
    assert "I want to disable this account" in page.text
    page = presses(browser, f"{user_path(ann)}/disable", confirm="true")
    assert "The account is disabled: nobody can log on to it." in page.text
    assert client.get("/account").status_code == 401
    page = presses(browser, f"{user_path(ann)}/enable")
    assert "The account is enabled again." in page.text
    own = browser.opens(user_path(desk.address))
    assert "Disable the account" not in own.text
    assert "Contain a compromised account" not in own.text


def test_browser_is_asked_for_the_password_again_and_comes_back(town: Town) -> None:
    """SE-11, AD-06: a stale administrator confirms the password, then finds the user's page."""
    desk, ann = seated(town), town.person()
    browser = desk.browser()
    browser.opens(user_path(ann))
    desk.becomes_stale()
    refused = desk.tries(ann, "disable")
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
    page = presses(browser, f"{user_path(ann)}/disable", confirm="true")
    assert page.path.startswith("/reauthenticate")
    page = browser.submits("/reauthenticate", password=PASSWORD, code=desk.phone.code())
    assert page.path.partition("?")[0] == user_path(ann)
    assert town.account(ann).status == "active"
    page = presses(browser, f"{user_path(ann)}/disable", confirm="true")
    assert "The account is disabled" in page.text


def test_containment_is_as_the_page_proposes_it(town: Town, desk: Desk) -> None:
    """Untouched, the form disables, requires 2-step and leaves the ranges; only the reason is to be typed."""
    ann, thief = guest(town)
    browser, path = desk.browser(), f"{user_path(ann)}/contain"
    browser.opens(user_path(ann))
    page = presses(browser, path)
    assert (page.status, "Say why" in page.text) == (422, True)
    assert thief.get("/account").status_code == 200
    page = presses(browser, path, reason=REASON)
    assert "The account is contained: its password, links and every session are void." in page.text
    assert REASON in page.text
    assert thief.get("/account").status_code == 401
    account = town.account(ann)
    assert (account.status, account.two_step_required, account.ranges) == ("disabled", True, None)


def test_reset_of_2_step_asks_whether_it_is_the_user(town: Town, desk: Desk) -> None:
    ann, _, _ = enrolled(town)
    browser, path = desk.browser(), f"{user_path(ann)}/two-step/reset"
    page = browser.opens(user_path(ann))
    assert "I have made sure that it is the user who is asking" in page.text
    page = presses(browser, path, confirm="true")
    assert (page.status, "Say why" in page.text) == (422, True)
    page = presses(browser, path, reason=REASON, confirm="true")
    assert "2-step is reset." in page.text


@pytest.mark.parametrize("name", ["o'neil+news", "profit&loss", "100%", "a%2bb"])
def test_user_whose_address_means_something_in_a_url_is_found_disabled_and_contained(
    town: Town, desk: Desk, name: str
) -> None:
    """IN-06: by the links and forms of the pages alone."""
    ann, client = guest(town, name=name)
    browser, domain = desk.browser(), ann.partition("@")[2]
    page = browser.opens(f"/admin/users?domain={domain}&q={quote(name)}")
    page = browser.opens(next(one for one in page.links if one == user_path(ann)))
    assert unescape(page.heading).startswith(ann)
    page = presses(browser, f"{user_path(ann)}/disable", confirm="true")
    assert "The account is disabled" in page.text
    assert client.get("/account").status_code == 401
    page = presses(browser, f"{user_path(ann)}/contain", reason=REASON)
    assert "The account is contained" in page.text
    assert town.account(ann).status == "disabled"
    found = next(one for one in page.links if one.startswith("/admin/attempts?email="))
    assert ann in browser.opens(found).text
