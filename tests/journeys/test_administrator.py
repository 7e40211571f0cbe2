"""The first start, as a person finds it: an invited administrator, a demonstration message, and the mailbox page."""

import pytest
import requests

from tests.gateway import Gateway
from tests.journeys.people import Browser, Client, temporary_password, together
from tests.journeys.phones import Phone
from tests.journeys.town import new_source
from tests.world.visitors import CHOSEN

pytestmark = pytest.mark.slow

ADMINISTRATOR, RECIPIENT = "admin@portal.test", "recipient@portal.test"


def test_first_administrator_must_change_and_must_enrol(gateway: Gateway) -> None:
    temporary = temporary_password(gateway.wait_for_mails(ADMINISTRATOR)[0])
    browser = Browser(gateway.url, new_source())
    browser.opens("/logon")
    page = browser.submits("/logon", email=ADMINISTRATOR, password=temporary)
    assert page.path == "/password/change"
    assert browser.opens("/account/two-step").path.startswith("/password/change")
    page = browser.submits("/password/change", new_password=CHOSEN, confirm_password=CHOSEN)
    assert (page.path.partition("?")[0], page.heading) == (
        "/account/two-step",
        "Turn on 2-step authentication",
    )
    assert "must use 2-step" in page.text
    assert browser.opens("/messages").path.startswith("/account/two-step")

    client = Client(gateway.url, new_source())
    assert client.logs_on(ADMINISTRATOR, CHOSEN) == "enrol_two_step"
    assert client.get("/account").json()["next"] == "enrol_two_step"
    phone = Phone(client.post("/account/two-step").json()["secret"])
    assert client.goes_on(client.post("/account/two-step/confirm", {"code": phone.code()})) == "portal"
    assert client.get("/account").json()["kind"] == "administrator"
    assert browser.opens("/messages").path.startswith("/logon")  # enrolling ended the other session


def test_no_account_has_a_default_password(gateway: Gateway) -> None:
    """LG-11."""
    tries = [
        Client(gateway.url, new_source()).tries(f"{name}@portal.test", password)
        for name in ("admin", "root", "administrator", "test", "support")
        for password in (name, "password", "changeme")
    ]
    assert {answer.status_code for answer in together(*tries)} == {401}


def test_recipient_follows_the_mailbox_page_to_the_demonstration_message(gateway: Gateway) -> None:
    mails = gateway.wait_for_mails(RECIPIENT, 2)
    mailbox = requests.get(f"{gateway.url}/_local/mail", headers={"Accept": "text/html"}, timeout=10)
    assert "Your temporary password" in mailbox.text
    message, invitation = sorted(mails, key=lambda mail: "temporary" in str(mail["subject"]))
    browser = Browser(gateway.url, new_source())
    browser.opens(next(line for line in message["text"].splitlines() if "/messages/" in line))
    browser.submits("/logon", email=RECIPIENT, password=temporary_password(invitation))
    page = browser.submits("/password/change", new_password=CHOSEN, confirm_password=CHOSEN)
    assert page.heading == "Your statement for this month"
    assert "Support: support@portal.test" in page.text
