"""docs/runbooks.md: its commands, links and words are there when somebody needs them."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.docs.running import ROOT
from tests.web.page_samples import sample

FILE = ROOT / "docs" / "runbooks.md"
TEXT = FILE.read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
WORDS = ("What this person did to other accounts", "Show changes only", "Done by", "Attempts")


def anchors(file: Path) -> set[str]:
    """As GitHub makes them of headings."""
    found = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in found}


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make (\w+)", TEXT))))
def test_make_can_do_it(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((\S+?)\)", TEXT))))
def test_link_leads_somewhere(link: str) -> None:
    path, _, anchor = link.partition("#")
    file = FILE.parent / path if path else FILE
    assert file.is_file()
    assert not anchor or anchor in anchors(file)


@pytest.mark.parametrize("words", WORDS)
def test_words_stand_on_the_pages(words: str) -> None:
    pages = sample("admin_events", "acts").html + sample("admin_user", "own").html
    assert words in TEXT
    assert words in html.unescape(pages)


def test_there_is_one_for_each_of_six_bad_days() -> None:
    assert len(re.findall(r"^## ", TEXT, re.MULTILINE)) == 6
