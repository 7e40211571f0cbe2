"""Disable, enable, unlock: who may, on whom, and what dies with it."""

import pytest

from chalicelib.domain.accounts import Kind
from tests.journeys.desk import Desk, guest, presses, seated, user_path
from tests.journeys.people import link, temporary_password, token_of
from tests.journeys.test_two_step import enrolled
from tests.journeys.town import PASSWORD, Town

pytestmark = pytest.mark.slow

CHOSEN = "seven lanterns over a bridge"


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town)


def refused_generically(town: Town, email: str, password: str = PASSWORD) -> str:
    """The one answer to every refused logon; its reference."""
    answer = town.client().post("/logon", {"email": email, "password": password})
    nobody = town.client().post("/logon", {"email": town.new_address("nobody"), "password": password})
    same = {"reference": "", "at": "", "email": ""}
    assert answer.status_code == nobody.status_code == 401
    assert answer.json() | same == nobody.json() | same
    return str(answer.json()["reference"])


def test_disabled_account_is_shut_at_once_in_every_state(town: Town, desk: Desk) -> None:
    """AD-04: full session, half-done logon, link, temporary password, password, and no mail any more."""
    ann, _, recovery = enrolled(town)
    whole, half = town.client(), town.client()
    whole.logs_on(ann, PASSWORD)
    whole.goes_on(whole.post("/logon/code", {"code": recovery[0]}))
    half.logs_on(ann, PASSWORD)
    town.client().post("/password/forgot", {"email": ann})
    mail = town.mail(ann, "choose a new password")
    assert desk.does(ann, "disable")["status"] == "disabled"
    assert whole.get("/account").json()["code"] == "session_required"
    assert half.post("/logon/code", {"code": recovery[1]}).json()["code"] == "session_required"
    reference = refused_generically(town, ann)
    refused_generically(town, ann, temporary_password(mail))
    token = token_of(link(mail, "/password/reset/"))
    body = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert town.client().post("/password/reset", body).json()["code"] == "link_unusable"
    (attempt,) = desk.get(f"/admin/attempts?reference={reference}")["attempts"]
    assert attempt["reason"] == "account_disabled"


def test_nobody_disables_or_contains_themselves(town: Town, desk: Desk) -> None:
    before = town.account(desk.address)
    for action, body in (("disable", {}), ("contain", {"reason": "a slip"})):
        refused = desk.tries(desk.address, action, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "own_account")
    assert town.account(desk.address) == before
    assert desk.client.get("/admin/domains").status_code == 200


def test_unknown_user_and_impossible_address_are_the_same_404(town: Town, desk: Desk) -> None:
    """AD-02."""
    answers = [
        desk.tries(address, "disable") for address in (town.new_address("nobody"), "no address", "ä@x")
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "not_found")}
    assert len({str(one.json() | {"reference": ""}) for one in answers}) == 1


def test_in_a_browser_disable_asks_for_a_tick_and_says_what_was_done(town: Town, desk: Desk) -> None:
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
    page = browser.submits("/reauthenticate", password=PASSWORD, code=desk.code())
    assert page.path.partition("?")[0] == user_path(ann)
    assert town.account(ann).status == "active"
    page = presses(browser, f"{user_path(ann)}/disable", confirm="true")
    assert "The account is disabled" in page.text


def test_support_reads_and_changes_nothing(town: Town, desk: Desk) -> None:
    ann, support = town.person(), seated(town, Kind.SUPPORT)
    assert support.user(ann)["email"] == ann
    page = support.browser().opens(user_path(ann))
    assert page.heading.startswith(ann)
    assert [form.action for form in page.forms if "/admin/" in form.action] == []
