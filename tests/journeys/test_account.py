"""One's own account in a browser without scripts: language and time zone, and where else one is logged on."""

import pytest

from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow


def test_language_and_zone_are_chosen_in_a_browser_without_scripts(town: Town) -> None:
    address, browser = town.person(), town.browser()
    browser.opens("/logon")
    browser.submits("/logon", email=address, password=PASSWORD)
    assert "/account/preferences" in browser.opens("/account").links
    browser.opens("/account/preferences")
    page = browser.submits("/account/preferences", language="de", time_zone="Europe/Berlin")
    assert page.path == "/account/preferences?notice=saved"
    assert '<html lang="de"' in page.html
    assert "<option selected>Europe/Berlin</option>" in page.html
    elsewhere = town.client()
    elsewhere.logs_on(address, PASSWORD)
    assert elsewhere.get("/account/preferences").json() == {"language": "de", "time_zone": "Europe/Berlin"}
    page = browser.submits("/account/preferences", language="", time_zone="")
    assert '<html lang="en"' in page.html
    assert elsewhere.get("/account/preferences").json() == {"language": None, "time_zone": None}


def test_sessions_are_ended_in_a_browser_without_scripts(town: Town) -> None:
    address, browser, elsewhere = town.person(), town.browser(), town.client()
    elsewhere.logs_on(address, PASSWORD)
    browser.opens("/logon")
    browser.submits("/logon", email=address, password=PASSWORD)
    page = browser.opens("/account/sessions")
    assert "Firefox 140.0 on Linux" in page.text
    assert "This session" in page.text
    page = browser.submits("/account/sessions/revoke")  # the first form there: the one other session
    assert page.path == "/account/sessions?notice=revoked"
    assert "The session has been ended." in page.text
    assert elsewhere.get("/account").status_code == 401
    assert "You are not logged on anywhere else." in page.text
