"""Flow 7: the notice of every new password, and its "this was not me"."""

import pytest

from chalicelib.domain.accounts import Status
from tests.journeys.people import FIREFOX, digits_shown, link, temporary_password, together, token_of
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow

STOLEN, CHOSEN = "a thief has chosen this one", "seven lanterns over a harbour"


@pytest.fixture
def changed(town: Town) -> tuple[str, str]:
    """Somebody changed the password from far away, as the notice says: the address, and the link of the notice."""
    address, thief = town.person(), town.client("127.9.9.9")
    thief.logs_on(address, PASSWORD)
    body = {"current_password": PASSWORD, "new_password": STOLEN, "confirm_password": STOLEN}
    assert thief.post("/password/change", body, **{"User-Agent": FIREFOX}).status_code == 200
    notice = town.mail(address, "password has been reset")
    for part in (notice["text"], notice["html"]):
        assert "127.9.9.9" in part
        assert "Firefox 140.0" in part
    return address, link(notice, "/not-me/")


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
