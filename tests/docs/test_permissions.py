"""docs/permissions.md is what infra/permissions.yaml says today."""

from __future__ import annotations

from infra.matrix import PAGE, page
from infra.permissions import read_permissions
from tests.docs.tables import every_row, tables


def test_lo_07_the_matrix_is_the_one_of_the_page() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m infra.matrix writes it anew"


def test_lo_07_every_step_that_reaches_accounts_has_a_column() -> None:
    (headings,) = [[line for line in PAGE.read_text().splitlines() if line.startswith("| attribute |")]]
    columns = [cell.strip() for line in headings for cell in line.strip("|").split("|")[2:]]
    assert sorted(columns) == sorted(step for step, row in read_permissions().items() if "accounts" in row)


def test_lo_07_matrix_says_who_sets_the_password() -> None:
    setting = [row for row in every_row(PAGE, "attribute") if row[0] == "password_hash"]
    assert sum(cell.split().count("S") for row in setting for cell in row) == 9
    assert len(list(tables(PAGE, "attribute"))) == 2
