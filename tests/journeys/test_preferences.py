"""Language and time zone: chosen on a page without scripts, and true for every session at once."""

from tests.journeys.town import PASSWORD, Town


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
