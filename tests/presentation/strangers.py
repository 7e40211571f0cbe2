"""Whoever is outside writes what they can into whatever is read by others: headers, cookies, links, forms."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from chalicelib.domain.accounts import Account
from chalicelib.steps.sweep_mail import sweep
from tests.world.moving import proof
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD, Visitor
from tests.world.world import World

SENTENCE = "Call +1 555 0100 now http://evil.example"
HEBREW = f"{SENTENCE} \u05d0"  # written the other way
TYPED = "Call+1-555-0100@evil.EXAMPLE"  # an address, to whoever reads it as one


ALIKE = "ann@insur\u0435r.example"  # with a Cyrillic letter


def says(where: str) -> str:
    """The sentence, told apart by where it was typed."""
    return f"{SENTENCE}/{where}"


LINK = "?" + urlencode(
    {
        "next": "//evil.example",
        "notice": says("notice"),
        "done": says("done"),
        "domain": says("a domain"),
        "q": says("q"),
    }
)
SEARCH = urlencode(
    {
        name: says(name)
        for name in ("reference", "since", "network", "outcome", "reason", "from", "until", "before")
    }
)
HEADERS = {
    "User-Agent": f"{SENTENCE}/1.0 CFNetwork/1.0 Darwin/1",
    "Accept-Language": "evil, evil-DE;q=0.9",
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-For": "evil.example",
    "Referer": "https://evil.example/",
}
COOKIE = "portal-zone=evil.example/Call+1-555-0100"


def hostile(world: World, headers: Mapping[str, str]) -> Visitor:
    """A browser that says of itself what it likes."""
    browser = world.browser()
    browser.headers |= headers
    browser.jar |= dict([COOKIE.split("=", 1)])
    return browser


def strangers_try(world: World, ann: Account, headers: Mapping[str, str]) -> None:
    """What is open to everybody, by the front door and by crafted links."""
    one = hostile(world, headers)
    for path in ("/logon", "/help", "/password/forgot", "/password/reset", "/admin/users"):
        one.get(path + LINK)
    one.get(f"/not-me/{quote(SENTENCE)}")
    one.get(f"/password/reset/{quote(SENTENCE)}")
    for typed in (says("address"), TYPED, ALIKE, ann.address):
        one.post("/logon", {"email": typed, "password": f"{SENTENCE} "})
        one.post("/password/forgot", {"email": typed})
    one.post("/not-me", {"token": SENTENCE, "number": "1"})
    one.post("/logon", {"email": ann.address, "password": PASSWORD, SENTENCE: SENTENCE})
    for _ in range(20):
        one.post("/logon", {"email": TYPED, "password": SENTENCE})


def owner_looks_round(world: World, ann: Account, headers: Mapping[str, str]) -> None:
    """One's own pages, where a thief's session, and what was sent to one, stand too."""
    one, other = hostile(world, headers), hostile(world, headers)
    other.headers["User-Agent"] = "evil and again"
    for browser in (one, other):
        browser.logs_on(ann)
    world.delivers()
    one.get(f"/messages/{world.sends(ann, HEBREW, SENTENCE)}")
    for path in ("/account", "/account/sessions", "/account/activity", "/account/preferences", "/messages"):
        one.get(path + LINK)
    one.get("/account/two-step" + LINK)
    one.post("/account/preferences", {"language": SENTENCE[:20], "time_zone": "../evil"})
    one.post("/account/preferences", {"time_zone": "Europe/Berlin"})
    one.get("/account/preferences")
    one.get("/reauthenticate" + LINK)
    one.post("/reauthenticate", {"password": SENTENCE})
    one.get("/messages/evil.example")
    one.post(
        "/password/change", {"new_password": "evil", "confirm_password": "x", "current_password": PASSWORD}
    )
    one.get("/password/change" + LINK)
    half = hostile(world, headers)
    half.logs_on(enrolled(world)[0])
    half.post("/logon/code", {"code": SENTENCE})


def recipient_answers(world: World, ann: Account, headers: Mapping[str, str], message: str) -> None:
    """Whoever got a message writes back to the administrator who sent it."""
    one, path = hostile(world, headers), f"/messages/{message}/reply"
    one.logs_on(ann)
    one.get(path + LINK)
    one.post(path, {"body": SENTENCE})
    one.post(path, {"body": f"{says('body')}\x00"})
    one.get(f"/messages/{message}" + LINK)


def newcomer_chooses(world: World, address: str, headers: Mapping[str, str]) -> None:
    """Somebody who was invited sets a first password."""
    one = hostile(world, headers)
    one.post("/logon", {"email": address, "password": world.mails(address)[0].temporary})
    one.post("/password/change", {"new_password": CHOSEN, "confirm_password": CHOSEN})


def mailbox_proves_itself(world: World, address: str, headers: Mapping[str, str]) -> None:
    """The link of a new address, with what anybody can send beside it; then the button."""
    one, token = hostile(world, headers), proof(world, address)
    one.get(f"/address/{quote(SENTENCE)}" + LINK)
    one.get("/address" + LINK)
    one.get(f"/address/{token}")
    one.get("/address" + LINK)
    one.post("/address", {"link": SENTENCE, "number": SENTENCE})
    world.visitor(**headers).post("/address", {"token": token})
    one.get("/address?done=1")


def thieves_get_in(world: World, ann: Account, headers: Mapping[str, str]) -> None:
    """Whoever has the password, or five guesses at it: every notice and warning goes out."""
    bob, phone = enrolled(world, address="bob@insurer.example")
    thief = hostile(world, headers)
    thief.logs_on(bob)
    thief.post("/logon/code", {"code": SENTENCE})
    world.clock.passes(60)
    thief.post("/logon/code", {"code": phone.recovery[0]})
    thief.post("/account/two-step/remove", {"password": PASSWORD, "code": phone.recovery[1]})
    thief.post("/account/two-step")
    thief.post("/account/two-step/confirm", {"code": SENTENCE})
    changed = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
    thief.post("/password/change", changed)
    notice = world.mails(bob)[-1]
    for _ in range(5):
        hostile(world, headers).post("/logon", {"email": ann.address, "password": SENTENCE})
    world.delivers()
    world.clock.passes(3600)
    sweep(world.worker)  # of the logon whose code never came, too
    other = hostile(world, headers)
    other.logs_on(ann)
    late = world.asks(ann)
    other.get(f"/password/reset/{late.token('/password/reset')}")
    other.get("/password/reset" + LINK)
    other.post("/password/reset", {"new_password": SENTENCE, "confirm_password": "evil"})
    world.clock.passes(4000)
    hostile(world, headers).post("/logon", {"email": ann.address, "password": late.temporary})
    world.delivers()
    other.get(f"/not-me/{notice.token('/not-me')}")
    other.post("/not-me", {"token": notice.token("/not-me"), "number": "evil"})
    world.visitor(**headers).post("/not-me", {"token": notice.token("/not-me")})
