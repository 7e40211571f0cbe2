"""Every mail as a mail program shows it: by day and by night, large and small; it asks nobody for anything."""

from __future__ import annotations

from chalicelib.languages import LANGUAGES
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.gallery import Gallery
from tests.browser.looking import COLOURS, RULES, faults, misplaced
from tests.mail.test_letters_look import every_mail, letter


@every_mail
def test_mail_is_read_by_day_and_by_night_on_any_screen(gallery: Gallery, name: str, number: int) -> None:
    page = gallery.hangs(letter(name, number).html)
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
        page = gallery.hangs(letter(name, number, lang=lang).html)
        assert (lang, misplaced(page)) == (lang, [])
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert (lang, misplaced(page)) == (lang, [])


def test_temporary_password_stays_whole_on_the_narrowest_screen(gallery: Gallery) -> None:
    """It may be wrapped where its dashes are, but a copy of it is one line, and nothing touches it."""
    page = gallery.hangs(letter("invitation", 0).html)
    gallery.lights(PHONE, "light")
    assert page.locator("code").inner_text() == "k7mw-3fq9-hjnp-rstv-x2yz"
