"""Flows 3 to 6: asking for a way back in, by temporary password or by link, and the new password."""

import pytest
import requests

from chalicelib.domain.accounts import Status
from tests.journeys.people import Browser, link, temporary_password, token_of
from tests.journeys.town import PASSWORD, Town

CHOSEN = "seven lanterns over a harbour"


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


def test_scanner_that_opens_the_link_spends_nothing(town: Town) -> None:
    address = town.person()
    where = link(ask(town, address), "/password/reset/")
    path = where.partition("//")[2].partition("/")[2]
    before = town.dump("accounts", "resets", "sessions", "messages")
    for method in ("HEAD", "GET") * 3:
        answer = town.client().send(method, f"/{path}")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/password/reset")
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        assert town.client().send(method, "/password/reset", headers={"Cookie": cookie}).status_code == 200
    assert town.dump("accounts", "resets", "sessions", "messages") == before
    token = token_of(where)
    assert town.client().post("/password/reset", {"token": token, **chosen(CHOSEN)}).status_code == 200


def test_asking_changes_nothing_until_the_new_password_is_set(town: Town) -> None:
    address, client = town.person(), town.client()
    client.logs_on(address, PASSWORD)
    first, second = ask(town, address), ask(town, address)
    assert client.get("/account").status_code == 200
    assert town.client().logs_on(address, PASSWORD) == "portal"
    # Asking again voids nothing ...
    token = token_of(link(first, "/password/reset/"))
    assert town.client().post("/password/reset", {"token": token, **chosen(CHOSEN)}).status_code == 200
    # ... and success voids everything that was issued, and every session.
    token = token_of(link(second, "/password/reset/"))
    late = town.client().post("/password/reset", {"token": token, **chosen(CHOSEN + "!")})
    assert (late.status_code, late.json()["code"]) == (410, "link_unusable")
    body = {"email": address, "password": temporary_password(second)}
    assert town.client().post("/logon", body).status_code == 401
    assert client.get("/account").status_code == 401


def test_answer_to_forgotten_is_the_same_for_everybody(town: Town) -> None:
    addresses = [town.new_address(), town.person(), town.person(status=Status.DISABLED)]
    addresses += [town.person(status=Status.FROZEN), town.person(undeliverable="bounced")]
    answers = [town.client().post("/password/forgot", {"email": address}) for address in addresses]
    assert {(one.status_code, one.text, one.headers.get("Set-Cookie")) for one in answers} == {
        (202, answers[0].text, None)
    }
    town.mail(addresses[1], "choose a new password")
    town.mail(addresses[3], "choose a new password")
    assert [town.mails(addresses[at]) for at in (0, 2, 4)] == [[], [], []]


def test_reset_link_works_during_a_lock_and_lifts_it(town: Town) -> None:
    address = town.person(failures=9, locked_until=4e9)
    token = token_of(link(ask(town, address), "/password/reset/"))
    assert town.client().post("/password/reset", {"token": token, **chosen(CHOSEN)}).status_code == 200
    assert town.client().logs_on(address, CHOSEN) == "portal"


@pytest.mark.parametrize("kind", ["used", "malformed", "unknown", "none"])
def test_unusable_link_gets_one_answer_and_one_button(town: Town, kind: str) -> None:
    address = town.person()
    token = token_of(link(ask(town, address), "/password/reset/"))
    town.client().post("/password/reset", {"token": token, **chosen(CHOSEN)})
    given = {"used": token, "malformed": "%00..evil", "unknown": "A" * 43, "none": None}[kind]
    browser = town.browser()
    page = browser.opens("/password/reset" if given is None else f"/password/reset/{given}")
    assert (page.status, page.path) == (410, "/password/reset")
    assert page.heading == "This link can no longer be used"
    assert "Send me a new link" in page.html
    assert browser.submits("/password/forgot", email=address).heading == "Check your mail"
    town.mail(address, "choose a new password", count=2)


def test_criteria_are_listed_for_anybody_and_judged_for_whoever_may_set_one(town: Town) -> None:
    address, client = town.person(), town.client()
    listed = client.get("/password/criteria").json()["criteria"]
    assert [one["id"] for one in listed] == ["length", "not_common", "not_personal", "different", "match"]
    assert all(set(one) == {"id", "label"} for one in listed)
    assert client.post("/password/criteria", chosen(CHOSEN)).status_code == 401
    token = token_of(link(ask(town, address), "/password/reset/"))
    judged = client.post("/password/criteria", {"token": token, **chosen(address, CHOSEN)}).json()["criteria"]
    assert {one["id"]: one["met"] for one in judged} == {
        "length": True,
        "not_common": True,
        "not_personal": False,
        "different": True,
        "match": False,
    }
    client.logs_on(address, PASSWORD)
    judged = client.post("/password/criteria", chosen(CHOSEN)).json()["criteria"]
    assert all(one["met"] for one in judged)


def test_reset_while_logged_on_as_somebody_else_mixes_no_identities(town: Town) -> None:
    """RS-14."""
    ann, bob = town.person("ann"), town.person("bob")
    browser = town.browser()
    browser.opens("/logon")
    browser.submits("/logon", email=ann, password=PASSWORD)
    browser.opens(link(ask(town, bob), "/password/reset/"))
    assert browser.submits("/password/reset", **chosen(CHOSEN)).path == "/password/reset?done=1"
    assert ann in browser.opens("/account").text
    assert town.client().logs_on(ann, PASSWORD) == "portal"
    assert town.client().logs_on(bob, CHOSEN) == "portal"


def test_token_leaves_the_url_and_no_page_gives_it_away(town: Town) -> None:
    """RS-04."""
    address = town.person()
    token = token_of(link(ask(town, address), "/password/reset/"))
    moved: requests.Response = town.client().get(f"/password/reset/{token}")
    assert token not in moved.headers["Location"]
    assert "HttpOnly" in moved.headers["Set-Cookie"]
    assert moved.headers["Referrer-Policy"] == "same-origin"
    browser = town.browser()
    page = browser.opens(f"/password/reset/{token}")
    assert token not in page.html
    assert page.headers["Cache-Control"] == "no-store"
    assert not [one for one in page.links if one.startswith("http")]
    assert token not in town.gateway.log
