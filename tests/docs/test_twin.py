"""docs/twin.md: every row of its table has a test of the twin and a source, and every such test a row."""

from __future__ import annotations

import re

import pytest

from tests.docs.running import ROOT
from tests.docs.tables import plain, rows

PAGE = ROOT / "docs" / "twin.md"
ROWS = rows(PAGE, "what")
TESTS = re.findall(
    r"^def (test_\w+)", (ROOT / "tests/infra/test_twin.py").read_text(encoding="utf-8"), re.MULTILINE
)
SOURCES = PAGE.read_text(encoding="utf-8").partition("\nSources.")[2]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_row_has_a_source_that_is_named_and_a_test_that_is_there(row: list[str]) -> None:
    _, gateway, sources, twin, test = row
    assert gateway
    assert twin
    assert sources
    assert [one for one in sources.split(", ") if not re.search(rf"\b{one}\s[\w*`]", SOURCES)] == []
    assert plain(test) in TESTS


def test_every_test_of_the_twin_is_of_a_row() -> None:
    assert set(TESTS) - {plain(row[-1]) for row in ROWS} == set()
