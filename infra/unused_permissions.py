"""`python -m infra.unused_permissions FILE`: what infra/permissions.yaml allows and no journey used. One is too many.

FILE holds what the local gateway saw each function use, written while the tests ran with USED_PERMISSIONS=FILE.
"""

from __future__ import annotations

import sys
from pathlib import Path

from infra.attributes import limits
from infra.permissions import BY_AWS, Row, read_permissions

Permission = tuple[str, str, str]


def main(arguments: list[str]) -> int:
    """Say which permissions nobody needed; fail when there are any."""
    if len(arguments) != 1:
        print("usage: python -m infra.unused_permissions FILE", file=sys.stderr)
        return 2
    used = read_used(Path(arguments[0]))
    spare = sorted(allowed(read_permissions()) - used)
    for step, what, action in spare:
        print(f"infra/permissions.yaml: {step} may {action} on {what}, and no journey needed it")
    if not spare:
        print(f"{len(allowed(read_permissions()))} permissions, each used")
    return 1 if spare else 0


def read_used(file: Path) -> set[Permission]:
    """What was used."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {(step, what, action) for step, what, action in (line.split() for line in lines)}


def allowed(rows: dict[str, Row]) -> set[Permission]:
    """What the page allows, attribute by attribute where it names them (`UpdateItem.sets.epoch`).

    What AWS itself does around a function no function can be seen using.
    """
    return {
        (step, what, one)
        for step, row in rows.items()
        for what in row
        if what not in BY_AWS
        for action in row[what]
        for one in _one_by_one(row, what, action)
    }


def _one_by_one(row: Row, what: str, action: str) -> list[str]:
    limited = limits(row, what, action)
    return [action, *(f"{action}.{kind}.{name}" for kind, name in (limited.each() if limited else ()))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
