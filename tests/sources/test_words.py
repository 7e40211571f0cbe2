"""The words of the documents on the pages, where no other test looks for them."""

from __future__ import annotations

import html
import re

from tests.console.staff import staff
from tests.docs.running import ROOT
from tests.world.visitors import PASSWORD, Reply
from tests.world.world import World


def words(reply: Reply) -> str:
    """What a person reads on a page."""
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", reply.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def in_order(text: str, *parts: str) -> bool:
    """Whether the parts stand in the text one after the other."""
    return re.search(".*?".join(map(re.escape, parts)), text, re.DOTALL) is not None


def advice(world: World) -> list[str]:
    """The pages that give it: help, and the refusal itself."""
    refused = world.browser().post("/logon", {"email": "ann@people.test", "password": "wrong wrong wrong"})
    return [words(world.browser().get("/help")), words(refused)]


def test_customers_are_told_what_to_try_before_their_administrator(world: World) -> None:
    for page in advice(world):
        assert in_order(
            page,
            "I am a customer",
            "before you contact your administrator",
            "correct URL",
            "link in the message",
            "primary email address",
            "supported browsers",
            "date and time of your attempt, the URL you used",
            "email address you logged on with",
            "I am not a customer",
        )


def test_others_are_told_what_to_do_in_this_order(world: World) -> None:
    for page in advice(world):
        assert in_order(
            page,
            "I am not a customer",
            "in this order",
            "Click the link in the message",
            "supported browsers",
            "Contact the sender of the message",
        )


def test_sole_use_is_said_on_the_help_page(world: World) -> None:
    page = words(world.browser().get("/help"))
    assert "sole use of the message's recipient" in page
    assert "Do not share your log on details with other users" in page


def test_supported_browsers_are_listed_and_linked(world: World) -> None:
    browser = world.browser()
    page = browser.get("/help")
    assert 'id="browsers"' in page.text
    for name in ("Firefox", "Chrome", "Safari", "Edge"):
        assert name in words(page)
    refused = browser.post("/logon", {"email": "ann@people.test", "password": "wrong wrong wrong"})
    assert 'href="/help#browsers"' in refused.text


def test_forgotten_password_has_the_guides_words(world: World) -> None:
    browser = world.browser()
    logon = browser.get("/logon")
    assert 'name="email"' in logon.text
    assert re.search(r'href="/password/forgot[^"]*"[^>]*>\s*Forgot Your Password\?', logon.text)
    form = browser.get("/password/forgot")
    assert re.search(r"<button[^>]*>\s*Reset Password", form.text)
    sent = browser.get(browser.post("/password/forgot", {"email": "ann@people.test"}).header("Location"))
    assert re.search(r'href="/logon[^"]*"[^>]*>\s*Go To Log In', sent.text)


def test_criteria_stand_below_the_fields_with_tick_or_cross(world: World) -> None:
    ann, browser = world.person(), world.browser()
    browser.logs_on(ann, world.asks(ann).temporary)
    both = {"new_password": "seven lanterns", "confirm_password": "something else"}
    page = browser.post("/password/change", both)
    assert page.status == 422
    shown = page.text[page.text.index('name="confirm_password"') :]
    marks = re.findall(r'<li[^>]*class="[^"]*\b(met|unmet)\b[^"]*"', shown)
    assert {"met", "unmet"} <= set(marks)
    assert "seven lanterns" not in page.text
    assert re.search(r"<button[^>]*>\s*Confirm", page.text)
    for name, sign, colour in (("met", "2713", "good"), ("unmet", "2715", "bad")):
        assert re.search(rf'\.criteria \.{name} \.mark::before {{ content: "\\{sign}', STYLE)
        assert re.search(rf"\.criteria \.{name} \.mark {{[^}}]*background: var\(--{colour}\)", STYLE)
    assert (strongest("good"), strongest("bad")) == ({"green"}, {"red"})


SHEETS = ROOT / "chalicelib" / "presentation" / "static"
STYLE = "".join((SHEETS / f"{name}.css").read_text(encoding="utf-8") for name in ("portal", "criteria"))


def strongest(colour: str) -> set[str]:
    """Which part of this colour is the strongest, by day and by night."""
    found = re.findall(rf"--{colour}: #([0-9a-f]{{6}})", STYLE)
    parts = [dict(zip(("red", "green", "blue"), bytes.fromhex(text), strict=True)) for text in found]
    return {max(part, key=lambda name: part[name]) for part in parts}


def test_containment_reminds_of_other_systems(world: World) -> None:
    desk, ann = staff(world), world.person(password=PASSWORD)
    browser = world.browser()
    browser.jar["__Host-portal-session"] = str(desk.visitor.token)
    page = words(browser.get(f"/admin/users/{ann.address}"))
    assert "reset the password of the user's directory account and of every application" in page
    desk.does(ann, "contain", disable=True, reason="stolen notebook")
    mail = " ".join(world.mails(ann)[-1].text.split())
    assert "Change the password anywhere else where you used the same one" in mail
