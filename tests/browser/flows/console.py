"""The console: directories and users, a compromised account, one measure at a time."""

from __future__ import annotations

from tests.browser.person import Person
from tests.journeys.desk import Desk, guest, seated, user_path
from tests.journeys.town import Town
from tests.world.visitors import PASSWORD

REASON = "Reported by the user after an unexpected notification"


def at_the_console(town: Town, person: Person) -> Desk:
    """An administrator before the console."""
    desk = seated(town)
    enters(person, desk)
    return desk


def enters(person: Person, desk: Desk) -> None:
    """Log on with password and code, and open the console."""
    person.logs_on(desk.address, PASSWORD)
    person.types("Code from your app", desk.phone.code())
    person.presses("Continue")
    person.follows("Console")


def directories(town: Town, person: Person) -> None:
    """Directories, domains, users: whom the portal knows."""
    desk = at_the_console(town, person)
    person.looks("overview", "What needs attention, and two weeks of logons and refusals.")
    person.follows("Domains")
    domain = town.new_address("x").replace("@", ".")
    person.types("Domain", domain)
    person.page.get_by_label("Its users must use 2-step authentication").check()
    person.presses("Add domain")
    person.reads("The domain is added.")
    person.looks("domains", "Every domain with its rules, and a form to add one.")
    person.presses(f"Make 2-step optional for {domain}")
    person.reads("The domain is changed.")
    person.follows("Users")
    person.types("Email address", f"olga@{domain}")
    person.presses("Invite")
    person.reads("The user is invited")
    town.mail(f"olga@{domain}", "temporary password")
    person.looks(
        "user-new", "Somebody new is invited: what the portal knows, and everything that can be done."
    )
    person.follows("Users")
    person.types("Email address", f"olga@{domain}")
    person.presses("Invite")
    assert person.status == 409
    person.looks("users-exists", "Whoever has an account already is not invited twice.")
    person.types("Address or domain", "olga@")
    person.presses("Search")
    person.looks("users", "Users found by a part of their address.")
    person.follows(f"olga@{domain}")
    assert person.fact("Status") == "Invited: has not logged on yet."
    assert desk.user(f"olga@{domain}")["password"]["state"] == "temporary_pending"


def compromised(town: Town, person: Person) -> None:
    """An account looks compromised: everything at once."""
    ann, thief = guest(town)
    at_the_console(town, person)
    person.opens(user_path(ann))
    part = person.unfolds("Contain a compromised account")
    person.looks("contain", "Contain: password, sessions, 2-step and networks in one step, with a reason.")
    person.types("Reason, for the record", REASON, part)
    person.presses("Contain the account", part)
    person.reads("The account is contained")
    assert thief.get("/account").status_code == 401
    person.looks("contained", "Done, and the trail says what, by whom and why.")
    person.presses("Enable the account")
    person.reads("The account is enabled again.")


def measures(town: Town, person: Person) -> None:
    """One measure at a time: password, change at logon, sessions, status, 2-step."""
    ann, client = guest(town)
    at_the_console(town, person)
    person.opens(user_path(ann))
    part = person.unfolds("Set a password")
    person.types("New password", "short", part)
    person.presses("Set password", part)
    assert person.status == 422
    person.looks("password-missed", "A password an administrator types meets the same criteria.")
    person.types("New password", "")
    person.presses("Set password")
    person.reads("A temporary password is made")
    assert client.get("/account").status_code == 401
    person.looks(
        "password-mailed", "Left empty, a temporary one goes to the user by mail: nobody else sees it."
    )
    for title, button, said in (
        ("Force change at logon", "Force change at logon", "The user must choose a new password"),
        ("Revoke sessions", "Revoke every session", "Every session of the user has ended."),
        ("2-step authentication", "Require 2-step", "The user must now use 2-step authentication."),
        ("2-step authentication", "Stop requiring 2-step", "no longer required"),
    ):
        person.presses(button, person.unfolds(title))
        person.reads(said)
    _disables_and_enables(person)
    part = person.unfolds("2-step authentication")
    person.types("Reason, for the record", "Lost phone, called back", part)
    part.get_by_label("I have made sure that it is the user who is asking").check()
    person.looks(
        "user", "An action is unfolded where it is needed; what cannot be undone asks for a tick or a reason."
    )
    person.presses("Reset 2-step", part)
    person.reads("2-step is reset.")


def _disables_and_enables(person: Person) -> None:
    part = person.unfolds("Disable the account")
    part.get_by_label("I want to disable this account").check()
    person.presses("Disable the account", part)
    person.reads("The account is disabled")
    person.looks("disabled", "Disabled: nobody gets in until it is enabled again.")
    person.presses("Enable the account", person.unfolds("Enable the account"))
    person.reads("The account is enabled again.")


def stuck(town: Town, person: Person) -> None:
    """Somebody is stuck: locked, and unreachable by mail."""
    ann = town.person(failures=9, locked_until=4e9, undeliverable="bounced")
    at_the_console(town, person)
    person.opens(user_path(ann))
    person.reads("Mail does not arrive")
    person.looks("stuck", "What stands in the way is marked beside the name, and its action lies open.")
    person.presses("Unlock", person.unfolds("Unlock"))
    person.reads("The lock is lifted")
    part = person.unfolds("Allow mail again")
    person.types("Reason, for the record", "The mailbox was full", part)
    person.presses("Allow mail to this address", part)
    person.reads("Mail to this address is possible again.")
    assert town.account(ann).failures == 0
