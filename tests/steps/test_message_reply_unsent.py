"""The step `message_reply`: a reply whose session ended while it was written is back after logging on (WB-17)."""

from __future__ import annotations

import html
import re

import pytest

from chalicelib.domain.accounts import Account
from tests.console.staff import Staff, staff
from tests.web.routes import EVERY_TABLE
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

COOKIE = "__Host-portal-unfinished"
TEXT = "Dear Bob,\r\n\r\n" + "this took forty minutes: <b>ä</b> & more. " * 150 + "\r\nGood day"
LOGON = {"password": PASSWORD}


@pytest.fixture
def desk(world: World) -> Staff:
    return staff(world)


@pytest.fixture
def ann(world: World) -> Account:
    return world.person("ann@people.test")


@pytest.fixture
def page(desk: Staff, ann: Account) -> str:
    """Where the reply to a message is written."""
    sent = desk.visitor.post(
        "/admin/messages", {"to": ann.address, "subject": "Statement", "body": "Good day."}
    )
    return f"/messages/{sent.json()['id']}/reply"


@pytest.fixture
def browser(world: World, ann: Account) -> Visitor:
    one = world.browser()
    one.logs_on(ann)
    return one


def refused(world: World, browser: Visitor, page: str, text: str = TEXT) -> Reply:
    """The answer to what is sent after the session was idle for too long."""
    assert browser.get(page).status == 200
    world.clock.passes(1800)
    return browser.post(page, {"body": text})


def typed(page: Reply) -> str:
    (body,) = re.findall(r'<textarea id="body"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    return html.unescape(re.sub(r"\r?\n", "\r\n", body))


def test_wb_17_a_reply_is_back_after_logging_on_and_sent_by_one_press(
    world: World, browser: Visitor, ann: Account, page: str
) -> None:
    """WB-17."""
    answer = refused(world, browser, page)
    assert answer.header("Location").startswith("/logon?next=%2Fmessages%2F")
    back = browser.goes_on(browser.post(answer.header("Location"), {"email": ann.address, **LOGON}))
    assert back == page
    for _ in range(2):
        shown = browser.get(page)
        assert typed(shown) == TEXT
        assert "Not sent yet" in shown.text
        assert "Not done yet" not in shown.text
    done = browser.post(page, {"body": TEXT})
    assert done.header("Location").endswith("?done=replied")
    assert COOKIE not in browser.jar
    assert ("Not sent yet" in browser.get(page).text, typed(browser.get(page))) == (False, "")


def test_wb_17_a_reply_stands_in_clear_nowhere(world: World, browser: Visitor, page: str) -> None:
    """WB-17: neither in a table, nor in a cookie, nor in a log."""
    refused(world, browser, page)
    stored = str(world.rows(*EVERY_TABLE))
    for text in (stored, str(browser.jar), "".join(map(str, world.lines))):
        assert "forty" not in text


def test_wb_17_who_logs_on_next_at_the_same_browser_sees_nothing_of_it(
    world: World, browser: Visitor, page: str
) -> None:
    """WB-17."""
    refused(world, browser, page)
    kept, eve = browser.jar[COOKIE], world.person()
    browser.logs_on(eve)
    browser.jar[COOKIE] = kept
    assert browser.get(page).status == 404
    for forged in (kept, kept.replace(kept.partition(":")[0], eve.id)):
        browser.jar[COOKIE] = forged
        assert "forty" not in browser.get("/messages").text


def test_wb_17_another_reply_s_page_says_where_it_waits(
    world: World, browser: Visitor, ann: Account, page: str
) -> None:
    """WB-17: it belongs to the message that it was written under."""
    refused(world, browser, page)
    desk = staff(world)
    other = desk.visitor.post("/admin/messages", {"to": ann.address, "subject": "Other", "body": "Good day."})
    browser.logs_on(ann)
    shown = browser.get(f"/messages/{other.json()['id']}/reply")
    assert (typed(shown), "Not done yet" in shown.text) == ("", True)
    assert f'<a href="{page}">Go on where you were' in shown.text
    assert "Send reply" in shown.text
    assert typed(browser.get(page)) == TEXT
    gone = browser.get(f"{page}?discard=1")
    assert ("Not sent yet" in gone.text, typed(gone), COOKIE in browser.jar) == (False, "", False)
    assert "Not done yet" not in browser.get("/account").text


def test_wb_17_a_reply_waits_for_an_hour(world: World, browser: Visitor, ann: Account, page: str) -> None:
    """WB-17."""
    refused(world, browser, page)
    kept = browser.jar[COOKIE]
    world.clock.passes(3600)
    browser.logs_on(ann)
    browser.jar[COOKIE] = kept
    shown = browser.get(page)
    assert "forty" not in shown.text
    assert "was not kept" in shown.text


def test_wb_17_a_reply_longer_than_a_request_may_be_is_not_kept_and_that_is_said(
    world: World, browser: Visitor, ann: Account, page: str
) -> None:
    """WB-17."""
    refused(world, browser, page, "x" * 16_400)
    browser.logs_on(ann)
    assert "was not kept" in browser.get(page).text


@pytest.mark.parametrize("session", ["", "stranger", "ended"])
def test_wb_17_nobody_keeps_a_reply_without_a_session(
    world: World, browser: Visitor, ann: Account, page: str, session: str
) -> None:
    """WB-17: attack: a stranger fills our tables with texts under somebody's name."""
    if session == "ended":
        cookie = browser.jar["__Host-portal-session"]
        browser.post("/logoff")
        browser.jar["__Host-portal-session"] = cookie
    else:
        browser.jar["__Host-portal-session"] = f"{ann.id}.{'A' * 43}" if session else ""
    before = world.rows(*EVERY_TABLE)
    assert browser.post(page, {"body": TEXT}).status == 303
    assert world.rows(*EVERY_TABLE) == before
    assert "#" not in browser.jar.get(COOKIE, "")


def test_wb_17_a_path_that_is_nobody_s_message_leads_nowhere(
    world: World, browser: Visitor, ann: Account, page: str
) -> None:
    """WB-17: attack: the cookie is given a path of somebody else's choice."""
    refused(world, browser, page)
    browser.logs_on(ann)
    kept = refused(world, browser, page)
    name = kept.cookies[COOKIE].partition("#")[2].partition(";")[0]
    browser.logs_on(ann)
    for path in ("//evil.example", "/messages/../evil", "/messages/%3Cb%3E/reply?x"):
        browser.jar[COOKIE] = f"{ann.id}:{path}#{name}"
        assert "evil" not in browser.get("/account").text


def test_wb_17_a_program_gets_its_document_and_no_reply_is_kept(
    world: World, ann: Account, page: str
) -> None:
    """WB-17: it knows what it sent."""
    program = world.visitor()
    program.logs_on(ann)
    world.clock.passes(1800)
    before = world.rows("messages")
    reply = program.post(page, {"body": "Thank you."})
    assert (reply.status, reply.code, reply.cookies) == (401, "session_required", {})
    assert world.rows("messages") == before
