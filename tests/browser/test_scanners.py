"""Whatever a mail scanner does to a link, nothing is spent or frozen, and the person succeeds at the first try."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from chalicelib.domain.accounts import Status
from tests.browser.chromium import PHONE
from tests.browser.conftest import Arrives
from tests.browser.flows.coming_in import chooses
from tests.browser.person import Person
from tests.browser.robots import EVERY, HUNG_ON
from tests.journeys.people import link, temporary_password
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

STATE = ("accounts", "resets", "sessions", "messages")


@dataclass
class Mailed:
    """A mail somebody got, its link, and what they do with it."""

    address: str
    link: str
    succeeds: Callable[[Person], None]


def reset(town: Town) -> Mailed:
    address = town.person("wanda")
    town.client().post("/password/forgot", {"email": address})
    mail = town.mail(address, "choose a new password")
    where = link(mail, "/password/reset/")

    def succeeds(person: Person) -> None:
        person.opens(where)
        chooses(person, CHOSEN)
        assert person.heading == "Your password has been changed"

    return Mailed(address, where, succeeds)


def invitation(town: Town) -> Mailed:
    address = town.new_address("xenia")
    town.sends(address, "Your claim")
    mail = town.mail(address, "temporary password")
    town.mail(address, "message is waiting")

    def succeeds(person: Person) -> None:
        person.logs_on(address, temporary_password(mail))
        assert person.heading == "Choose a new password"

    return Mailed(address, link(mail, "/logon"), succeeds)


def message(town: Town) -> Mailed:
    address = town.person("yves")
    town.sends(address, "Your claim")
    where = link(town.mail(address, "message is waiting"), "/messages/")

    def succeeds(person: Person) -> None:
        person.opens(where)
        person.logs_on(address, PASSWORD)
        assert person.heading == "Your claim"

    return Mailed(address, where, succeeds)


def not_me(town: Town) -> Mailed:
    address, client = town.person("zoe"), town.client()
    client.logs_on(address, PASSWORD)
    body = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
    client.goes_on(client.post("/password/change", body))
    where = link(town.mail(address, "password has been reset"), "/not-me/")

    def succeeds(person: Person) -> None:
        assert town.account(address).status is Status.ACTIVE
        person.opens(where)
        (shown,) = re.findall(r"\d{3}", person.page.locator("label[for=number]").inner_text())
        person.page.locator("#number").fill(shown)
        person.presses("Freeze my account")
        assert person.heading == "Your account is frozen"

    return Mailed(address, where, succeeds)


def settled(town: Town, address: str) -> dict[str, list[str]]:
    """Every row that counts, once the worker has put down what it sent; of the events, those of this person.

    A session that was handed over a moment ago is void, and is gone whenever the store takes it.
    """

    def now() -> dict[str, list[str]]:
        rows = town.dump(*STATE, "events")
        rows["sessions"] = [row for row in rows["sessions"] if "handed_over_at" not in json.loads(row)]
        rows["events"] = [
            row for row in rows["events"] if json.loads(row).get("email", {}).get("S") == address
        ]
        return rows

    before = now()
    while (after := now()) != before:
        before = after
        time.sleep(0.3)
    return after


# Robot and person come from one address, as in a company whose gateway opens its people's mail.
@pytest.mark.parametrize("robot", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("mailed", [reset, invitation, message, not_me], ids=lambda mailed: mailed.__name__)
def test_robot_changes_nothing_and_the_person_succeeds(
    town: Town,
    chromium: Browser,
    arrives: Arrives,
    robot: Callable[[Browser, str], None],
    mailed: Callable[[Town], Mailed],
) -> None:
    """RS-03."""
    mail = mailed(town)
    before = settled(town, mail.address)
    robot(chromium, mail.link)
    assert settled(town, mail.address) == before
    mail.succeeds(arrives(PHONE))


@pytest.mark.parametrize("end", HUNG_ON)
def test_link_with_something_hung_on_it_still_works(town: Town, arrives: Arrives, end: str) -> None:
    mail = reset(town)
    person = arrives(PHONE)
    person.opens(mail.link + end)
    assert person.heading == "Choose a new password"


def test_robot_at_the_dead_end_asks_for_no_mail(town: Town, chromium: Browser) -> None:
    """The one button of a dead link needs an address, so pressing it untouched floods nobody."""
    mail = reset(town)
    count = len(town.mails(mail.address))
    dead = mail.link[:-1]
    for robot in EVERY.values():
        robot(chromium, dead)
    settled(town, mail.address)
    assert len(town.mails(mail.address)) == count
