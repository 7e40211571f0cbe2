"""The step `admin_messages`: sent, invited, read once with a receipt, taken back while unread."""

from typing import Any

import pytest

from chalicelib.domain.accounts import Account
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.fakes.samples import a_message
from tests.world.world import World

BODY = "Dear Ann,\nthe balance is 12.\nGood day"


def sends(desk: Staff, to: Account | str, **more: Any) -> str:
    address = to.address if isinstance(to, Account) else to
    reply = desk.visitor.post("/admin/messages", {"to": address, "subject": "Hello", "body": BODY, **more})
    assert reply.status == 201, reply.text
    return str(reply.json()["id"])


def state(desk: Staff, message: str) -> tuple[str, bool]:
    (row,) = [one for one in desk.visitor.get("/admin/messages").json()["messages"] if one["id"] == message]
    assert "body" not in row
    return row["state"], row["read_at"] is not None


def test_unknown_recipient_is_invited_in_a_mail_of_its_own(world: World) -> None:
    desk = staff(world)
    message = sends(desk, "new@people.test")
    notice, invitation = sorted(world.mails("new@people.test"), key=lambda mail: "temporary" in mail.subject)
    assert f"/messages/{message}" in notice.text
    assert "balance" not in notice.text
    assert invitation.temporary
    world.asks(world.fake.tables.accounts[next(iter(world.fake.tables.messages))[0]])
    sends(desk, "new@people.test")
    assert sum("temporary" in mail.subject for mail in world.mails("new@people.test")) == 1


def test_receipt_after_reading_and_not_after_a_head(world: World) -> None:
    desk, ann, reader = staff(world), world.person(), world.visitor()
    message = sends(desk, ann)
    reader.logs_on(ann)
    assert reader.sends("HEAD", f"/messages/{message}").status == 200
    assert state(desk, message) == ("sent", False)
    assert reader.get(f"/messages/{message}").json()["body"] == BODY
    assert state(desk, message) == ("read", True)


def test_ad_02_nobody_else_ever_reads_it(world: World) -> None:
    desk, ann = staff(world), world.person()
    message = sends(desk, ann)
    other = world.visitor()
    other.logs_on(world.person())
    missing = other.get("/messages/0-0").same
    for visitor in (other, desk.visitor, staff(world).visitor):
        assert visitor.get(f"/messages/{message}").same == missing
    assert "balance" not in str(world.fake.tables)


def test_recall_before_it_is_read_and_409_after(world: World) -> None:
    desk, ann, reader = staff(world), world.person(), world.visitor()
    unread, read = sends(desk, ann), sends(desk, ann)
    reader.logs_on(ann)
    reader.get(f"/messages/{read}")
    assert recalls(desk, unread, ann) == (200, "")
    assert reader.get(f"/messages/{unread}").code == "not_found"
    assert state(desk, unread) == ("recalled", False)
    assert recalls(desk, unread, ann) == (409, "conflict")
    assert recalls(desk, read, ann) == (409, "conflict")
    assert recalls(staff(world), read, ann) == (404, "not_found")
    assert reader.get(f"/messages/{read}").status == 200


def recalls(desk: Staff, message: str, who: Account) -> tuple[int, str]:
    reply = desk.visitor.post(f"/admin/messages/{message}/recall", {"to": who.address})
    return reply.status, reply.code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "a@x.test,b@y.test"),
        ("to", ["a@x.test"]),
        ("subject", "one\r\nBcc: all@x.test"),
        ("subject", "x" * 201),
        ("body", " "),
        ("body", "a\x00b"),
        ("expires_in_days", 0),
        ("expires_in_days", 366),
        ("expires_in_days", True),
    ],
)
def test_what_cannot_be_sent_is_refused_by_its_field(world: World, field: str, value: Any) -> None:
    desk = staff(world)
    good: dict[str, Any] = {"to": "a@x.test", "subject": "Hello", "body": BODY}
    refused = desk.visitor.post("/admin/messages", good | {field: value})
    assert (refused.status, refused.json()["field"]) == (422, field)
    assert world.rows("messages", "events")["messages"] == {}


def test_tr_02_sent_messages_go_back_to_the_first(world: World) -> None:
    desk, ann, other = staff(world), world.person(), staff(world)
    sent = [f"0{one:010x}-page" for one in range(230)]
    for one in sent:
        plant(world.store, a_message(ann, sender=desk.account.address)._replace(id=one))
    pages: list[list[str]] = []
    before: str | None = ""
    while before is not None:
        answer = desk.visitor.get(f"/admin/messages?before={before}").json()
        pages.append([row["id"] for row in answer["messages"]])
        before = answer["before"]
    assert [one for page in pages for one in page] == sent[::-1]
    assert [len(page) for page in pages] == [100, 100, 30]
    assert other.visitor.get(f"/admin/messages?before={sent[9]}").json()["messages"] == []
    html = desk.visitor.get("/admin/messages", Accept="text/html").text
    assert f'rel="next" href="/admin/messages?before={sent[-25]}&amp;later=0"' in html


@pytest.mark.parametrize("before", ["%00", "a%20b", "x" * 65, "%C3%A4"])
def test_tr_03_a_position_made_up_is_refused_and_a_form_does_not_mind(world: World, before: str) -> None:
    desk = staff(world)
    reply = desk.visitor.get(f"/admin/messages?before={before}")
    assert (reply.status, reply.json()["field"]) == (422, "before")
    form = desk.visitor.post(f"/admin/messages?before={before}", {"to": "x", "subject": "a", "body": "b"})
    assert (form.status, form.json()["field"]) == (422, "to")
