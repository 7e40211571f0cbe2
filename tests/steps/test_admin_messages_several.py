"""The step `admin_messages`, for several recipients at once: each their own, a result a line, and nobody twice."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.repeats import REPEAT_SECONDS
from chalicelib.flows.many_recipients import MOST
from tests.console.staff import logged_on, staff
from tests.world.clicking import at_once, pressed_twice
from tests.world.moving import moves
from tests.world.phones import enrolled
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

PATH = "/admin/messages"
WORDS = {"subject": "Hello", "body": "Good day."}


@pytest.fixture
def browser(world: World) -> Visitor:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    return logged_on(world, world.browser(), account, phone)


def form(browser: Visitor, to: str) -> dict[str, str]:
    found = re.search(r'name="form" value="(\w+)"', browser.get(PATH).text)
    assert found
    return WORDS | {"form": found[1], "to": to}


def results(page: Reply) -> list[tuple[str, str]]:
    assert page.status == 201, page.text
    return re.findall(r'<li><bdi>([^<]*)</bdi> <span class="badge[^"]*">([^<]*)<', page.text)


def got(world: World) -> list[str]:
    events = [one for one in world.fake.tables.events.values() if one.kind is EventKind.MESSAGE_SENT]
    return sorted(str(one.email) for one in events)


def test_each_gets_their_own_and_each_line_its_result(world: World, browser: Visitor) -> None:
    ann = world.person("ann@people.test")
    page = browser.post(PATH, form(browser, "ann@people.test, new@people.test\nAnn@people.test;bob@\n"))
    assert results(page) == [
        ("ann@people.test", "Sent"),
        ("new@people.test", "Sent"),
        ("ann@people.test", "Named twice, sent once"),
        ("bob@", "No whole address"),
    ]
    assert got(world) == ["ann@people.test", "new@people.test"]
    assert re.search(r"<textarea[^>]*name=\"to\"[^>]*>\s*bob@</textarea>", page.text)
    reader = world.visitor()
    reader.logs_on(ann)
    (line,) = reader.get("/messages").json()["messages"]
    assert reader.get(f"/messages/{line['id']}").json()["body"] == "Good day."
    assert any(mail.temporary for mail in world.mails("new@people.test") if "temporary" in mail.subject)


@pytest.mark.parametrize("how", ["after", "at once", "an hour later"])
def test_wb_20_a_form_that_is_sent_twice_reaches_nobody_twice(
    world: World, browser: Visitor, how: str
) -> None:
    fields = form(browser, "ann@people.test bob@people.test")
    if how == "an hour later":
        browser.post(PATH, fields)
        world.clock.passes(REPEAT_SECONDS * 20)
        page = browser.post(PATH, fields)
    else:
        page = (
            at_once(world, browser, PATH, fields)
            if how == "at once"
            else pressed_twice(browser, PATH, fields)
        )
    assert [result for _, result in results(page)] == ["Sent", "Sent"]
    assert got(world) == ["ann@people.test", "bob@people.test"]


def test_what_was_not_sent_is_sent_by_the_same_form_and_nothing_else(
    world: World, browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store goes away in the middle: who has it keeps it, and the rest get it once."""
    fields = form(browser, "ann@people.test bob@people.test eve@people.test")
    send, seen = world.fake.messages.send, []

    def away(*given: Any) -> None:
        seen.append(given)
        if len(seen) == 2:
            raise Unavailable("dynamodb:away")
        send(*given)

    monkeypatch.setattr(world.fake.messages, "send", away)
    page = browser.post(PATH, fields)
    assert [result for _, result in results(page)] == ["Sent", "Not sent yet", "Not sent yet"]
    assert re.search(r"name=\"to\"[^>]*>\s*bob@people.test\neve@people.test</textarea>", page.text)
    assert got(world) == ["ann@people.test"]
    assert [result for _, result in results(browser.post(PATH, fields))] == ["Sent"] * 3
    assert got(world) == ["ann@people.test", "bob@people.test", "eve@people.test"]


def test_one_who_cannot_be_reached_holds_up_nobody_and_nobody_gets_it_twice(
    world: World, browser: Visitor
) -> None:
    """Refused as a whole behind the first of them, it would be sent once more, corrected, to who has it already."""
    desk, closed, moved = staff(world), world.person("closed@people.test"), world.person("old@people.test")
    assert desk.tries(closed, "erase", confirm=closed.address, reason="Asked for it").status == 202
    moves(world, desk, moved)
    page = browser.post(
        PATH, form(browser, "ann@people.test closed@people.test old@people.test bob@people.test")
    )
    assert results(page) == [
        ("ann@people.test", "Sent"),
        ("closed@people.test", "Not sent: the account is closed for good"),
        ("old@people.test", "Not sent: this address was given up"),
        ("bob@people.test", "Sent"),
    ]
    assert re.search(r"name=\"to\"[^>]*>\s*closed@people.test\nold@people.test</textarea>", page.text)
    assert got(world) == ["ann@people.test", "bob@people.test"]
    refused = browser.post(PATH, form(browser, "closed@people.test old@people.test"))
    assert [result for _, result in results(refused)][1] == "Not sent: this address was given up"
    assert got(world) == ["ann@people.test", "bob@people.test"]


def test_in_05_one_that_is_spelled_otherwise_is_shown_before_anything_is_sent(
    world: World, browser: Visitor
) -> None:
    asked = browser.post(PATH, form(browser, "ann@people.test\nbob@büro.test"))
    assert (asked.status, got(world)) == (409, [])
    assert "bob@xn--bro-hoa.test" in asked.text
    again = form(browser, "ann@people.test\nbob@xn--bro-hoa.test")
    assert [result for _, result in results(browser.post(PATH, again))] == ["Sent", "Sent"]


def test_more_than_one_form_can_take_are_refused(world: World, browser: Visitor) -> None:
    refused = browser.post(PATH, form(browser, " ".join(f"a{one}@b.test" for one in range(MOST + 1))))
    assert (refused.status, got(world)) == (422, [])
    assert "Enter the whole email address" in refused.text


def test_none_of_several_is_an_address(world: World, browser: Visitor) -> None:
    refused = browser.post(PATH, form(browser, "ann bob"))
    assert (refused.status, got(world)) == (422, [])


def test_a_program_sends_each_by_itself(world: World) -> None:
    refused = staff(world).visitor.post(PATH, WORDS | {"to": "a@x.test,b@y.test"})
    assert (refused.status, refused.json()["field"]) == (422, "to")
