"""`python -m tests.docs.coverage`: fills in the columns of docs/security.md that follow from the tests there are."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from functools import cache

from tests.docs.running import ROOT
from tests.docs.tables import rows

SECURITY = ROOT / "docs" / "security.md"
IDENTITY = re.compile(r"(?:^|_)(pw|lg|en|tp|rs|tf|se|wb|in(?=_0)|ip|ad|ml|lo|rl|tr)_([0-3]\d)(?=_|$)")
IN_WORDS = re.compile(r"\b(PW|LG|EN|TP|RS|TF|SE|WB|IN|IP|AD|ML|LO|RL|TR)-([0-3]\d)\b")
NONE, DEVIATION = "none yet", "deviation"


@cache
def tests_of() -> dict[str, list[str]]:
    """The tests with this id in their name or their docstring, as `file::name`."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                ids = IDENTITY.findall(node.name) + IN_WORDS.findall(ast.get_docstring(node) or "")
                for family, number in ids:
                    found[f"{family.upper()}-{number}"].add(
                        f"{file.relative_to(ROOT).as_posix()}::{node.name}"
                    )
    return {identity: sorted(tests) for identity, tests in found.items()}


@cache
def named_after() -> dict[str, list[str]]:
    """The files that hold such a test."""
    return {
        identity: sorted({test.partition("::")[0] for test in tests})
        for identity, tests in tests_of().items()
    }


def tested(files: list[str]) -> str:
    """The cell of a row with these test files."""
    return ", ".join(f"`{file}`" for file in files) or NONE


def missing(held_by: str) -> list[str]:
    """Ids of this cell without a test."""
    return [identity for identity in held_by.split(", ") if identity not in named_after()]


def cell_of_tests(held_by: str) -> str:
    """How many tests bear an id of this cell, and one of each; or which ids have none."""
    if gaps := missing(held_by):
        return f"{NONE} for {', '.join(gaps)}"
    found = [tests_of()[identity] for identity in held_by.split(", ")]
    shown = dict.fromkeys(min(tests, key=len).removeprefix("tests/") for tests in found)
    return f"{len(set().union(*found))}, such as {', '.join(f'`{test}`' for test in shown)}"


def headline() -> str:
    """How many rows of the standard have tests, by level."""
    every, with_tests = Counter[str](), Counter[str]()
    for _, level, _, held_by, cell in rows(SECURITY, "ASVS"):
        every[level] += 1
        with_tests[level] += cell != DEVIATION and not missing(held_by)
    parts = [f"level {level} {with_tests[level]} of {every[level]}" for level in sorted(every)]
    return f"Rows with tests: {', '.join(parts)}; {with_tests.total()} of {every.total()} in all."


def main() -> None:
    """Write the columns, then the line that sums them up."""
    text = SECURITY.read_text(encoding="utf-8")
    for identity, requirement, where, cell in rows(SECURITY, "id"):
        new = tested(named_after().get(identity, []))
        row = f"| {identity} | {requirement} | {where} |"
        text = text.replace(f"{row} {cell} |" if cell else f"{row} |", f"{row} {new} |")
    for number, level, requirement, held_by, cell in rows(SECURITY, "ASVS"):
        new = cell if cell == DEVIATION else cell_of_tests(held_by)
        row = f"| {number} | {level} | {requirement} | {held_by} |"
        text = text.replace(f"{row} {cell} |" if cell else f"{row}  |", f"{row} {new} |")
    SECURITY.write_text(text, encoding="utf-8")
    SECURITY.write_text(
        re.sub(r"^Rows with tests: .*$", headline(), text, flags=re.MULTILINE), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
