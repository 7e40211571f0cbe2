"""Reads the tables of the documents."""

from __future__ import annotations

from pathlib import Path


def rows(document: Path, first_heading: str) -> list[list[str]]:
    """The cells of the table whose first column has this heading, its heading rows left out."""
    lines = document.read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def plain(cell: str) -> str:
    """A cell without its code marks."""
    return cell.strip("`")
