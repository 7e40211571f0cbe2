"""Small functions and small files: median under ten lines, none over forty, no file past 250."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

from tests.structure.code import LIBRARY, OURS, ROOT, asked_of_each, functions_of, tree_of


def ids(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_no_function_is_longer_than_forty_lines() -> None:
    long = [function.where for file in OURS for function in functions_of(file) if function.lines > 40]
    assert long == []


def test_the_median_function_has_fewer_than_ten_lines() -> None:
    assert median(function.lines for file in OURS for function in functions_of(file)) < 10


@asked_of_each(OURS, ids)
def test_a_file_that_passes_250_lines_wants_to_be_two(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


@asked_of_each(sorted(LIBRARY.rglob("*.py")), ids)
def test_a_module_says_what_it_is(file: Path) -> None:
    assert ast.get_docstring(tree_of(file))
