"""Flow 1: somebody without an account is sent a secure message, and comes to read it."""

import pytest

from tests.journeys.people import temporary_password
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN


@pytest.fixture
def newcomer(town: Town) -> str:
    address = town.new_address("new")
    town.sends(address, subject="Your statement", body="The balance is 12.")
    return address


def test_newcomer_reads_the_message_in_a_browser_without_scripts(town: Town, newcomer: str) -> None:
    message = town.mail(newcomer, "secure message")
    temporary = temporary_password(town.mail(newcomer, "temporary password"))
    browser = town.browser()
    path = next(line for line in message["text"].splitlines() if "/messages/" in line)
    page = browser.opens(path, site="cross-site")
    assert page.path.startswith("/logon?next=%2Fmessages%2F")
    assert browser.trail[0][0] == 303

    page = browser.submits("/logon", email=newcomer, password=temporary)
    assert page.heading == "Choose a new password"
    assert "temporary password" in page.text
    assert [status for status, _ in browser.trail] == [303, 200]
    page = browser.submits("/password/change", new_password="too short", confirm_password="too short")
    assert (page.status, page.heading) == (422, "Choose a new password")
    assert "not met" in page.text
    page = browser.submits("/password/change", new_password=CHOSEN, confirm_password=CHOSEN)
    assert page.status == 200
    assert page.heading == "Your statement"  # the message the mail was about, not merely the list
    assert "The balance is 12." in page.text


def test_newcomer_reads_the_message_as_a_client(town: Town, newcomer: str) -> None:
    temporary = temporary_password(town.mail(newcomer, "temporary password"))
    client = town.client()
    assert client.logs_on(newcomer, temporary) == "change_password"
    refused = client.get("/messages")
    assert (refused.status_code, refused.json()["code"]) == (403, "step_required")
    assert refused.json()["next"] == "change_password"

    body = {"new_password": CHOSEN, "confirm_password": CHOSEN}
    assert client.goes_on(client.post("/password/change", body)) == "portal"
    (listed,) = client.get("/messages").json()["messages"]
    assert listed["subject"] == "Your statement"
    assert client.get(f"/messages/{listed['id']}").json()["body"] == "The balance is 12."
    assert town.client().logs_on(newcomer, CHOSEN) == "portal"
