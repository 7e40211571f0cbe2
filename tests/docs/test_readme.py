"""The README tells the truth about the settings, the commands and the files it points to, on one screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.running import ROOT, asked_settings
from tests.docs.tables import plain, rows

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
DOCUMENTS = sorted([README, *(ROOT / "docs").rglob("*.md"), ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"])
NO_DEFAULT = {"required", "this or the next", "this or the last", "none"}


def test_every_setting_is_in_the_table_with_its_default() -> None:
    table = {plain(name): plain(default) for name, default, _ in rows(README, "setting (environment)")}
    table = {name: "" if default in NO_DEFAULT else default for name, default in table.items()}
    running = asked_settings() | {"PORTAL_EVENT_BUS": "default"}  # an empty one means the default bus too
    assert table == running


def test_every_setting_has_one_line() -> None:
    names = [name for name, _, _ in rows(README, "setting (environment)")]
    assert sorted(names) == sorted(set(names))


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
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
