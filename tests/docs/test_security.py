"""docs/security.md claims nothing that is not there: no number, no file, no test."""

from __future__ import annotations

import re

import pytest

from tests.docs.coverage import (
    DEVIATION,
    IDENTITY,
    NONE,
    SECURITY,
    cell_of_tests,
    headline,
    missing,
    named_after,
)
from tests.docs.running import ROOT, running_value
from tests.docs.tables import plain, rows

NUMBERS = rows(SECURITY, "number")
REQUIREMENTS = rows(SECURITY, "id")
STANDARD = rows(SECURITY, "ASVS")
REWRITE = "python -m tests.docs.coverage"


@pytest.mark.parametrize(("number", "value", "identity", "source"), NUMBERS, ids=lambda cell: cell[:40])
def test_a_documented_number_is_the_one_that_runs(
    number: str, value: str, identity: str, source: str
) -> None:
    assert value == str(running_value(plain(source))), number


@pytest.mark.parametrize("setting", ["lock_threshold", "lock_seconds", "session_idle", "session_lifetime"])
def test_the_limits_the_standard_asks_about_are_documented(setting: str) -> None:
    assert f"settings.{setting}" in {plain(source) for *_, source in NUMBERS}


def test_every_word_of_the_context_is_documented() -> None:
    from chalicelib.flows.new_password import CONTEXT_WORDS  # noqa: PLC0415 - read where it is compared

    section = (
        SECURITY.read_text(encoding="utf-8").partition("## Words of the context")[2].partition("\n## ")[0]
    )
    assert re.findall(r'"([^"]+)"', section) == list(CONTEXT_WORDS)


def test_every_test_a_row_names_is_there() -> None:
    wrong = [
        f"{identity}: {file}"
        for identity, _, _, cell in REQUIREMENTS
        if cell != NONE
        for file in map(plain, cell.split(", "))
        if file not in named_after().get(identity, [])
    ]
    assert wrong == [], f"no test of this id's name there; {REWRITE} writes what is"


def test_every_file_a_row_names_is_there() -> None:
    files = {plain(file) for _, _, cell, _ in REQUIREMENTS if cell != "not yet" for file in cell.split(", ")}
    assert [file for file in sorted(files) if not (ROOT / file).is_file()] == []


def test_every_id_has_one_row_and_every_test_named_after_one_has_a_row() -> None:
    identities = [identity for identity, *_ in REQUIREMENTS]
    assert sorted(identities) == sorted(set(identities))
    assert set(named_after()) - set(identities) == set()


@pytest.mark.parametrize(
    ("number", "level", "requirement", "held_by", "tests"), STANDARD, ids=lambda cell: cell[:40]
)
def test_a_row_of_the_standard_names_the_tests_there_are(
    number: str, level: str, requirement: str, held_by: str, tests: str
) -> None:
    assert all(IDENTITY.fullmatch(one.lower().replace("-", "_")) for one in held_by.split(", "))
    assert tests in {cell_of_tests(held_by), DEVIATION}, f"{number}: {REWRITE} writes what is"
    assert tests == DEVIATION or missing(held_by) == []


def test_the_sum_is_the_sum_of_the_rows() -> None:
    assert headline() in SECURITY.read_text(encoding="utf-8"), REWRITE
