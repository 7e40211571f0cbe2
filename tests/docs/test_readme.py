"""The README tells the truth about the commands and the files it points to, on one screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.running import ROOT

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
DOCUMENTS = sorted([README, *(ROOT / "docs").rglob("*.md"), ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"])


def test_it_fits_on_a_screen() -> None:
    assert len(TEXT.splitlines()) <= 80


def test_every_command_is_a_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"make ([a-z]+)(?= |`|$)", TEXT, re.MULTILINE))
    assert {"run", "test", "package"} <= commands
    assert [one for one in commands if not re.search(rf"^{one}:", makefile, re.MULTILINE)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_named_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:chalicelib|infra|tests|docs)/[\w/.-]+\.\w+)`", text))
    # STEP stands for whichever step is being added.
    assert [name for name in sorted(named) if "STEP" not in name and not (ROOT / name).exists()] == []
