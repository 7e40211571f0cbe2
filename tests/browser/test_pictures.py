"""A logo out of a file and a colour by eye: both fill in what is typed otherwise, under the page's own policy."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page, expect

from chalicelib.domain.brand import checked_logo
from tests.browser.gallery import Gallery
from tests.domain.pictures import picture
from tests.web.page_samples import sample

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><circle r="9" fill="teal"/></svg>'


@pytest.fixture
def page(gallery: Gallery) -> Page:
    shown = sample("admin_brand", "none")
    return gallery.hangs(shown.html, shown.csp)


def takes(page: Page, name: str, kind: str, content: bytes) -> str:
    """What stands in the field once this file was chosen, and the page has said so."""
    page.locator("#logo-file").set_input_files({"name": name, "mimeType": kind, "buffer": content})
    expect(page.locator("#logo-taken")).not_to_be_empty()
    return page.locator("#logo").input_value()


def test_a_png_is_taken_as_it_is(page: Page) -> None:
    assert (
        takes(page, "logo.png", "image/png", picture(120, 40)) == base64.b64encode(picture(120, 40)).decode()
    )


def test_a_drawing_becomes_the_png_that_a_mail_shows(page: Page) -> None:
    taken = checked_logo(takes(page, "logo.svg", "image/svg+xml", DRAWING))
    assert (taken.width, taken.height) == (240, 80)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image/png", picture(120, 40) + b"x" * 6200),
        ("image/jpeg", b"\xff\xd8\xff"),
        ("image/svg+xml", b"<svg"),
    ],
    ids=["too large", "a photograph", "broken"],
)
def test_what_is_no_logo_leaves_the_field_and_says_so(page: Page, kind: str, content: bytes) -> None:
    assert takes(page, "logo", kind, content) == ""
    expect(page.locator("#logo-taken")).to_have_text("This file is no PNG or drawing, or too large.")


def test_a_colour_by_eye_is_the_text_of_its_field(page: Page) -> None:
    page.locator("#colour-picker").fill("#6b21a8")
    assert page.locator("#colour").input_value() == "#6b21a8"
    page.locator("#colour").fill("#112233")
    assert page.locator("#colour-picker").input_value() == "#112233"
