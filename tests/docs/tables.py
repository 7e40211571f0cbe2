"""Reads the tables of the documents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path


def rows(document: Path, first_heading: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading, its heading rows left out."""
    return next(tables(document, first_heading))


def every_row(document: Path, first_heading: str) -> list[list[str]]:
    """The same of every such table, one below the other."""
    return [row for table in tables(document, first_heading) for row in table]


def tables(document: Path, first_heading: str) -> Iterator[list[list[str]]]:
    """Each table whose first column has this heading."""
    lines = document.read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        if line.startswith(f"| {first_heading} |"):
            body = takewhile(lambda one: one.startswith("|"), lines[at + 2 :])
            yield [[cell.strip() for cell in one.strip("|").split("|")] for one in body]


def plain(cell: str) -> str:
    """A cell without its code marks."""
    return cell.strip("`")
