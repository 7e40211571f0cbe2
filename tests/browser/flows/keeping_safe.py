"""What keeps an account its owner's: a second step, the list of sessions, and "this was not me"."""

from __future__ import annotations

import re

from tests.browser.flows.coming_in import chooses
from tests.browser.person import Person
from tests.journeys.people import FIREFOX, link
from tests.journeys.phones import Phone
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD


def second_step(town: Town, person: Person) -> None:
    """A second step: an authenticator app, and recovery codes for a lost phone."""
    address = town.person("ida")
    person.logs_on(address, PASSWORD)
    person.follows("Account")
    person.follows("Turn on 2-step authentication")
    person.looks("two-step-off", "Before it is on.")
    person.presses("Start")
    phone = Phone("".join(person.page.locator(".secret").inner_text().split()))
    person.looks(
        "two-step-enrol", "Scan, or type the key. Nothing has changed until a code of it was entered."
    )
    person.types("Code from your app", "000000")
    person.presses("Turn on 2-step")
    assert person.status == 401
    person.looks("two-step-refused", "A code that is not right.")
    person.types("Code from your app", phone.code())
    person.presses("Turn on 2-step")
    codes = _sheet(
        person, "recovery-codes", "Ten recovery codes, shown this once: to copy, to keep, to print."
    )
    _downloads(person, address, codes)
    person.follows("I have saved them")
    assert person.heading == "Your account"
    _enters_with(person, address, phone)
    _enters_without_a_phone(person, address, codes[0])
    codes = _moves(person, codes[1])
    _turns_it_off(person, codes[1])


def _sheet(person: Person, name: str, said: str) -> list[str]:
    codes = person.page.locator("#codes li").all_inner_texts()
    assert len(set(codes)) == 10
    person.looks(name, said)
    return codes


def _downloads(person: Person, address: str, codes: list[str]) -> None:
    """A file out of the page itself: no request, which its policy would not allow, and no script."""
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download codes").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    label, _, *kept = download.value.path().read_text(encoding="utf-8").splitlines()
    assert label.startswith("Recovery codes of ")
    assert label.endswith(f" for {address}")
    assert kept == codes


def _moves(person: Person, code: str) -> list[str]:
    """Another phone, with a recovery code of the one that is lost; the page with its key may be loaded again."""
    person.follows("Account")
    person.follows("Manage 2-step authentication")
    person.reads("You have 9 recovery codes left.")
    person.looks("two-step-on", "On, with nine codes left: new ones, another phone, or off.")
    person.types("Password", PASSWORD)
    person.types("Code from your app, or a recovery code", code)
    person.presses("Move to another phone")
    key = person.page.locator(".secret").inner_text()
    person.looks("two-step-moving", "A key for the other phone; the old one works until its first code.")
    person.page.reload()
    assert person.page.locator(".secret").inner_text() == key
    person.types("Code from your new phone", Phone("".join(key.split())).code())
    person.presses("Use this phone from now on")
    person.reads("Your new phone is set up. The old one no longer works.")
    codes = _sheet(person, "two-step-moved", "Moved: ten new recovery codes.")
    person.follows("I have saved them")
    return codes


def _enters_with(person: Person, address: str, phone: Phone) -> None:
    person.presses("Log off")
    person.logs_on(address, PASSWORD)
    assert person.heading == "Enter your code"
    person.looks("code", "From then on, a code comes after the password.")
    person.types("Code from your app", "000000")
    person.presses("Continue")
    assert person.status == 401
    person.looks("code-refused", "A wrong code is said to be one: the password was right.")
    person.types("Code from your app", phone.code())
    person.presses("Continue")
    assert person.heading == "Messages"


def _enters_without_a_phone(person: Person, address: str, code: str) -> None:
    person.presses("Log off")
    person.logs_on(address, PASSWORD)
    part = person.unfolds("Use a recovery code instead")
    person.types("Recovery code", "abcd-efgh-jkmn-pqrs", part)
    person.presses("Continue with the recovery code", part)
    assert person.status == 401
    assert person.page.get_by_label("Recovery code").is_visible()
    person.looks("code-recovery-refused", "A wrong one is said at its field, whose panel stays open.")
    person.page.get_by_role("alert").get_by_role("link").click()
    assert person.page.evaluate("document.activeElement.id") == "recovery"
    person.types("Recovery code", code)
    person.looks("code-recovery", "The phone is lost: a recovery code instead.")
    person.presses("Continue with the recovery code")
    assert person.heading == "Messages"


