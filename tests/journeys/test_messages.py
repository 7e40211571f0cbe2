"""What it is all for: the list of messages, one message, and nobody else's."""

import pytest

from tests.journeys.people import Client
from tests.journeys.town import PASSWORD, Town


@pytest.fixture
def reader(town: Town) -> tuple[str, Client]:
    address, client = town.person("reader"), town.client()
    client.logs_on(address, PASSWORD)
    return address, client


def test_messages_are_listed_newest_first_and_reading_is_noted(
    town: Town, reader: tuple[str, Client]
) -> None:
    address, client = reader
    first, second = (
        town.sends(address, "The first"),
        town.sends(address, "The second", "Words.\n\nMore words."),
    )
    listed = client.get("/messages").json()["messages"]
    assert [(one["id"], one["subject"], one["read_at"]) for one in listed] == [
        (second, "The second", None),
        (first, "The first", None),
    ]
    assert set(listed[0]) == {"id", "from", "subject", "sent_at", "read_at", "expires_at"}
    assert client.send("HEAD", f"/messages/{second}").status_code == 200
    assert client.get("/messages").json()["messages"][0]["read_at"] is None  # nobody reads a HEAD
    message = client.get(f"/messages/{second}").json()
    assert (message["from"], message["body"]) == ("sender@bank.example", "Words.\n\nMore words.")
    read_at = client.get("/messages").json()["messages"][0]["read_at"]
    assert read_at is not None
    client.get(f"/messages/{second}")
    assert client.get("/messages").json()["messages"][0]["read_at"] == read_at


def test_other_peoples_expired_and_no_messages_are_the_same_404(
    town: Town, reader: tuple[str, Client]
) -> None:
    address, client = reader
    others, expired = town.sends(town.person("other")), town.sends(address, days=-1)
    tried = (others, expired, "no-such-id", "%00", "..%2f", "%0d%0aSet-Cookie:a=b", "A" * 65, "\u00e9")
    answers = [client.get(f"/messages/{one}") for one in tried]
    assert {(one.status_code, str(one.json() | {"reference": ""})) for one in answers} == {
        (404, str(answers[0].json() | {"reference": ""}))
    }
    assert answers[0].json()["code"] == "not_found"
    assert client.get("/messages").json()["messages"] == []


def test_mail_says_neither_subject_nor_body(town: Town) -> None:
    address = town.person()
    town.sends(address, "Diagnosis of last week", "Everything is well.")
    mail = town.mail(address, "secure message")
    for part in (mail["subject"], mail["text"], mail["html"]):
        assert "Diagnosis" not in part
        assert "Everything is well" not in part


def test_hostile_message_is_shown_as_text(town: Town) -> None:
    """WB-08."""
    address, browser = town.person(), town.browser()
    hostile = "<svg onload=alert(1)></main>{{7*7}}"
    identity = town.sends(address, hostile, hostile)
    browser.opens("/logon")
    listed = browser.submits("/logon", email=address, password=PASSWORD)
    shown = browser.opens(f"/messages/{identity}")
    for page in (listed, shown):
        assert "<svg onload" not in page.html
        assert "&lt;svg onload=alert(1)&gt;" in page.html
        assert hostile in page.text
