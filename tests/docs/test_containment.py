"""docs/containment.md uses the words of the pages: whoever follows it under pressure finds each of them."""

from __future__ import annotations

import html
import re

import pytest

from chalicelib.domain.accounts import Kind
from tests.console.staff import logged_on
from tests.docs.running import ROOT
from tests.world.phones import enrolled
from tests.world.world import World

TEXT = (ROOT / "docs" / "containment.md").read_text(encoding="utf-8")
PHRASES = sorted(set(re.findall(r"\*\*(.+?)\*\*", TEXT, re.DOTALL)))
STEPS = re.findall(r"^## (Minute \d)", TEXT, re.MULTILINE)


@pytest.fixture(scope="module")
def pages() -> str:
    """Everything that an administrator reads on the way, as words."""
    world = World()
    ann = world.person()
    account, phone = enrolled(world, kind=Kind.ADMINISTRATOR)
    browser = logged_on(world, world.browser(), account, phone)
    user = f"/admin/users/{ann.address}"
    seen = [browser.get(path).text for path in ("/admin/domains", "/admin/users?domain=people.test", user)]
    browser.post(f"{user}/contain", {"disable": "true", "restriction": "keep", "reason": "Reported"})
    later = [
        f"{user}?done=contained",
        f"/admin/users/{account.address}",
        f"/admin/events?email={ann.address}",
        "/admin/attempts",
    ]
    seen += [browser.get(path).text for path in later]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", " ".join(seen)).split()))


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrase_stands_on_the_pages(pages: str, phrase: str) -> None:
    assert " ".join(phrase.split()).lower() in pages.lower()


def test_it_takes_five_minutes_and_one_page() -> None:
    assert [f"Minute {number}" for number in range(1, 6)] == STEPS
    assert len(TEXT.splitlines()) <= 80
    assert len(PHRASES) > 15
