"""The step `admin_messages`: a long text whose session ended while it was written is back after logging on (WB-17)."""

from __future__ import annotations

import html
import re

import pytest

from chalicelib.domain.accounts import Account, Kind
from tests.console.staff import logged_on
from tests.web.routes import EVERY_TABLE
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

COOKIE = "__Host-portal-unfinished"
TEXT = "Dear Ann,\r\n\r\n" + "this took forty minutes: <b>ä</b> & more. " * 150 + "\r\nGood day"
TYPED = {"to": "ann@people.test", "subject": "Your claim", "body": TEXT, "expires_in_days": "12"}
PAGE = "/admin/messages"


def desk(world: World) -> tuple[Account, Visitor, Phone]:
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    return account, logged_on(world, world.browser(), account, phone), phone


def comes_back(browser: Visitor, account: Account, phone: Phone, refused: Reply) -> Reply:
    """Where whoever logs on again, with the code, is taken."""
    reply = browser.post(refused.header("Location"), {"email": account.address, "password": PASSWORD})
    reply = browser.post(reply.header("Location"), {"code": phone.code()})
    assert reply.header("Location") == PAGE
    return browser.get(PAGE)


def typed(page: Reply) -> dict[str, str]:
    """What stands in the form."""
    values = dict(re.findall(r'<input id="\w+" name="(\w+)"[^>]*? value="([^"]*)"', page.text))
    values |= {"to": re.findall(r'<textarea id="to"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)[0]}
    (body,) = re.findall(r'<textarea id="body"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    shown = {
        "body": re.sub(r"\r?\n", "\r\n", body),
        **{name: values[name] for name in TYPED if name != "body"},
    }
    return {name: html.unescape(value) for name, value in shown.items()}


@pytest.mark.parametrize("away", [1800, 3000], ids=["idle", "longer"])
def test_wb_17_text_is_back_after_logging_on_with_the_code(world: World, away: int) -> None:
    """WB-17: and it is sent by one press, which leaves nothing waiting."""
    account, browser, phone = desk(world)
    world.clock.passes(away)
    refused = browser.post(PAGE, TYPED)
    assert (refused.status, refused.header("Location")) == (
        303,
        "/logon?next=%2Fadmin%2Fmessages&notice=nothing_changed",
    )
    page = comes_back(browser, account, phone, refused)
    assert typed(page) == TYPED
    assert "Not sent yet" in page.text
    assert typed(browser.get(PAGE)) == TYPED, "loaded again"
    assert browser.post(PAGE, TYPED).header("Location") == f"{PAGE}?done=message_sent"
    assert COOKIE not in browser.jar
    assert "Not sent yet" not in browser.get(PAGE).text


def test_wb_17_text_stands_in_clear_nowhere(world: World) -> None:
    """WB-17: neither in a table, nor in a cookie, nor in a log."""
    _, browser, _ = desk(world)
    world.clock.passes(1800)
    browser.post(PAGE, TYPED)
    stored = str(world.rows(*EVERY_TABLE))
    assert "sealed_body='s1." in stored
    for text in (stored, str(browser.jar), "".join(map(str, world.lines))):
        assert "forty" not in text
        assert "Your claim" not in text
        assert "ann@people" not in text


def test_wb_17_another_account_at_the_same_browser_sees_nothing_of_it(world: World) -> None:
    """WB-17: attack: a colleague logs on at the screen that somebody left."""
    _, browser, _ = desk(world)
    world.clock.passes(1800)
    refused = browser.post(PAGE, TYPED)
    kept = browser.jar[COOKIE]
    colleague, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    page = comes_back(browser, colleague, phone, refused)
    assert typed(page) | {"expires_in_days": ""} == dict.fromkeys(TYPED, "")
    assert "Not sent yet" not in page.text
    for forged in (kept, kept.replace(kept.partition(":")[0], colleague.id)):
        browser.jar[COOKIE] = forged
        assert "forty" not in browser.get(PAGE).text
        browser.jar[COOKIE] = forged
        assert "forty" not in browser.get("/messages").text


def test_wb_17_other_pages_say_where_it_waits(world: World) -> None:
    """WB-17: whoever comes in by another way finds it."""
    account, browser, phone = desk(world)
    world.clock.passes(1800)
    browser.post(PAGE, TYPED)
    browser.post("/logon", {"email": account.address, "password": PASSWORD})
    browser.post("/logon/code", {"code": phone.code()})
    for _ in range(2):
        page = browser.get("/account")
        assert "Not done yet" in page.text
        assert '<a href="/admin/messages">Go on where you were' in page.text
        assert "was not kept" not in page.text
    assert typed(browser.get(PAGE)) == TYPED
    page = browser.get(f"{PAGE}?discard=1")
    assert ("Not sent yet" in page.text, COOKIE in browser.jar) == (False, False)
    assert "Not done yet" not in browser.get("/account").text


def test_wb_17_nothing_waits_behind_a_logoff_nor_for_longer_than_an_hour(world: World) -> None:
    """WB-17."""
    account, browser, phone = desk(world)
    world.clock.passes(1800)
    refused = browser.post(PAGE, TYPED)
    kept = browser.jar[COOKIE]
    assert "Max-Age=3600;" in refused.cookies[COOKIE]
    comes_back(browser, account, phone, refused)
    browser.post("/logoff")
    assert COOKIE not in browser.jar
    world.clock.passes(3600)
    logged_on(world, browser, account, phone)
    browser.jar[COOKIE] = kept
    page = browser.get(PAGE)
    assert "forty" not in page.text
    assert "was not kept" in page.text


@pytest.mark.parametrize("session", ["", "stranger", "ended"])
def test_wb_17_only_a_session_that_was_one_has_anything_kept(world: World, session: str) -> None:
    """WB-17: attack: a stranger fills our tables with texts under an administrator's name."""
    account, browser, _ = desk(world)
    if session == "ended":
        cookie = browser.jar["__Host-portal-session"]
        browser.post("/logoff")
        browser.jar["__Host-portal-session"] = cookie
    else:
        browser.jar["__Host-portal-session"] = f"{account.id}.{'A' * 43}" if session else ""
    before = world.rows(*EVERY_TABLE)
    assert browser.post(PAGE, TYPED).status == 303
    assert world.rows(*EVERY_TABLE) == before
    assert "#" not in browser.jar.get(COOKIE, "")


def test_wb_17_what_is_longer_than_a_request_may_be_is_not_kept_and_that_is_said(world: World) -> None:
    """WB-17."""
    account, browser, phone = desk(world)
    world.clock.passes(1800)
    refused = browser.post(PAGE, TYPED | {"body": "x" * 16_400})
    assert "was not kept" in comes_back(browser, account, phone, refused).text


def test_wb_17_tables_that_are_away_keep_nothing_and_refuse_as_before(world: World) -> None:
    """WB-17."""
    _, browser, _ = desk(world)
    world.clock.passes(1800)
    world.fake.fail(1)  # the keeping, behind the authorizer's reading
    assert browser.post(PAGE, TYPED).status == 303
    assert world.fake.acts[-1] == "messages.keep_unsent"
    assert "#" not in browser.jar[COOKIE]


def test_wb_17_program_gets_its_document_and_nothing_is_kept(world: World) -> None:
    """WB-17: it knows what it sent."""
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    program = logged_on(world, world.visitor(), account, phone)
    world.clock.passes(1800)
    before = world.rows("messages")
    reply = program.post(PAGE, TYPED | {"expires_in_days": 12})
    assert (reply.status, reply.code, reply.cookies) == (401, "session_required", {})
    assert world.rows("messages") == before


def test_wb_17_rule_that_changed_meanwhile_loses_no_text_either(world: World) -> None:
    """WB-17: a session that must first do another step comes back from it to what was typed."""
    account, browser, phone = desk(world)
    assert (
        browser.post("/account/two-step/remove", {"password": PASSWORD, "code": phone.code()}).status == 403
    )
    stored = world.fake.tables.accounts[account.id]
    world.fake.tables.accounts[account.id] = stored._replace(must_change_password=True)
    refused = browser.post(PAGE, TYPED)
    assert refused.header("Location").startswith("/password/change")
    new = {
        "new_password": "seven lanterns over a harbour",
        "confirm_password": "seven lanterns over a harbour",
    }
    browser.post(refused.header("Location"), new)
    assert typed(browser.get(PAGE)) == TYPED


@pytest.mark.parametrize("text", ["x" * 12_001, "\u4fe1 \u0416" * 2_000], ids=["characters", "bytes"])
def test_wb_17_message_that_is_too_long_is_said_to_be_and_is_still_there(world: World, text: str) -> None:
    """WB-17: a letter of another alphabet takes nine bytes of a form, so a request is full long before its field is."""
    _, browser, _ = desk(world)
    page = browser.post(PAGE, TYPED | {"body": text})
    assert page.status in {413, 422}
    assert typed(page) == TYPED | {"body": text}
    assert '<a href="#body">This is too long. Shorten it, or send it in parts.</a>' in page.text
