"""docs/settings.md names every setting, in groups, with its default and limits, and what `make run` takes besides."""

from __future__ import annotations

import re

import pytest

from chalicelib.settings import BadSettings, read_settings
from infra.gateway.environment import ELSEWHERE
from infra.gateway.options import read_options
from infra.workable import Asked
from tests.docs.running import REQUIRED, ROOT, asked_settings
from tests.docs.tables import every_row, plain

PAGE = ROOT / "docs" / "settings.md"
SETTINGS = every_row(PAGE, "setting")
TAKEN = every_row(PAGE, "variable")
NO_DEFAULT = {"required", "this or the next", "this or the last", "none"}
LIMITS = [
    (plain(name), *found.groups())
    for name, _, words in SETTINGS
    if (found := re.search(r"\b([\d,]+) to ([\d,]+)", words))
]


def defaults(table: list[list[str]]) -> dict[str, str]:
    written = {plain(name): plain(default) for name, default, _ in table}
    return {name: "" if default in NO_DEFAULT else default for name, default in written.items()}


def test_every_setting_is_in_a_table_with_its_default() -> None:
    running = asked_settings() | {"PORTAL_EVENT_BUS": "default"}  # an empty one means the default bus too
    assert defaults(SETTINGS) == running


def test_every_setting_has_one_line() -> None:
    names = [name for name, _, _ in SETTINGS]
    assert sorted(names) == sorted(set(names))


def test_what_is_required_is_in_the_group_of_that_name() -> None:
    required = PAGE.read_text(encoding="utf-8").partition("## Required")[2].partition("\n## ")[0]
    without = [name for name, default, _ in SETTINGS if default.startswith(("required", "this or"))]
    assert re.findall(r"^\| (`\w+`)", required, re.MULTILINE) == without


def test_every_group_begins_with_a_sentence() -> None:
    _, *groups = PAGE.read_text(encoding="utf-8").split("\n## ")
    assert len(groups) == 6
    assert [group.splitlines()[0] for group in groups if not re.match(r".+\n\n[A-Z`]", group)] == []


def test_every_number_has_its_limits() -> None:
    numbers = [plain(name) for name, default, _ in SETTINGS if plain(default).isdigit()]
    assert [name for name, *_ in LIMITS] == numbers


@pytest.mark.parametrize(("name", "least", "most"), LIMITS)
def test_the_limits_of_a_number_are_the_ones_that_run(name: str, least: str, most: str) -> None:
    least_taken, most_taken = (int(one.replace(",", "")) for one in (least, most))
    for taken in (least_taken, most_taken):
        read_settings({**REQUIRED, name: str(taken)})
    for refused in (least_taken - 1, most_taken + 1):
        with pytest.raises(BadSettings, match=name):
            read_settings({**REQUIRED, name: str(refused)})


def test_what_make_run_takes_is_in_a_table_with_its_default() -> None:
    asked = Asked({})
    read_options(asked)
    assert defaults(TAKEN) == asked.defaults | dict.fromkeys(ELSEWHERE, "")


def test_the_readme_leads_here() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](docs/settings.md)" in readme
    assert "| `PORTAL_" not in readme
