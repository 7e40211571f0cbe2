"""A secure message from its sender to its recipient: invited if new, read once with a receipt, taken back before."""

import pytest

from tests.journeys.desk import Desk, guest, presses, seated
from tests.journeys.people import temporary_password
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

pytestmark = pytest.mark.slow

SUBJECT, BODY = "Your statement of November", "Dear Ann,\nthe balance is 12.\nGood day"
CHOSEN = "seven lanterns over a bridge"


@pytest.fixture(scope="module")
def desk(town: Town) -> Desk:
    return seated(town)


def sends(desk: Desk, to: str, **more: object) -> str:
    """A message on its way; its id."""
    answer = desk.client.post("/admin/messages", {"to": to, "subject": SUBJECT, "body": BODY, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def state(desk: Desk, message: str) -> tuple[str, bool]:
    """What the sender sees of it, and whether it has a read receipt."""
    (row,) = [one for one in desk.get("/admin/messages")["messages"] if one["id"] == message]
    assert "body" not in row
    return row["state"], row["read_at"] is not None


def test_new_recipient_is_invited_reads_it_and_the_sender_gets_a_receipt(town: Town, desk: Desk) -> None:
    new, client = town.new_address("new"), town.client()
    message = sends(desk, new)
    assert state(desk, message) == ("sent", False)
    notice = town.mail(new, "message")
    assert f"/messages/{message}" in notice["text"]
    assert BODY not in notice["text"] + notice["html"]
    temporary = temporary_password(town.mail(new, "temporary password"))
    assert client.logs_on(new, temporary) == "change_password"
    assert client.get(f"/messages/{message}").status_code == 403
    client.goes_on(client.post("/password/change", {"new_password": CHOSEN, "confirm_password": CHOSEN}))
    assert client.send("HEAD", f"/messages/{message}").status_code == 200
    assert state(desk, message) == ("sent", False)
    assert client.get(f"/messages/{message}").json()["body"] == BODY
    assert state(desk, message) == ("read", True)


def test_in_a_browser_sent_listed_and_recalled(town: Town, desk: Desk) -> None:
    ann, _ = guest(town)
    browser = desk.browser()
    browser.opens("/admin/messages")
    page = presses(browser, "/admin/messages", to="nonsense", subject=SUBJECT, body=BODY)
    assert (page.status, "Enter the whole email address" in page.text) == (422, True)
    page = presses(browser, "/admin/messages", to=ann)
    assert "The message is sent." in page.text
    assert "Not read yet" in page.text
    action = next(one.action for one in page.forms if one.action.partition("?")[0].endswith("/recall"))
    page = presses(browser, action.partition("?")[0])
    assert "The message is recalled" in page.text


def test_text_of_forty_minutes_is_back_after_logging_on_again(town: Town, desk: Desk) -> None:
    """WB-17: the session ended while it was written; with the code, in the same browser."""
    ann, client = guest(town)
    writer = seated(town)
    browser, text = writer.browser(), BODY * 100
    browser.opens("/admin/messages")
    writer.is_away()
    page = presses(browser, "/admin/messages", to=ann, subject=SUBJECT, body=text)
    assert "Nothing was changed" in page.text
    presses(browser, "/logon", email=writer.address, password=PASSWORD)
    page = presses(browser, "/logon/code", code=writer.phone.code())
    assert "Not sent yet" in page.text
    page = presses(browser, "/admin/messages")
    assert "The message is sent." in page.text
    (message,) = client.get("/messages").json()["messages"]
    assert client.get(f"/messages/{message['id']}").json()["body"] == text
