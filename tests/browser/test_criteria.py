"""The criteria of a new password while one types, and its fields: for eyes, ears and password managers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESKTOP, PLAIN, Screen
from tests.browser.conftest import Arrives
from tests.browser.flows.coming_in import chooses
from tests.browser.person import Person
from tests.browser.watching import ASKED_LATER
from tests.journeys.people import link
from tests.journeys.town import Town
from tests.world.visitors import CHOSEN, PASSWORD


def at_the_form(town: Town, person: Person) -> Page:
    """Before the form of a reset link."""
    address = town.person("rosa")
    assert town.client().post("/password/forgot", {"email": address}).status_code == 202
    person.opens(link(town.mail(address, "choose a new password"), "/password/reset/"))
    return person.page


def said(page: Page) -> dict[str, str]:
    """Each criterion, and the word beside it."""
    return {
        str(one.get_attribute("data-criterion")): one.locator(".said").inner_text()
        for one in page.locator("[data-criterion]").all()
    }


def test_ticks_come_as_one_types_and_few_questions_are_asked(town: Town, arrives: Arrives) -> None:
    person = arrives(DESKTOP)
    page = at_the_form(town, person)
    region = page.get_by_role("status")
    expect(region).to_have_attribute("aria-live", "polite")
    assert (region.inner_text(), set(said(page).values())) == ("", {""})
    page.get_by_label("New password", exact=True).press_sequentially(CHOSEN, delay=15)
    expect(page.locator("[data-criterion=length]")).to_have_class("met")
    assert 1 <= person.watch.asked(ASKED_LATER) <= 3  # of 29 letters
    page.get_by_label("Confirm new password").fill("seven")
    expect(page.locator("[data-criterion=match]")).to_have_class("unmet")
    words = said(page)
    assert (words["length"], words["match"]) == ("met", "not met")
    expect(region).to_contain_text("Not met: ")
    page.get_by_label("Confirm new password").fill(CHOSEN)
    expect(page.locator("[data-criterion=match]")).to_have_class("met")
    expect(region).not_to_contain_text("Not met")


def test_wb_16_no_cross_before_one_has_finished_typing_nor_for_a_field_not_used(
    town: Town, arrives: Arrives
) -> None:
    """WB-16: a criterion stays neutral while one types, and that both are the same until the second field is used."""
    page = at_the_form(town, arrives(DESKTOP))
    field = page.get_by_label("New password", exact=True)
    for letters in ("qu", "ie", "t "):
        with page.expect_response(f"**{ASKED_LATER}"):
            field.press_sequentially(letters, delay=15)
        page.wait_for_timeout(50)
        assert "not met" not in said(page).values()
    field.blur()
    expect(page.locator("[data-criterion=length]")).to_have_class("unmet")
    expect(page.locator("[data-criterion=match]")).to_have_class("open")
    page.get_by_label("Confirm new password").fill("quite")
    page.get_by_label("Confirm new password").blur()
    expect(page.locator("[data-criterion=match]")).to_have_class("unmet")


def test_cross_and_tick_differ_by_more_than_colour(town: Town, arrives: Arrives) -> None:
    page = at_the_form(town, arrives(DESKTOP))
    page.get_by_label("New password", exact=True).fill("quiet")
    expect(page.locator("[data-criterion=length]")).to_have_class("unmet")
    page.get_by_label("New password", exact=True).fill(CHOSEN)
    expect(page.locator("[data-criterion=length]")).to_have_class("met")
    page.get_by_label("Confirm new password").fill("quiet")
    expect(page.locator("[data-criterion=match]")).to_have_class("unmet")
    sign = "(one) => getComputedStyle(one.querySelector('.mark'), '::before').content"
    signs = [page.locator(f"[data-criterion={one}]").evaluate(sign) for one in ("length", "match")]
    assert "✓" in signs[0]
    assert "✕" in signs[1]


def test_without_scripts_the_same_list_follows_the_post(town: Town, arrives: Arrives) -> None:
    person = arrives(PLAIN)
    at_the_form(town, person)
    chooses(person, "quiet", "quite")
    assert person.status == 422
    assert said(person.page) == {
        "length": "not met",
        "not_common": "met",
        "not_personal": "met",
        "different": "met",
        "match": "not met",
    }


@pytest.mark.parametrize("screen", [PLAIN, DESKTOP], ids=lambda one: one.name)
def test_wb_16_mismatch_is_said_at_the_second_field_and_no_tick_stands_over_empty_fields(
    town: Town, arrives: Arrives, screen: Screen
) -> None:
    """WB-16: the summary has the focus, and its link leads to the field."""
    person = arrives(screen)
    page = at_the_form(town, person)
    chooses(person, CHOSEN, "seven")
    assert person.status == 422
    assert set(said(page).values()) == {"", "not met"}
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.get_by_role("alert").get_by_role("link", name="The two passwords are not the same").click()
    field = page.get_by_label("Confirm new password")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("The two passwords are not the same"))


def test_service_that_does_not_answer_is_said_and_stops_nobody(town: Town, arrives: Arrives) -> None:
    person = arrives(DESKTOP)
    page = at_the_form(town, person)
    page.route(f"**{ASKED_LATER}", lambda route: route.fulfill(status=503, body="{}"))
    page.get_by_label("New password", exact=True).fill(CHOSEN)
    expect(page.get_by_role("status")).to_have_text(re.compile("could not be checked"))
    page.get_by_label("Confirm new password").fill(CHOSEN)
    person.presses("Confirm")
    assert person.heading == "Your password has been changed"


def test_confirmed_before_the_answer_came_and_still_logged_on(town: Town, arrives: Arrives) -> None:
    """The question about the criteria is under way with the old session when the new one is made."""
    address, person = town.person("sven"), arrives(DESKTOP)
    person.logs_on(address, PASSWORD)
    for old, new in ((PASSWORD, CHOSEN), (CHOSEN, f"{CHOSEN} again")):
        person.opens("/password/change")
        person.types("Current password", old)
        person.types("New password", new)
        person.types("Confirm new password", new)
        person.page.wait_for_timeout(345)  # just when the question leaves
        person.presses("Confirm")
        assert person.heading == "Your password has been changed"


def test_password_is_shown_and_hidden_and_never_left_visible(town: Town, arrives: Arrives) -> None:
    person = arrives(DESKTOP)
    person.opens("/logon")
    field = person.page.get_by_label("Password", exact=True)
    person.types("Password", "as typed")
    person.page.get_by_role("button", name="Show Password").click()
    expect(field).to_have_attribute("type", "text")
    person.page.get_by_role("button", name="Hide Password").click()
    expect(field).to_have_attribute("type", "password")
    assert field.input_value() == "as typed"


def test_button_that_only_scripts_make_work_is_not_there_without_them(arrives: Arrives) -> None:
    person = arrives(PLAIN)
    person.opens("/logon")
    assert person.page.get_by_role("button", name="Show Password").count() == 0


def test_paste_works_and_password_managers_know_each_field(town: Town, arrives: Arrives) -> None:
    person = arrives(DESKTOP)
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = at_the_form(town, person)
    page.evaluate("(text) => navigator.clipboard.writeText(text)", CHOSEN)
    for label in ("New password", "Confirm new password"):
        field = page.get_by_label(label, exact=True)
        expect(field).to_have_attribute("autocomplete", "new-password")
        field.focus()
        page.keyboard.press("Control+V")
        assert field.input_value() == CHOSEN
    assert page.locator("form:has(input[type=password])").count() == 1
    person.presses("Confirm")
    person.follows("Go To Log In")
    for label, purpose in (("Email address", "username"), ("Password", "current-password")):
        expect(page.get_by_label(label, exact=True)).to_have_attribute("autocomplete", purpose)


def test_support_details_are_copied_as_they_are_shown(arrives: Arrives) -> None:
    person = arrives(DESKTOP)
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.logs_on("nobody@nowhere.example", "wrong wrong wrong")
    person.page.get_by_role("button", name="Copy details for support").click()
    expect(person.page.get_by_text("Copied")).to_be_visible()
    copied = person.page.evaluate("navigator.clipboard.readText()")
    assert f"Reference: {person.fact('Reference')}" in copied.splitlines()
    assert "wrong wrong" not in copied
