"""Flow 7: the notice of every new password, and its "this was not me"."""

import pytest

from chalicelib.domain.accounts import Status
from tests.journeys.people import FIREFOX, digits_shown, link, temporary_password, together, token_of
from tests.journeys.town import PASSWORD, Town

STOLEN, CHOSEN = "a thief has chosen this one", "seven lanterns over a harbour"


@pytest.fixture
def changed(town: Town) -> tuple[str, str]:
    """Somebody changed the password from Firefox: the address, and the path of the notice's link."""
    address, thief = town.person(), town.client("127.9.9.9")
    thief.logs_on(address, PASSWORD)
    body = {"current_password": PASSWORD, "new_password": STOLEN, "confirm_password": STOLEN}
    assert thief.post("/password/change", body, **{"User-Agent": FIREFOX}).status_code == 200
    return address, link(town.mail(address, "password has been reset"), "/not-me/")


def test_notice_says_what_happened_and_what_to_do(town: Town, changed: tuple[str, str]) -> None:
    notice = town.mail(changed[0], "password has been reset")
    for part in (notice["text"], notice["html"]):
        for words in (
            "has been reset",
            "127.9.9.9",
            "Firefox 140.0",
            "support@portal.test",
            "UTC",
            "no further action",
        ):
            assert words in part
        assert STOLEN not in part
    assert "yourself" in notice["text"].lower()


def test_opening_the_link_changes_nothing(town: Town, changed: tuple[str, str]) -> None:
    path = "/not-me/" + token_of(changed[1])
    before = town.dump()
    for method in ("HEAD", "GET", "GET"):
        assert town.client().send(method, path).status_code == 200
    page = town.browser().opens(changed[1])
    assert page.heading == "Was this not you?"
    assert town.dump() == before


def test_pressing_the_button_freezes_and_the_mailbox_gives_the_account_back(
    town: Town, changed: tuple[str, str]
) -> None:
    address, thief, browser = changed[0], town.client(), town.browser()
    assert thief.logs_on(address, STOLEN) == "portal"
    town.client().post("/password/forgot", {"email": address})
    outstanding = town.mail(address, "choose a new password")
    browser.opens(changed[1])
    page = browser.submits("/not-me", number=digits_shown(browser.page))
    assert (page.status, page.heading) == (200, "Your account is frozen")
    assert thief.get("/messages").status_code == 401
    assert town.account(address).status is Status.FROZEN
    void = (STOLEN, PASSWORD, temporary_password(outstanding))
    answers = together(*[town.client().tries(address, password) for password in void])
    assert [answer.status_code for answer in answers] == [401] * 3
    token = token_of(link(outstanding, "/password/reset/"))
    body = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert town.client().post("/password/reset", {"token": token, **body}).status_code == 410
    town.mail(address, "frozen")

    page = browser.opens("/password/forgot")
    browser.submits("/password/forgot", email=address)
    fresh = town.mail(address, "choose a new password", count=2)
    token = token_of(link(fresh, "/password/reset/"))
    assert town.client().post("/password/reset", {"token": token, **body}).status_code == 200
    assert town.client().logs_on(address, CHOSEN) == "portal"


def test_link_freezes_once(town: Town, changed: tuple[str, str]) -> None:
    token, client = token_of(changed[1]), town.client()
    done = client.post("/not-me", {"token": token})
    assert (done.status_code, done.json()) == (200, {"status": "frozen"})
    again = client.post("/not-me", {"token": token})
    assert (again.status_code, again.json()["code"]) == (410, "link_unusable")
    assert client.get(f"/not-me/{token}").status_code == 410


def test_notice_comes_for_every_way_of_setting_a_password(town: Town) -> None:
    """ML-01: one notice each, and the link of an earlier one is history."""
    address = town.person()
    body = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    town.client().post("/password/forgot", {"email": address})
    mail = town.mail(address, "choose a new password")
    client = town.client()
    client.logs_on(address, temporary_password(mail))
    assert client.goes_on(client.post("/password/change", body)) == "portal"
    first = town.mail(address, "password has been reset")
    body = {"current_password": CHOSEN, "new_password": STOLEN, "confirm_password": STOLEN}
    client.goes_on(client.post("/password/change", body))
    town.mail(address, "password has been reset", count=2)
    old = client.post("/not-me", {"token": token_of(link(first, "/not-me/"))})
    assert old.status_code == 410
    assert len([mail for mail in town.mails(address) if "has been reset" in mail["subject"]]) == 2
