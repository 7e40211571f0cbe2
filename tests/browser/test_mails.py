"""Every mail as a mail program shows it: by day and by night, large and small; it asks nobody for anything."""

from __future__ import annotations

from chalicelib.presentation.languages import LANGUAGES
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.gallery import Gallery
from tests.browser.looking import COLOURS, RULES, faults, misplaced
from tests.mail.test_look import every_mail, sample

GROUPED = "k7mwq-3fq9w-hjnpw-rstvw-x2yzw"
LINES_OF_GROUPS = """
(code) => code.textContent.split("-").map((group) => {
  const range = document.createRange();
  const start = code.textContent.indexOf(group);
  range.setStart(code.firstChild, start);
  range.setEnd(code.firstChild, start + group.length);
  return range.getClientRects().length;
})
"""


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


def test_temporary_password_wraps_only_at_its_dashes(gallery: Gallery) -> None:
    """Torn anywhere else it reads as two, and is typed wrong."""
    page = gallery.hangs(sample("invitation", 0, temporary_password=GROUPED).html)
    gallery.lights(PHONE, "light")
    code = page.locator("code")
    assert code.inner_text() == GROUPED
    assert code.evaluate(LINES_OF_GROUPS) == [1] * 5
    assert code.evaluate("(one) => one.getClientRects().length") == 2
