"""The console: permitted networks, the support desk's search, messages, and the password asked once more."""

from __future__ import annotations

import re

from chalicelib.domain.accounts import Kind
from tests.browser.flows.console import at_the_console, enters
from tests.browser.person import Person
from tests.journeys.desk import guest, seated, user_path
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

ELSEWHERE = "203.0.113.0/24"


def ranges(town: Town, person: Person) -> None:
    """Permitted networks: tried before they are saved, and never so that the saver is shut out by mistake."""
    ann, client = guest(town)
    at_the_console(town, person)
    person.follows("Portal policy")
    person.looks("policy", "The networks that may use the portal, and those that may use the console.")
    _asks_for(person, ELSEWHERE)
    person.presses("Save ranges", person.page.locator("form", has_text="Only the ranges").first)
    assert person.status == 409
    person.reads("This would lock you out")
    person.looks(
        "would-lock-you-out", "A rule that would shut its own maker out is not saved unless confirmed."
    )
    person.opens(user_path(ann))
    part = person.unfolds("Permitted IP ranges")
    _asks_for(person, ELSEWHERE)
    person.presses("Try them first", part)
    person.reads("would have been refused")
    person.looks("tried", "Tried first: the logons of the last 30 days that it would have refused.")
    _asks_for(person, "10.0.0.1/8")
    person.presses("Save ranges")
    assert person.status == 422
    person.looks("ranges-unreadable", "A range that cannot be read is named, with what was probably meant.")
    _asks_for(person, ELSEWHERE)
    person.presses("Save ranges")
    person.reads("The permitted IP ranges are saved.")
    assert client.get("/account").status_code == 403


def _asks_for(person: Person, text: str) -> None:
    person.page.get_by_label("Only the ranges entered here").locator("visible=true").first.check()
    person.page.get_by_label("Ranges", exact=True).locator("visible=true").first.fill(text)


def support(town: Town, person: Person) -> None:
    """The support desk: from the reference a caller reads out to the true reason."""
    ann = town.person("paula")
    refused = town.browser()
    refused.opens("/logon")
    reference = refused.submits("/logon", email=ann, password="wrong wrong wrong").facts()["Reference"]
    enters(person, seated(town, Kind.SUPPORT))
    person.follows("Attempts")
    person.looks("attempts-asked", "The support desk sees users and attempts, and changes nothing.")
    person.types("Reference", reference.lower())
    person.presses("Search")
    person.reads("Wrong password")
    person.looks("attempts", "The attempt behind the reference, with the reason its owner was not told.")
    person.opens(user_path(ann))
    assert person.page.get_by_role("button", name="Set password").count() == 0
    person.follows("The whole trail of this account", person.unfolds("Latest refusals and requests"))
    person.looks("events", "Everything that happened to one account, and that somebody looked.")
    person.opens("/admin/ip-ranges")
    assert person.status == 403


def sending(town: Town, person: Person) -> None:
    """A secure message is sent, and taken back while nobody has read it."""
    address = town.new_address("quentin")
    at_the_console(town, person)
    person.follows("Send messages")
    person.types("To", address)
    person.types("Subject", "Your statement")
    person.types("Message", "Dear customer,\n\nyour statement is attached to your account.")
    person.presses("Send")
    person.reads("The message is sent.")
    town.mail(address, "message is waiting")
    person.looks(
        "sent", "Sent: the mail says that a message waits, not what it says. Whether it was read stands here."
    )
    recall = re.compile(f"^Recall Your statement to {re.escape(address)}$")
    person.leaves_by(person.page.get_by_role("button", name=recall))
    person.reads("The message is recalled")
    person.looks("recalled", "Recalled: it can no longer be read.")


def asked_again(town: Town, person: Person) -> None:
    """A session left open is not enough: after ten minutes the password is asked once more."""
    ann, _ = guest(town)
    desk = at_the_console(town, person)
    desk.becomes_stale()
    person.opens(user_path(ann))
    person.follows("confirm that it is you")
    person.looks("reauthenticate", "Password and code once more, before anything is changed.")
    person.types("Password", "wrong wrong wrong")
    person.types("Code from your app, or a recovery code", "000000")
    person.presses("Continue")
    assert person.status == 401
    person.looks("reauthenticate-refused", "Not right.")
    person.types("Password", PASSWORD)
    person.types("Code from your app, or a recovery code", desk.phone.code())
    person.presses("Continue")
    assert person.path == user_path(ann)
    person.presses("Revoke every session", person.unfolds("Revoke sessions"))
    person.reads("Every session of the user has ended.")
