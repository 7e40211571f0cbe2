"""The console: people who come, become somebody else, move and go; what is written to them, and back."""

from __future__ import annotations

import re

from tests.browser.flows.console import at_the_console
from tests.browser.person import Person
from tests.journeys.desk import guest, user_path
from tests.journeys.people import link
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

MARRIED = "Married, confirmed by the personnel office"


def several(town: Town, person: Person) -> None:
    """Several people at once: looked at first, then invited."""
    known, new = town.person("rosa"), [town.new_address(name) for name in ("sven", "tara")]
    at_the_console(town, person)
    person.follows("Users")
    person.follows("Invite several people")
    person.types("Addresses", "\n".join([*new, known, "Uwe Vogel @ bank", new[0]]))
    person.looks("import", "A list of addresses, typed, pasted or taken from a file.")
    person.presses("Look at it first")
    person.reads("Nobody is invited yet.")
    person.looks("import-tried", "Looked at first: what each line is. Nothing is sent to anybody.")
    person.presses("Invite them")
    person.reads("2 people are invited.")
    person.looks("import-done", "Invited: each gets a temporary password by mail.")
    town.mail(new[1], "temporary password")


def invitations(town: Town, person: Person) -> None:
    """An invitation nobody has answered: sent again, or withdrawn."""
    address = town.new_address("wanda")
    desk = at_the_console(town, person)
    desk.client.post("/admin/users", {"email": address, "kind": "recipient"})
    town.mail(address, "temporary password")
    person.opens(user_path(address))
    person.presses("Invite again", person.unfolds("Invite again"))
    person.reads("The user is invited again")
    town.mail(address, "temporary password", count=2)
    person.looks("invited-again", "Invited again: the password of the mail before no longer works.")
    part = person.unfolds("Withdraw the invitation")
    person.types("Reason, for the record", "Mistyped", part)
    person.presses("Withdraw the invitation", part)
    person.reads("The invitation is withdrawn")
    person.looks("withdrawn", "Withdrawn: what was mailed opens nothing, until somebody invites again.")


def becomes(town: Town, person: Person) -> None:
    """Another kind of account, and another address, which proves itself by mail."""
    ann, client = guest(town)
    new = town.new_address("ann.married")
    at_the_console(town, person)
    person.opens(user_path(ann))
    person.follows("Change the kind")
    person.page.get_by_label("Support desk", exact=True).check()
    person.types("Reason, for the record", "Joins the support desk")
    person.looks("kind", "Another kind of account: every session ends, and the user is told.")
    person.presses("Change the kind")
    person.reads("The kind of account is changed.")
    assert client.get("/account").status_code == 401
    person.follows("Change the address")
    person.types("New email address", new)
    person.types("Reason, for the record", MARRIED)
    person.looks("address", "Another address: asked for here, with a reason.")
    person.presses("Ask the new address for its proof")
    person.reads("A mail with a link is on its way to the new address.")
    person.presses("Log off")
    person.opens(link(town.mail(new, "Confirm your new email address"), "/address/"))
    person.looks("address-proof", "The new address proves itself. Opening the link has changed nothing.")
    person.types(_number(person), _number(person)[-3:])
    person.presses("Use this address from now on")
    person.reads("From now on, log on with the new address")
    person.looks("address-changed", "From now on, this is the address. The one before opens nothing.")


def _number(person: Person) -> str:
    """What the field for the digits is called: it ends with them."""
    found = re.search(r"Type the number \d{3}", person.text)
    assert found, person.text
    return found[0]


def erased(town: Town, person: Person) -> None:
    """An account goes for good."""
    ann, client = guest(town)
    at_the_console(town, person)
    person.opens(user_path(ann))
    person.follows("Erase the account")
    person.types("Reason, for the record", "Has left the bank")
    person.types("The address once more", "ann@elsewhere.example")
    person.presses("Erase the account for good")
    assert person.status == 422
    person.looks("erase", "What goes and what stays; and the address once more, so that it is the right one.")
    person.types("The address once more", ann)
    person.presses("Erase the account for good")
    person.reads("The account is closed for good")
    assert client.get("/account").status_code == 401
    person.looks("erased", "Closed at once. What there is of it goes within minutes.")


def answered(town: Town, person: Person) -> None:
    """A message is answered, and its sender reads what was written back."""
    ann, _ = guest(town)
    desk = at_the_console(town, person)
    draft = {"to": ann, "subject": "Your statement", "body": "Is the address right?", "expires_in_days": 30}
    assert desk.client.post("/admin/messages", draft).status_code == 201
    mail = town.mail(ann, "message is waiting")
    person.presses("Log off")
    person.opens(link(mail, "/messages/"))
    person.logs_on(ann, PASSWORD)
    person.follows("Reply")
    person.types("Your reply", "It is.\n\nKind regards\nAnn")
    person.looks("reply", "Only the sender can read it, in the portal.")
    person.presses("Send reply")
    person.reads("Your reply is sent.")
    person.looks("reply-sent", "Sent: a mail tells the sender that it waits.")
    person.presses("Log off")
    person.logs_on(desk.address, PASSWORD)
    person.types("Code from your app", desk.phone.code())
    person.presses("Continue")
    person.follows("Console")
    person.follows("Send messages")
    person.looks("answered", "Beside each message what became of it, and the replies to it.")
    person.leaves_by(person.page.get_by_role("link", name=re.compile("^1 reply")))
    person.reads("Kind regards")
    person.looks("replies", "What was written back, for whoever sent the message and for nobody else.")
    person.opens(user_path(ann))
    person.follows("All messages to this user", person.unfolds("Latest messages"))
    person.reads("What a message says, and its subject, are for its reader alone.")
    person.looks("user-messages", "What came to somebody: when, from whom, whether it was read. No subject.")


def brand(town: Town, person: Person) -> None:
    """A domain's brand: what its mails begin with, before it is saved."""
    desk = at_the_console(town, person)
    domain = desk.address.partition("@")[2]
    person.opens(f"/admin/domains/{domain}/brand")
    person.types("Name", "Harbour Bank")
    person.types("Colour", "#7a1f3d")
    person.types("Support contact", "help@harbour.example")
    person.presses("Preview")
    person.reads("Nothing is saved yet.")
    person.looks("brand-preview", "How a mail would begin. Nothing is saved yet.")
    person.types("Colour", "#ffe08a")
    person.presses("Save brand")
    assert person.status == 422
    person.looks("brand-refused", "A colour that white text cannot be read on is not taken.")
