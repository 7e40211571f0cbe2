"""What waits for one more press says whom it is for and what it sends, and is the newest that its owner began."""

import re
from urllib.parse import quote

import pytest
from markupsafe import escape

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.events import EventKind
from chalicelib.web.unfinished import LABELS
from infra.contract import Operation
from tests.console.staff import logged_on
from tests.fakes.looking import trail
from tests.steps.test_reauthenticate import COOKIE, pressed_again
from tests.web.page_samples import Seen
from tests.web.routes import fields_of
from tests.world.clicking import pressed_twice
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import CONTRACT, World

KEPT = [one for one in CONTRACT.operations if one.method == "POST" and one.path in LABELS]
SECRET = {"code", "new_password"}
SAYS_NOTHING = {
    "handle",
    "others",
    "confirm",
    "scope",
    "form",
    "replaces",
    "preview",
    "dry_run",
    "emails",
}  # of whom and of what: which of one's own, and yes


def desk(world: World) -> tuple[Account, Visitor, Phone]:
    """An administrator, whose browser has a password that was typed ten minutes ago."""
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    world.clock.passes(600)
    return account, browser, phone


def card(page: Reply) -> str:
    return page.text.partition('aria-labelledby="unfinished"')[2].partition("</section>")[0]


def confirmed(browser: Visitor, phone: Phone, prompt: Reply) -> Reply:
    """The page its owner is back on after confirming."""
    reply = browser.post(prompt.header("Location"), {"password": PASSWORD, "code": phone.code()})
    return browser.get(reply.header("Location"))


@pytest.mark.parametrize(
    ("path", "fields", "seen"),
    [
        ("/admin/users", {"email": "thief@evil.test", "kind": "administrator"}, ["thief@evil.test"]),
        ("/admin/domains", {"domain": "evil.test", "two_step_required": "false"}, ["evil.test", ">no<"]),
        ("/admin/ip-ranges", {"ranges": "203.0.113.9", "restriction": "listed"}, ["203.0.113.9"]),
        (
            "/admin/domains",
            {"domain": "<i>s</i>.evil.test", "internal": "true"},
            ["&lt;i&gt;s&lt;/i&gt;.evil.test"],
        ),
    ],
)
def test_wb_15_card_says_what_the_press_would_send(
    world: World, path: str, fields: dict[str, str], seen: list[str]
) -> None:
    """Attack: a passer-by fills in a page whose session is over; its owner logs on, and presses a bare label."""
    account, browser, phone = desk(world)
    world.clock.passes(1800)
    browser.post(path, fields)
    browser.post("/logon", {"email": account.address, "password": PASSWORD})
    browser.post("/logon/code", {"code": phone.code()})
    page = browser.get("/messages")
    shown = card(page).partition("<form")[0]
    assert pressed_again(page) == (path, fields)
    assert all(text in shown for text in seen), shown
    assert "<i>" not in shown
    assert Seen(shown).all("dl")


def test_wb_20_the_button_of_the_card_is_done_once_and_a_lone_button_has_no_empty_list(world: World) -> None:
    """What met the prompt keeps the name of its page, so that its second button is a form like any other."""
    _, browser, phone = desk(world)
    ann = world.person()
    page = browser.get(f"/admin/users/{ann.address}").text
    (name,) = set(re.findall(r'name="form" value="([0-9a-f]{16}(?:[.][0-9a-f]{12})?)"', page))
    path = f"/admin/users/{ann.address}/sessions/revoke"
    shown = confirmed(browser, phone, browser.post(path, {"form": name}))
    assert not Seen(card(shown)).all("dl")
    again = pressed_again(shown)
    assert again == (path, {"form": name})
    assert pressed_twice(browser, *again).header("Location").endswith("?done=sessions_revoked")
    assert trail(world.store, ann) == [EventKind.SESSIONS_REVOKED]


@pytest.mark.parametrize("operation", KEPT, ids=lambda one: one.path)
def test_wb_15_every_field_of_a_form_that_may_wait_has_its_words(world: World, operation: Operation) -> None:
    account, browser, _ = desk(world)
    holes = {"{email}": "ann@people.test", "{domain}": "people.test", "{id}": "m-1"}
    path = operation.path
    for hole, value in holes.items():
        path = path.replace(hole, value)
    for name in set(fields_of(operation)) - SECRET - SAYS_NOTHING:
        browser.jar[COOKIE] = f"{account.id}:{path}?{name}=W{name}"
        assert f"<bdi>W{name}</bdi>" in card(browser.get("/messages")), name


def test_wb_15_form_that_was_given_up_does_not_come_back_for_another_button(world: World) -> None:
    ann, (_, browser, phone) = world.person(), desk(world)
    browser.post(f"/admin/users/{ann.address}/contain", {"reason": "x"})
    assert COOKIE in browser.jar
    page = confirmed(browser, phone, browser.post("/account/two-step", {"form": "0123456789abcdef"}))
    assert "has not been done yet" not in page.text
    assert COOKIE not in browser.jar


def test_wb_15_nothing_waits_behind_a_logoff(world: World) -> None:
    """Attack: the next person at a shared computer reads the message that the last one wanted to send."""
    ann, (_, browser, _) = world.person(), desk(world)
    browser.post(f"/admin/users/{ann.address}/contain", {"reason": "x"})
    assert COOKIE in browser.jar
    browser.post("/logoff")
    assert COOKIE not in browser.jar


@pytest.mark.parametrize("address", ["a/b+c@people.test", "1%2f2@people.test", "o'x&q=1?#@people.test"])
def test_form_of_an_address_that_no_url_likes_is_not_lost(world: World, address: str) -> None:
    """Attack: none; somebody confirms, sees the list of messages, and believes that the account is contained."""
    ann, (_, browser, phone) = world.person(address), desk(world)
    action = f"/admin/users/{quote(ann.address, safe='@')}/contain"
    page = confirmed(browser, phone, browser.post(action, {"reason": "x"}))
    assert f"<bdi>{escape(ann.address)}</bdi>" in card(page)
    assert pressed_again(page) == (action, {"reason": "x"})


@pytest.mark.parametrize(
    "path",
    [
        "/admin/users/../contain",
        "/admin/users/./contain",
        "//admin/users",
        "/admin/users/%0Ax@y.test/contain",
    ],
)
def test_cookie_that_somebody_wrote_climbs_nowhere(world: World, path: str) -> None:
    account, browser, _ = desk(world)
    browser.jar[COOKIE] = f"{account.id}:{path}?a=b"
    assert {str(one["action"]) for one in Seen(browser.get("/account").text).all("form")} <= {
        "/logoff",
        "/account/erasure",
    }
