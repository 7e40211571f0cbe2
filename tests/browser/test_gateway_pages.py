"""The pages that API Gateway gives by itself: the same family as ours, on any screen, in every language."""

from __future__ import annotations

import pytest

from chalicelib.presentation.languages import LANGUAGES
from chalicelib.web.shut_out import told
from infra.gateway_responses import HTML, fill_in, with_pages
from tests.browser.chromium import DESKTOP, PHONE
from tests.browser.gallery import Gallery
from tests.browser.looking import faults, misplaced, unseen_focus

SETTINGS = {"PORTAL_SUPPORT_CONTACT": "support@portal.example"}
PAGES = with_pages(SETTINGS)
# Only where the authorizer was asked somebody's language is known.
SHOWN = [("ACCESS_DENIED", lang) for lang in LANGUAGES] + [
    ("MISSING_AUTHENTICATION_TOKEN", "en"),
    ("THROTTLED", "en"),
]


@pytest.mark.parametrize(("kind", "lang"), SHOWN)
def test_gateways_own_page_has_no_fault_on_any_screen(gallery: Gallery, kind: str, lang: str) -> None:
    """IP-09."""
    words = told("account_ranges", lang, "K7MW-3FQ9", 1_790_000_000, logged_on=True)
    source = "2001:db8:85a3::8a2e:370:7334"
    html = fill_in(PAGES[kind], HTML, "0b8cbb1b-41f6-44c3-b7c3-1a62b5c6f9a4", words, source)
    frame = gallery.hangs(html.decode(), PAGES[kind].headers["Content-Security-Policy"])
    found = []
    for screen in (DESKTOP, PHONE):
        gallery.lights(screen, "dark")
        found += faults(frame) + misplaced(frame)
        gallery.lights(screen, "light")
        found += faults(frame)
    gallery.picture("gateway", f"{kind.lower()}-{lang}")
    assert found == []
    assert unseen_focus(frame) == []
    assert gallery.watch.found() == []
