"""Flow 2: logging on, the one refusal with what the support desk asks for, and logging off."""

import re

import pytest

from chalicelib.domain.accounts import Status
from tests.fakes.samples import an_account
from tests.journeys.people import FIREFOX, together
from tests.journeys.town import PASSWORD, Town

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


@pytest.mark.parametrize("wanted", ["/account", "/account/sessions"])
def test_a_page_that_needs_a_session_is_reached_after_the_logon(town: Town, wanted: str) -> None:
    address, browser = town.person(), town.browser()
    page = browser.opens(wanted)
    assert page.path == f"/logon?next={wanted.replace('/', '%2F')}"
    assert browser.submits("/logon", email=address, password=PASSWORD).path == wanted


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


def test_reference_leads_to_the_true_reason(town: Town) -> None:
    address, client = town.person(), town.client()
    refused = client.post("/logon", {"email": address, "password": "not this one at all"})
    document = refused.json()
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert set(document) == {"type", "title", "status", "detail", "code", "reference"}
    assert (document["status"], document["code"], document["detail"]) == (401, "invalid_logon", REFUSAL)
    (event,) = town.store.events.by_reference(document["reference"])
    assert (event.reason, event.email, event.source) == ("wrong_password", address, client.source)
    assert event.user_agent == "portal-client/2.1 (journey)"
    assert event.url == town.url.replace("127.0.0.1", "localhost") + "/logon"


def test_every_refused_account_looks_the_same(town: Town) -> None:
    primary = town.person()
    refused = {
        "unknown": town.new_address(),
        "disabled": town.person(status=Status.DISABLED),
        "frozen": town.person(status=Status.FROZEN),
        "locked": town.person(failures=5, locked_until=4e9),
        "alias": town.person(alias_of=an_account(primary).id),
        "outside": town.person(ranges=("192.0.2.0/24",)),
        "no password": town.person(password=None),
        "nobody may": town.person(ranges=()),
    }
    wrong = town.client().tries(primary, PASSWORD + "!")
    answers = together(wrong, *(town.client().tries(address, PASSWORD) for address in refused.values()))
    assert not [answer for answer in answers if "Set-Cookie" in answer.headers]
    said = [(answer.status_code, str(answer.json() | {"reference": ""})) for answer in answers]
    assert dict(zip(["wrong password", *refused], said, strict=True)) == dict.fromkeys(
        ["wrong password", *refused], said[0]
    )
    assert said[0][0] == 401


def test_locked_owner_is_told_by_mail_with_a_way_back_in(town: Town) -> None:
    address, strangers = town.person(), [town.client() for _ in range(5)]
    owner = town.client()
    owner.logs_on(address, PASSWORD)
    guesses = together(*[stranger.tries(address, "guess after guess") for stranger in strangers])
    assert [guess.status_code for guess in guesses] == [401] * 5
    assert strangers[0].tries(address, PASSWORD)().status_code == 401
    assert owner.get("/account").status_code == 200  # LG-07: who is logged on stays so
    mail = town.mail(address, "locked for a while")
    assert "/password/reset/" in mail["text"]
    assert len(town.mails(address)) == 1


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
