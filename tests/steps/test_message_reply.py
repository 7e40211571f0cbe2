"""The step `message_reply`, and what becomes of a reply: read by whoever sent the message, and by nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import reply_drawer
from chalicelib.domain.replies import KEPT_SECONDS, REPLIES_HOURLY
from chalicelib.flows import sent_messages
from tests.console.staff import Staff, logged_on, staff
from tests.fakes.looking import trail
from tests.fakes.planting import plant
from tests.world.clicking import at_once, pressed_twice
from tests.world.phones import enrolled
from tests.world.settings import PORTAL_URL
from tests.world.systems import system
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

WORDS = "Thank you, all is well.\nAnn"


@pytest.fixture
def reader(world: World) -> tuple[Account, Visitor]:
    account, visitor = world.person("ann@people.test"), world.visitor()
    visitor.logs_on(account)
    return account, visitor


def sent(desk: Staff, to: str = "ann@people.test", **fields: Any) -> str:
    reply = desk.visitor.post(
        "/admin/messages", {"to": to, "subject": "Statement", "body": "Good day."} | fields
    )
    assert reply.status == 201, reply.text
    return str(reply.json()["id"])


def answers(visitor: Visitor, message: str, words: str = WORDS) -> Reply:
    return visitor.post(f"/messages/{message}/reply", {"body": words})


def replies(desk: Staff, message: str, asked: str = "") -> Any:
    reply = desk.visitor.get(f"/admin/messages/{message}/replies{asked}")
    assert reply.status == 200, reply.text
    return reply.json()


def test_a_reply_is_read_by_who_sent_the_message(world: World, reader: tuple[Account, Visitor]) -> None:
    (ann, visitor), desk = reader, staff(world)
    message = sent(desk)
    assert replies(desk, message)["replies"] == []
    written = answers(visitor, message)
    assert written.status == 201
    (one,) = replies(desk, message)["replies"]
    assert (one["id"], one["from"], one["body"]) == (written.json()["id"], ann.address, WORDS)
    assert one["read_at"] is None
    (again,) = replies(desk, message)["replies"]
    assert again["read_at"] is not None


def test_ad_02_nobody_else_reads_it_and_it_is_sealed(world: World, reader: tuple[Account, Visitor]) -> None:
    """Another administrator, the support desk, another recipient: as if there were none."""
    desk, other = staff(world), staff(world)
    message = sent(desk)
    assert answers(reader[1], message, "for Kim alone").status == 201
    assert "for Kim alone" not in str(world.fake.tables)
    alien = other.visitor.get(f"/admin/messages/{message}/replies")
    none = other.visitor.get("/admin/messages/0-0/replies")
    assert alien.same == none.same
    assert (alien.status, alien.code) == (404, "not_found")
    assert staff(world, Kind.SUPPORT).visitor.get(f"/admin/messages/{message}/replies").status == 403
    assert other.visitor.get("/admin/messages").json()["messages"] == []
    assert reader[1].get("/messages").json()["messages"][0]["id"] == message
    assert len(reader[1].get("/messages").json()["messages"]) == 1


def test_ad_02_a_reply_that_was_moved_opens_for_nobody(world: World, reader: tuple[Account, Visitor]) -> None:
    desk, other = staff(world), staff(world)
    message, theirs = sent(desk), sent(other)
    answers(reader[1], message, "for Kim alone")
    tables = world.fake.tables.messages
    (row,) = [one for key, one in tables.items() if key[0].startswith("replies:")]
    moved = row._replace(account_id=reply_drawer(other.account.id), id=row.id.replace(message, theirs))
    plant(world.store, moved)
    (one,) = replies(other, theirs)["replies"]
    assert one["body"] is None


def test_ml_01_who_sent_it_is_told_without_a_word_of_it(
    world: World, reader: tuple[Account, Visitor]
) -> None:
    desk = staff(world)
    message = sent(desk)
    world.mails(desk.account)
    answers(reader[1], message, "The merger is off")
    mail = world.mails(desk.account)[-1]
    assert mail.text.splitlines().count(f"{PORTAL_URL}/admin/messages/{message}/replies") == 1
    for part in (mail.subject, mail.text, mail.html):
        assert "merger" not in part
        assert "Statement" not in part
    assert "ann@people.test" in mail.text


def test_tr_01_it_is_in_both_trails(world: World, reader: tuple[Account, Visitor]) -> None:
    (ann, visitor), desk = reader, staff(world)
    answers(visitor, sent(desk))
    assert EventKind.MESSAGE_ANSWERED in trail(world.store, ann)
    assert EventKind.REPLY_RECEIVED in trail(world.store, desk.account)
    assert "message_answered" in {one["kind"] for one in visitor.get("/account/activity").json()["events"]}
    (received,) = desk.trail(desk.account, "reply_received")
    assert received["actor"] == ann.address


@pytest.mark.parametrize("who", ["nobody's", "recalled", "expired", "none", "odd"])
def test_ad_02_what_one_cannot_read_one_cannot_answer(
    world: World, reader: tuple[Account, Visitor], who: str
) -> None:
    (ann, visitor), desk = reader, staff(world)
    message = sent(desk) if who != "nobody's" else sent(desk, "bob@people.test")
    if who == "recalled":
        desk.visitor.post(f"/admin/messages/{message}/recall", {"to": ann.address})
    elif who == "expired":
        kept = world.fake.tables.messages[ann.id, message]
        plant(world.store, kept._replace(expires_at=world.clock()))
    elif who in {"none", "odd"}:
        message = "0-0" if who == "none" else "%2e%2e"
    before = world.rows("messages", "events")
    refused = answers(visitor, message)
    assert (refused.status, refused.code) == (404, "not_found")
    assert visitor.get(f"/messages/{message}/reply").status == 404
    assert world.rows("messages", "events") == before


def test_nobody_reads_what_is_written_back_to_a_service(
    world: World, reader: tuple[Account, Visitor]
) -> None:
    """Its contract has no way to it; a person is told so before they write, and a program when it asks."""
    (ann, visitor), sender = reader, system(world, staff(world))
    message = sender.sent()
    refused = answers(visitor, message)
    assert (refused.status, refused.code) == (409, "no_reply")
    browser = world.browser()
    browser.logs_on(ann)
    page = browser.get(f"/messages/{message}").text
    assert "The sender reads no replies in the portal." in page
    assert f"/messages/{message}/reply" not in page


@pytest.mark.parametrize("gone", [{"status": Status.DISABLED}, {"kind": Kind.RECIPIENT}], ids=str)
def test_a_sender_who_reads_no_more_is_told_at_once(
    world: World, reader: tuple[Account, Visitor], gone: dict[str, Any]
) -> None:
    """Not that it was sent, to lie where nobody looks."""
    desk = staff(world)
    message = sent(desk)
    plant(world.store, world.fake.tables.accounts[desk.account.id]._replace(**gone))
    before = world.rows("messages", "events")
    refused = answers(reader[1], message)
    assert (refused.status, refused.code) == (409, "no_reply")
    assert world.rows("messages", "events") == before


@pytest.mark.parametrize("words", ["", " \n", "a\x00b", "x" * 12001])
def test_what_cannot_be_sent_is_refused_by_its_field(
    world: World, reader: tuple[Account, Visitor], words: str
) -> None:
    refused = answers(reader[1], sent(staff(world)), words)
    assert (refused.status, refused.json()["field"]) == (422, "body")


def test_ml_06_each_account_writes_so_many_an_hour(world: World, reader: tuple[Account, Visitor]) -> None:
    visitor, desk = reader[1], staff(world)
    message = sent(desk)
    for _ in range(REPLIES_HOURLY.most):
        assert answers(visitor, message).status == 201
    refused = answers(visitor, message)
    assert (refused.status, refused.code) == (429, "throttled")
    bob, other = world.person("bob@people.test"), world.visitor()
    other.logs_on(bob)
    assert answers(other, sent(desk, bob.address)).status == 201
    world.clock.passes(int(refused.header("Retry-After")))
    assert answers(visitor, message).status == 201


def test_all_of_many_are_reached(
    world: World, reader: tuple[Account, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_messages, "REPLIES_FOR_A_PROGRAM", 4)
    desk = staff(world)
    message = sent(desk)
    world.clock.passes(1)
    other = sent(desk)
    answers(reader[1], other)
    written = []
    for number in range(10):
        written.append(answers(reader[1], message, f"number {number}").json()["id"])
        world.clock.passes(1)
    pages = [replies(desk, message)]
    while pages[-1]["before"]:
        pages.append(replies(desk, message, f"?before={pages[-1]['before']}"))
    assert [one["id"] for told in pages for one in told["replies"]] == written[::-1]
    (newer, older) = desk.visitor.get("/admin/messages").json()["messages"]
    assert (newer["id"], newer["replies"], newer["new_replies"]) == (other, 1, 1)
    assert (older["id"], older["replies"], older["new_replies"]) == (message, 10, 0)


def test_a_reply_outlives_the_message_and_not_its_own_days(
    world: World, reader: tuple[Account, Visitor]
) -> None:
    desk = staff(world)
    message = sent(desk, expires_in_days=1)
    answers(reader[1], message)
    (row,) = [one for key, one in world.fake.tables.messages.items() if key[0].startswith("replies:")]
    assert row.expires_at == int(row.sent_at) + KEPT_SECONDS
    plant(world.store, row._replace(expires_at=world.clock()))  # DynamoDB takes it away some day
    assert replies(desk, message)["replies"] == []
    assert desk.visitor.get("/admin/messages").json()["messages"][0]["replies"] == 0


@pytest.mark.parametrize(("days", "kept"), [("30", 30 * 86400), ("365", KEPT_SECONDS)])
def test_tr_18_a_reply_is_kept_no_longer_than_its_event_by_which_an_erasure_finds_it(
    days: str, kept: int
) -> None:
    world = World(TRAIL_DAYS=days)
    ann, visitor, desk = world.person("ann@people.test"), world.visitor(), staff(world)
    visitor.logs_on(ann)
    assert answers(visitor, sent(desk)).status == 201
    (row,) = [
        one for key, one in world.fake.tables.messages.items() if key[0] == reply_drawer(desk.account.id)
    ]
    assert row.expires_at == int(row.sent_at) + kept


# In a browser.


def form_of(page: Reply) -> str:
    found = re.search(r'name="form" value="(\w+)"', page.text)
    assert found
    return found[1]


@pytest.mark.parametrize("how", ["after", "at once"])
def test_wb_20_a_form_that_is_sent_twice_writes_one_reply(world: World, how: str) -> None:
    ann, browser, desk = world.person("ann@people.test"), world.browser(), staff(world)
    browser.logs_on(ann)
    message = sent(desk)
    path = f"/messages/{message}/reply"
    assert f'href="{path}"' in browser.get(f"/messages/{message}").text
    fields = {"form": form_of(browser.get(path)), "body": WORDS}
    done = at_once(world, browser, path, fields) if how == "at once" else pressed_twice(browser, path, fields)
    assert (done.status, done.header("Location")) == (303, f"/messages/{message}?done=replied")
    assert "Your reply is sent." in browser.get(done.header("Location")).text
    assert len(replies(desk, message)["replies"]) == 1


def test_a_refused_form_comes_back_as_it_was_filled_in(world: World) -> None:
    ann, browser = world.person("ann@people.test"), world.browser()
    browser.logs_on(ann)
    path = f"/messages/{sent(staff(world))}/reply"
    page = browser.post(path, {"form": form_of(browser.get(path)), "body": "a\x00b"})
    assert page.status == 422
    assert "Enter a message." in page.text
    long = browser.post(path, {"form": form_of(browser.get(path)), "body": "kept " * 2600})
    assert (long.status, "This is too long." in long.text) == (422, True)


def test_the_console_shows_replies_and_where_they_are_new(world: World) -> None:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    fields = {"to": "ann@people.test", "subject": "Statement", "body": "Good day."}
    browser.post("/admin/messages", fields | {"form": form_of(browser.get("/admin/messages"))})
    ann, visitor = world.person("ann@people.test"), world.visitor()
    visitor.logs_on(ann)
    (message,) = [one["id"] for one in visitor.get("/messages").json()["messages"]]
    assert answers(visitor, message).status == 201
    path = f"/admin/messages/{message}/replies"
    listed = browser.get("/admin/messages").text
    assert f'href="{path}">1 reply' in listed
    assert '<span class="badge">New</span>' in listed
    page = browser.get(path).text
    assert "Thank you, all is well." in page
    assert '<span class="badge">New</span>' not in browser.get("/admin/messages").text
