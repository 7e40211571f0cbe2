"""Every page in every state, without a portal: by day and by night, small and large, in every language, either way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from chalicelib.presentation.languages import LANGUAGES
from tests.browser.chromium import DESKTOP, PHONE, TABLET, ZOOMED
from tests.browser.gallery import Gallery
from tests.browser.looking import COLOURS, faults, misplaced, moving, unseen_focus
from tests.web.page_samples import STATES, sample

every_state = pytest.mark.parametrize(("name", "state"), STATES)


@pytest.fixture
def frame(gallery: Gallery, name: str, state: str) -> Page:
    """The page of this state, hung up."""
    answer = sample(name, state)
    return gallery.hangs(answer.html, answer.csp)


@every_state
def test_axe_finds_nothing_by_day_and_by_night_on_any_screen(
    gallery: Gallery, frame: Page, name: str, state: str
) -> None:
    gallery.lights(DESKTOP, "light")
    found = faults(frame)
    gallery.picture("pages", f"{name}-{state}-desktop")
    gallery.lights(DESKTOP, "dark")
    found += faults(frame, COLOURS)
    gallery.lights(PHONE, "light")
    found += faults(frame, COLOURS)
    gallery.lights(PHONE, "dark")
    found += faults(frame)
    gallery.picture("pages", f"{name}-{state}-phone")
    assert found == []
    assert gallery.watch.found() == []


@every_state
def test_focus_is_seen_and_nothing_moves_for_who_wants_rest(
    gallery: Gallery, frame: Page, name: str, state: str
) -> None:
    gallery.lights(DESKTOP, "light")
    assert unseen_focus(frame) == []
    assert moving(frame) == []


@every_state
def test_nothing_sticks_out_at_any_zoom_or_either_way(
    gallery: Gallery, frame: Page, name: str, state: str
) -> None:
    """320 px is a phone, and a desktop at 400 %; 640 px is one at 200 %."""
    found = []
    for direction in ("ltr", "rtl"):
        frame.evaluate("(way) => { document.documentElement.dir = way; }", direction)
        for screen in (PHONE, ZOOMED, DESKTOP):
            gallery.lights(screen, "light")
            found += misplaced(frame)
    assert found == []


@every_state
def test_no_language_s_words_are_too_long(gallery: Gallery, name: str, state: str) -> None:
    gallery.lights(PHONE, "light")
    for lang in LANGUAGES:
        answer = sample(name, state, lang=lang)
        assert (lang, misplaced(gallery.hangs(answer.html, answer.csp))) == (lang, [])


@every_state
def test_text_of_twice_the_size_fits(gallery: Gallery, frame: Page, name: str, state: str) -> None:
    gallery.lights(ZOOMED, "light")
    frame.evaluate("document.documentElement.style.fontSize = '200%'")
    assert misplaced(frame) == []


def test_skip_link_skips(gallery: Gallery) -> None:
    page = gallery.hangs(sample("messages", "some").html)
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to main content")
    box = link.bounding_box()
    assert box
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(
    ("name", "state"), [("messages", "some"), ("admin_users", "domain"), ("refusal", "not_found")]
)
def test_header_of_a_phone_is_one_row_in_every_language(gallery: Gallery, name: str, state: str) -> None:
    gallery.lights(PHONE, "light")
    for lang in LANGUAGES:
        frame = gallery.hangs(sample(name, state, lang=lang).html)
        items = frame.locator(".nav > a, .nav > form").all()
        tops = {round(box["y"]) for box in (one.bounding_box() for one in items) if box}
        assert (lang, len(items) >= 3, len(tops)) == (lang, True, 1)


def test_message_is_printed_with_its_facts_and_without_what_is_to_be_pressed(gallery: Gallery) -> None:
    page = gallery.hangs(sample("message", "addresses").html)
    gallery.lights(DESKTOP, "dark")
    page.emulate_media(media="print")
    for shown in (
        page.locator(".letter"),
        page.locator(".facts"),
        page.get_by_text("https://insurer.example/conditions/2026?language=en&page=12"),
    ):
        assert shown.is_visible()
    for hidden in ("navigation", "button", "contentinfo"):
        assert not any(one.is_visible() for one in page.get_by_role(hidden).all())
    assert not page.get_by_text("All messages").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    gallery.picture("pages", "message-addresses-printed")
    page.emulate_media(media="screen")


def test_recovery_codes_are_printed_and_nothing_else_is_in_the_way(gallery: Gallery) -> None:
    page = gallery.hangs(sample("account_two_step", "codes").html)
    gallery.lights(DESKTOP, "dark")
    page.emulate_media(media="print")
    codes = page.locator("#codes li")
    assert codes.count() == 10
    assert all(one.is_visible() for one in codes.all())
    assert page.get_by_text("Recovery codes of Secure Messaging Portal").is_visible()
    for hidden in (
        page.get_by_role("navigation"),
        page.get_by_role("button"),
        page.get_by_role("contentinfo"),
    ):
        assert not any(one.is_visible() for one in hidden.all())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    gallery.picture("pages", "account_two_step-codes-printed")
    page.emulate_media(media="screen")


@pytest.mark.parametrize(
    ("name", "state"), [("admin_attempts", "found"), ("admin_events", "some"), ("admin_events", "acts")]
)
def test_a_row_is_one_line_and_by_the_keyboard_all_of_it(gallery: Gallery, name: str, state: str) -> None:
    """Whatever a browser calls itself: a row grew to ten lines. What is cut off shows, once its row is opened."""
    gallery.lights(TABLET, "light")
    assert misplaced(gallery.hangs(sample(name, state, lang="de").html)) == []
    gallery.lights(DESKTOP, "light")
    frame = gallery.hangs(sample(name, state).html)
    rows = frame.locator("tbody tr").all()
    assert {round(box["height"]) for box in (row.bounding_box() for row in rows) if box} <= {39, 40, 41}
    for row in rows:
        row.locator("summary").focus()
        frame.keyboard.press("Enter")
        assert row.locator("dd", has_text="21 November 2026").first.is_visible()
    assert frame.locator("details[open]").count() == len(rows)
    cut = "(cells) => cells.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert frame.locator("tbody td").evaluate_all(cut) == 0
    assert misplaced(frame) == []
