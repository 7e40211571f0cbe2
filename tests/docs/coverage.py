"""`python -m tests.docs.coverage`: fills in the columns of docs/security.md that follow from the tests there are."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from functools import cache

from tests.docs.running import ROOT
from tests.docs.tables import rows

SECURITY = ROOT / "docs" / "security.md"
IDENTITY = re.compile(r"(?:^|_)(pw|lg|en|tp|rs|tf|se|wb|in(?=_0)|ip|ad|ml|lo|rl)_([01]\d)(?=_|$)")
IN_WORDS = re.compile(r"\b(PW|LG|EN|TP|RS|TF|SE|WB|IN|IP|AD|ML|LO|RL)-([01]\d)\b")
NONE = "none yet"


@cache
def named_after() -> dict[str, list[str]]:
    """The files that hold a test with this id in its name or its docstring."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                ids = IDENTITY.findall(node.name) + IN_WORDS.findall(ast.get_docstring(node) or "")
                for family, number in ids:
                    found[f"{family.upper()}-{number}"].add(file.relative_to(ROOT).as_posix())
    return {identity: sorted(files) for identity, files in found.items()}


def tested(files: list[str]) -> str:
    """The cell of a row with these test files."""
    return ", ".join(f"`{file}`" for file in files) or NONE


def missing(held_by: str) -> list[str]:
    """Ids of this cell without a test."""
    return [identity for identity in held_by.split(", ") if identity not in named_after()]


def headline() -> str:
    """How much of the standard is covered, by level."""
    every, covered = Counter[str](), Counter[str]()
    for _, level, _, _, mark in rows(SECURITY, "ASVS"):
        every[level] += 1
        covered[level] += mark == "yes"
    parts = [f"level {level} {covered[level]} of {every[level]}" for level in sorted(every)]
    return f"Covered: {', '.join(parts)}; {covered.total()} of {every.total()} in all."


def main() -> None:
    """Write the columns, then the line that sums them up."""
    text = SECURITY.read_text(encoding="utf-8")
    for identity, requirement, where, cell in rows(SECURITY, "id"):
        new = tested(named_after().get(identity, []))
        row = f"| {identity} | {requirement} | {where} |"
        text = text.replace(f"{row} {cell} |" if cell else f"{row} |", f"{row} {new} |")
    for number, level, requirement, held_by, cell in rows(SECURITY, "ASVS"):
        gaps = missing(held_by)
        new = cell if cell == "deviation" else f"not yet: {', '.join(gaps)}" if gaps else "yes"
        row = f"| {number} | {level} | {requirement} | {held_by} |"
        text = text.replace(f"{row} {cell} |" if cell else f"{row}  |", f"{row} {new} |")
    SECURITY.write_text(text, encoding="utf-8")
    SECURITY.write_text(re.sub(r"^Covered: .*$", headline(), text, flags=re.MULTILINE), encoding="utf-8")


if __name__ == "__main__":
    main()
