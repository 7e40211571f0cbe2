"""How a recipient comes in: the first time, after forgetting the password, and not at all."""

from __future__ import annotations

from tests.browser.person import Person
from tests.journeys.people import link, temporary_password
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD


def chooses(person: Person, password: str, again: str | None = None) -> None:
    """Fill in the new password twice, and confirm."""
    person.types("New password", password)
    person.types("Confirm new password", password if again is None else again)
    person.presses("Confirm")


def first_time(town: Town, person: Person) -> None:
    """The first time: a message waits, and a temporary password opens the way to it."""
    address = town.new_address("claire")
    town.sends(address, "Your claim of 12 November", "Dear customer,\n\nyour claim has been accepted.")
    invitation = town.mail(address, "temporary password")
    person.opens(link(town.mail(address, "message is waiting"), "/messages/"))
    person.looks("logon", "The link of a mail leads here: the address, and the password of the other mail.")
    person.types("Email address", address)
    person.types("Password", temporary_password(invitation))
    person.context.clear_cookies()  # as in a browser that keeps none
    person.presses("Log on")
    person.reads("Nothing was used up:")
    person.looks("logon-no-cookies", "A browser that keeps no cookies: said before anything is spent.")
    person.types("Password", temporary_password(invitation))
    person.presses("Log on")
    assert person.heading == "Choose a new password"
    person.looks("change", "A temporary password opens one page only. The criteria stand below the fields.")
    chooses(person, "quiet", "quite")
    assert person.status == 422
    person.looks("change-missed", "What is missing is said at the top, at the field, and in the list.")
    chooses(person, CHOSEN)
    assert person.heading == "Your claim of 12 November"
    person.looks("message", "The message, at once: the link of the mail was not forgotten.")
    person.follows("All messages")
    person.reads("Your claim of 12 November")
    person.looks("messages", "Every message that waits, the unread ones marked by a word.")
    person.presses("Log off")
    person.reads("You are logged off.")
    person.looks("logged-off", "Logged off.")


def refused(town: Town, person: Person) -> None:
    """A logon is refused: the same answer for everybody, with what the support desk will ask for."""
    address = town.person("denis")
    said = []
    for typed in (town.new_address("nobody"), address):
        person.logs_on(typed, "wrong wrong wrong")
        assert person.status == 401
        said.append(person.page.get_by_role("alert").inner_text())
    assert said[0] == said[1]
    assert "Invalid username, password or permissions." in said[0]
    assert person.fact("Email address") == address
    assert person.fact("URL") == f"{person.portal}/logon"
    assert "Chrome" in person.fact("Browser")
    assert len(person.fact("Reference")) == len("K7MW-3FQ9")
    person.looks("logon-refused", "Refused. One sentence whatever the reason, and details ready to copy.")
    person.follows("Help with logging on")
    assert person.heading == "Help with logging on"
    person.looks("help", "Help for everybody: what the portal sees of the reader, and what to do.")


def forgotten(town: Town, person: Person) -> None:
    """Forgotten the password: a mail with a link, and a new password. The address is typed once."""
    address = town.person("emma")
    person.opens("/logon")
    person.types("Email address", address)
    leaves = person.follows if person.screen.scripts else person.presses
    leaves("Forgot Your Password?")
    assert person.path == "/password/forgot"
    assert person.page.get_by_label("Email address").input_value() == address
    person.looks("forgot", "Forgot your password? The address is all that is asked, and it is there already.")
    person.presses("Reset Password")
    assert person.heading == "Check your mail"
    person.reads(address)
    person.looks("forgot-sent", "The same page for every address, known or not.")
    mail = town.mail(address, "choose a new password")
    person.opens(link(mail, "/password/reset/"))
    assert (person.path, person.heading) == ("/password/reset", "Choose a new password")
    person.looks(
        "reset", "The link of the mail. Opening it spends nothing; its secret is not in the address."
    )
    chooses(person, CHOSEN)
    assert person.heading == "Your password has been changed"
    person.looks("reset-done", "Done. Whoever set it logs on with it.")
    person.follows("Go To Log In")
    person.logs_on(address, CHOSEN)
    assert person.heading == "Messages"
    person.looks("messages-none", "Nothing waits at the moment.")


def by_temporary_password(town: Town, person: Person) -> None:
    """The same mail's other way: its temporary password, typed with a space too many."""
    address = town.person("felix")
    assert town.client().post("/password/forgot", {"email": address}).status_code == 202
    mail = town.mail(address, "choose a new password")
    person.logs_on(address, f" {temporary_password(mail)} ")
    assert person.heading == "Choose a new password"
    chooses(person, CHOSEN)
    assert person.path == "/messages"


def dead_link(town: Town, person: Person) -> None:
    """A link that is used, too old or broken: one answer, and one button."""
    address = town.person("greta")
    person.opens("/password/reset/" + "A" * 43)
    assert (person.status, person.heading) == (410, "This link can no longer be used")
    person.looks("link-unusable", "Whatever is wrong with a link, this is the answer, and the way on.")
    person.types("Email address", address)
    person.presses("Send me a new link")
    assert person.heading == "Check your mail"
    person.opens(link(town.mail(address, "choose a new password"), "/password/reset/"))
    chooses(person, CHOSEN)
    assert person.heading == "Your password has been changed"


def changed(town: Town, person: Person) -> None:
    """A password of one's own, changed by oneself."""
    address = town.person("hugo")
    person.logs_on(address, PASSWORD)
    person.follows("Account")
    person.looks("account", "What the portal knows of an account, and what its owner can do.")
    person.follows("Change password")
    person.types("Current password", PASSWORD)
    person.looks("own-change", "The current password is asked once more.")
    chooses(person, CHOSEN)
    person.reads("Your password has been changed")
    person.looks("own-change-done", "Every other session has ended; a mail tells of it.")
    person.presses("Log off")
    person.logs_on(address, CHOSEN)
    assert person.heading == "Messages"
