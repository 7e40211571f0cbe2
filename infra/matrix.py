"""`python -m infra.matrix`: docs/permissions.md, attributes of an account by the steps that set, test or read them."""

from __future__ import annotations

from pathlib import Path

from chalicelib.storage.tables import AccountRow
from infra.attributes import ALL, Named, limits
from infra.permissions import Row, read_permissions

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
LETTERS = {"sets": "S", "tests": "t", "reads": "r"}
INTRODUCTION = """# Who may touch what of an account

Written by `python -m infra.matrix` from [infra/permissions.yaml](../infra/permissions.yaml); a test holds it to that.
[ADR 25](adr/0025-roles-end-at-attributes.md) says how AWS enforces it, and where it cannot.

- **S**: may set, add to or remove it. To write a new account is to set it too (`PutItem`).
- **t**: may look at it in a condition, and nothing else. The local gateway and the tests deny setting it; to IAM,
  whoever may name an attribute in an `UpdateItem` may set it.
- **r**: may read it. A step whose last lines say `all` reads whole rows, or has the row given back by its own write.

The key, `id`, may be named by all of them. A step that is in no table does not reach accounts.
"""


def page() -> str:
    """The whole document."""
    rows = {step: row for step, row in read_permissions().items() if "accounts" in row}
    console = [step for step in rows if step.startswith("admin_")]
    others = [step for step in rows if step not in console]
    tables = "".join(
        f"\n## {heading}\n\n{_table(rows, steps)}"
        for heading, steps in (("People, workers and setting up", others), ("The console", console))
    )
    return INTRODUCTION + tables


def _table(rows: dict[str, Row], steps: list[str]) -> str:
    names = {one.attr_name: python for python, one in AccountRow.get_attributes().items()}
    lines = [
        _line("attribute", "in the row", steps),
        _line("---", "---", [":-:"] * len(steps)),
        *(
            _line(python, f"`{name}`", [_letters(rows[step], name) for step in steps])
            for name, python in names.items()
            if name != "id"
        ),
        _line("**reads**", "whole rows", ["all" if _reads_all(rows[step]) else "" for step in steps]),
        _line(
            "**is given back**", "the whole row", ["all" if _returns(rows[step]) else "" for step in steps]
        ),
    ]
    return "\n".join(lines) + "\n"


def _line(first: str, second: str, cells: list[str]) -> str:
    return "| " + " | ".join((first, second, *cells)) + " |"


def _letters(row: Row, name: str) -> str:
    allowed = _allowed(row)
    found = [letter for kind, letter in LETTERS.items() if any(name in getattr(one, kind) for one in allowed)]
    return " ".join(letter for letter in found if letter != "t" or "S" not in found)


def _reads_all(row: Row) -> bool:
    return any(ALL in one.reads for one in _allowed(row))


def _returns(row: Row) -> bool:
    return any(one.returns for one in _allowed(row))


def _allowed(row: Row) -> list[Named]:
    return [limits(row, "accounts", action) or Named() for action in row["accounts"]]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