def _turns_it_off(person: Person, code: str) -> None:
    person.follows("Account")
    person.follows("Manage 2-step authentication")
    person.reads("You have 10 recovery codes left.")
    person.types("Password", PASSWORD)
    person.types("Code from your app, or a recovery code", code)
    person.presses("Turn off 2-step")
    assert person.page.get_by_role("link", name="Turn on 2-step authentication").is_visible()


def sessions(town: Town, person: Person) -> None:
    """Where one is logged on, and how to end what is not one's own."""
    address = town.person("jana")
    others = [town.client() for _ in range(3)]
    for other in others:
        other.logs_on(address, PASSWORD)
    person.logs_on(address, PASSWORD)
    person.follows("Account")
    person.follows("Show sessions")
    person.looks("sessions", "Every session with its browser, its network and when it was last seen.")
    ends = re.compile("^End the session of")
    assert person.page.get_by_role("button", name=ends).count() == 3
    person.leaves_by(person.page.get_by_role("button", name=ends).first)
    person.reads("The session has been ended.")
    person.looks("session-ended", "One has been ended.")
    person.presses("End every other session")
    person.reads("You are not logged on anywhere else.")
    assert {other.get("/account").status_code for other in others} == {401}


def activity(town: Town, person: Person) -> None:
    """What happened to one's account, and what to do about what was not oneself, at the entry itself."""
    address, thief = town.person("lena"), town.client()
    thief.logs_on(address, PASSWORD)
    town.client().post("/logon", {"email": address, "password": "not the right one"})
    person.logs_on(address, PASSWORD)
    person.follows("Account")
    person.follows("Show activity")
    person.looks("activity", "Logons, refusals and changes, each with its time, its browser and its network.")
    refused = person.page.locator("li", has_text="Wrong password")
    refused.locator("summary").click()
    assert refused.get_by_text("There is nothing you need to do.").is_visible()
    logons = person.page.locator("li", has=person.page.get_by_role("heading", name="Logged on", exact=True))
    assert logons.count() == 2
    logons.last.locator("summary").click()
    person.looks("activity-not-me", "Not me: end every other session, change the password, tell support.")
    person.leaves_by(logons.last.get_by_role("button", name="End every other session"))
    person.reads("Every other session has been ended.")
    assert thief.get("/account").status_code == 401


def not_me(town: Town, person: Person) -> None:
    """“This was not me”: whoever reads the mailbox can stop whoever reads it too."""
    address, thief = town.person("karl"), town.client()
    thief.logs_on(address, PASSWORD)
    body = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
    thief.goes_on(thief.post("/password/change", body, **{"User-Agent": FIREFOX}))
    person.opens(link(town.mail(address, "password has been reset"), "/not-me/"))
    assert person.heading == "Was this not you?"
    person.looks("not-me", "The link of every notice. Three digits keep programs from pressing the button.")
    person.page.locator("#number").fill("12")
    person.presses("Freeze my account")
    assert (person.status, thief.get("/account").status_code) == (422, 200)
    person.looks("not-me-untyped", "Mistyped: nothing has happened yet.")
    (shown,) = re.findall(r"\d{3}", person.page.locator("label[for=number]").inner_text())
    person.page.locator("#number").fill(shown)
    person.presses("Freeze my account")
    assert person.heading == "Your account is frozen"
    assert thief.get("/account").status_code == 401
    person.looks("frozen", "Frozen: no session, no password and no link works any more.")
    person.follows("ask for a new password")
    person.types("Email address", address)
    person.presses("Reset Password")
    person.opens(link(town.mail(address, "choose a new password"), "/password/reset/"))
    chooses(person, "another seven lanterns over a harbour")
    assert person.heading == "Your password has been changed"
