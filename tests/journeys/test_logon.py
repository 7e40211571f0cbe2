"""Flow 2: logging on, the one refusal with what the support desk asks for, and logging off."""

import re

from tests.journeys.people import FIREFOX
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

REFUSAL = "Invalid username, password or permissions. Please check you are using the correct URL."
REFERENCE = re.compile(r"[2-9B-Z]{4}-[2-9B-Z]{4}")


def test_logon_leads_to_the_messages_and_shows_the_last_logon(town: Town) -> None:
    address, browser = town.person(), town.browser()
    browser.opens("/")
    assert browser.page.path == "/logon"
    page = browser.submits("/logon", email=address, password=PASSWORD)
    assert (page.path, page.heading) == ("/messages", "Messages")
    assert "last log on" not in page.text
    page = town.browser().opens("/logon")
    second = town.browser()
    second.opens("/logon")
    assert "last log on" in second.submits("/logon", email=address, password=PASSWORD).text


def test_refusal_gives_the_support_desk_what_it_asks_for(town: Town) -> None:
    address, browser = town.person(), town.browser()
    browser.opens("/logon")
    page = browser.submits("/logon", email=address, password="not this one at all")
    assert page.status == 401
    assert REFUSAL in page.text
    facts = page.facts()
    assert REFERENCE.fullmatch(facts["Reference"])
    assert "UTC" in facts["Date and time"]
    assert facts["URL"] == town.gateway.url.replace("127.0.0.1", "localhost") + "/logon"
    assert facts["Email address"] == address
    assert facts["Browser"] == "Firefox 140.0"
    assert facts["Operating system"] == "Linux"
    assert facts["Your network address"] == browser.source
    for advice in ("I am a customer", "I am not a customer", "Contact the sender", "supported browsers"):
        assert advice in page.text
    # and the way on is on the same page
    assert page.form("/logon").values["email"] == address
    assert "/password/forgot" in page.links


def test_logging_off_ends_the_session_on_the_server(town: Town) -> None:
    address, browser, client = town.person(), town.browser(), town.client()
    browser.opens("/logon")
    browser.submits("/logon", email=address, password=PASSWORD)
    token = browser.session_token
    assert token
    page = browser.submits("/logoff")
    assert (page.path, browser.session_token) == ("/logon?notice=logged_off", None)
    assert "You are logged off" in page.text
    client.token = token
    assert client.get("/messages").status_code == 401

    client.logs_on(address, PASSWORD)
    gone = client.post("/logoff")
    assert (gone.status_code, gone.content) == (204, b"")
    assert client.get("/messages").json()["code"] == "session_required"


def test_help_shows_what_the_portal_sees_of_its_reader(town: Town) -> None:
    browser, client = town.browser(), town.client()
    page = browser.opens("/help")
    assert page.facts()["Your network address"] == browser.source
    assert page.facts()["Browser"] == "Firefox 140.0"
    assert "Firefox 115 or later" in page.text
    assert REFUSAL in page.text
    seen = client.get("/help", **{"User-Agent": FIREFOX}).json()
    assert (seen["address"], seen["browser"], seen["supported"]) == (client.source, "Firefox", True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", seen["time"])
