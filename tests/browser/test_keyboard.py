"""With the keyboard alone: Tab, Enter and typing."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.chromium import DESKTOP
from tests.browser.conftest import Arrives
from tests.browser.person import Person
from tests.journeys.people import link, temporary_password
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD

MOST_STOPS = 30
FOCUSED = """
() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  return {
    id: one.id,
    says: (one.labels?.[0] ?? one).textContent.trim(),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  };
}
"""


def tabs_to(page: Page, wanted: str) -> None:
    """Tab until the control of this name has the focus; wherever it stops on the way, that is seen."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["ring"], focused
        if focused["says"] == wanted:
            return
        stops.append(focused["says"])
    raise AssertionError(f"no {wanted!r} among {stops}")


def fills_in(page: Page, **typed: str) -> None:
    """Type into the fields of these labels, in order, and press Enter in the last."""
    for label, text in typed.items():
        tabs_to(page, label.replace("_", " "))
        page.keyboard.type(text)


def enters(person: Person) -> None:
    """Press Enter where the focus is."""
    with person.page.expect_navigation() as left:
        person.page.keyboard.press("Enter")
    person.status = left.value.status


def test_logon_refused_and_then_successful(town: Town, arrives: Arrives) -> None:
    address, person = town.person("tina"), arrives(DESKTOP)
    person.opens("/logon")
    fills_in(person.page, Email_address=address, Password="wrong wrong wrong")
    enters(person)
    assert person.status == 401
    assert person.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    tabs_to(person.page, "Forgot Your Password?")
    fills_in(person.page, Email_address="", Password=PASSWORD)
    enters(person)
    assert person.heading == "Messages"


def test_reset_with_a_password_that_is_missed_and_then_met(town: Town, arrives: Arrives) -> None:
    address, person = town.person("uwe"), arrives(DESKTOP)
    person.opens("/logon")
    tabs_to(person.page, "Forgot Your Password?")
    enters(person)
    fills_in(person.page, Email_address=address)
    enters(person)
    assert person.heading == "Check your mail"
    person.opens(link(town.mail(address, "choose a new password"), "/password/reset/"))
    fills_in(person.page, New_password="quiet", Confirm_new_password="quiet")
    enters(person)
    assert person.status == 422
    fills_in(person.page, New_password=CHOSEN, Confirm_new_password=CHOSEN)
    enters(person)
    assert person.heading == "Your password has been changed"
    tabs_to(person.page, "Go To Log In")
    enters(person)
    assert person.heading == "Log on"


def test_first_password_chosen(town: Town, arrives: Arrives) -> None:
    address, person = town.new_address("vera"), arrives(DESKTOP)
    town.sends(address)
    invitation = town.mail(address, "temporary password")
    person.opens("/logon")
    fills_in(person.page, Email_address=address, Password=temporary_password(invitation))
    enters(person)
    fills_in(person.page, New_password=CHOSEN, Confirm_new_password=CHOSEN)
    enters(person)
    assert person.heading == "Messages"


def test_wrong_entry_is_read_out_at_its_field_and_its_link_leads_there(arrives: Arrives) -> None:
    person = arrives(DESKTOP)
    person.opens("/password/forgot")
    person.page.locator("form.card").evaluate("(form) => { form.noValidate = true; }")
    fills_in(person.page, Email_address="recipient@")
    enters(person)
    assert person.status == 422
    field = person.page.get_by_label("Email address")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("email address"))
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    expect(field).to_be_focused()
