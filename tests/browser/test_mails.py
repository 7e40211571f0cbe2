"""Every mail as a mail program shows it: by day and by night, large and small; it asks nobody for anything."""

from __future__ import annotations

import re

import pytest

from chalicelib.presentation.languages import LANGUAGES
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.gallery import Gallery
from tests.browser.looking import COLOURS, RULES, faults, misplaced
from tests.mail.test_look import every_mail, sample

GROUPED = "k7mwq-3fq9w-hjnpw-rstvw-x2yzw"


@every_mail
def test_mail_is_read_by_day_and_by_night_on_any_screen(gallery: Gallery, name: str, number: int) -> None:
    page = gallery.hangs(sample(name, number).html)
    gallery.lights(DESKTOP, "light")
    found = faults(page, RULES) + misplaced(page)
    gallery.picture("mails", f"{name}-{number}-desktop")
    gallery.lights(DESKTOP, "dark")
    found += faults(page, COLOURS)
    gallery.lights(PHONE, "light")
    found += faults(page, COLOURS)
    gallery.lights(PHONE, "dark")
    found += faults(page, RULES) + misplaced(page)
    gallery.picture("mails", f"{name}-{number}-phone")
    assert found == []
    assert gallery.watch.found() == []
    assert len(gallery.watch.requests) == 1


@every_mail
def test_no_language_s_words_are_too_long(gallery: Gallery, name: str, number: int) -> None:
    gallery.lights(PHONE, "light")
    for lang in LANGUAGES:
        page = gallery.hangs(sample(name, number, lang=lang).html)
        assert (lang, misplaced(page)) == (lang, [])
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert (lang, misplaced(page)) == (lang, [])


@pytest.mark.parametrize("width", [320, 350, 351, 360, 479, 480, 1280])
def test_temporary_password_stands_on_one_line_however_small_the_phone(gallery: Gallery, width: int) -> None:
    """Torn it reads as two, and is typed wrong (ML-13)."""
    page = gallery.hangs(sample("invitation", 0, temporary_password=GROUPED).html)
    page.set_viewport_size({"width": width, "height": 640})
    code = page.locator("code")
    assert code.inner_text() == GROUPED
    assert code.evaluate("(one) => one.getClientRects().length") == 1
    assert misplaced(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [350, 360])
def test_temporary_password_stands_on_one_line_where_the_style_sheet_is_dropped(
    gallery: Gallery, width: int
) -> None:
    html = re.sub(
        "<style>.*?</style>", "", sample("invitation", 0, temporary_password=GROUPED).html, flags=re.DOTALL
    )
    page = gallery.hangs(html)
    page.set_viewport_size({"width": width, "height": 640})
    assert page.locator("code").evaluate("(one) => one.getClientRects().length") == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
