"""docs/twin.md: every row of its two tables has a test of the twin and a source, and every such test a row."""

from __future__ import annotations

import re

import pytest

from tests.docs.running import ROOT
from tests.docs.tables import plain, rows

PAGE = ROOT / "docs" / "twin.md"
ROWS = {"test_twin.py": rows(PAGE, "what"), "test_event_source.py": rows(PAGE, "of a batch")}
TESTS = {
    file: re.findall(
        r"^def (test_\w+)", (ROOT / "tests/infra" / file).read_text(encoding="utf-8"), re.MULTILINE
    )
    for file in ROWS
}
SOURCES = PAGE.read_text(encoding="utf-8").partition("\nSources.")[2]


@pytest.mark.parametrize(
    ("file", "row"), [(file, row) for file in ROWS for row in ROWS[file]], ids=lambda one: one[0]
)
def test_row_has_a_source_that_is_named_and_a_test_that_is_there(file: str, row: list[str]) -> None:
    _, service, sources, twin, test = row
    assert service
    assert twin
    assert sources
    assert [one for one in sources.split(", ") if not re.search(rf"\b{one}\s[\w*`]", SOURCES)] == []
    assert plain(test) in TESTS[file]


@pytest.mark.parametrize("file", ROWS)
def test_every_test_of_the_twin_is_of_a_row(file: str) -> None:
    assert set(TESTS[file]) - {plain(row[-1]) for row in ROWS[file]} == set()
