"""What an event's details may hold is named in `domain/details.py`, so that the type checker knows every key."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from chalicelib.domain.details import Details
from chalicelib.domain.events import EventKind
from tests.fakes.samples import an_account, an_event
from tests.structure.code import LIBRARY, asked_of_each, tree_of

TEMPLATES = sorted((LIBRARY / "presentation" / "templates").rglob("*.*"))


@asked_of_each(sorted(LIBRARY.rglob("*.py")), lambda file: str(file.relative_to(LIBRARY)))
def test_details_are_read_from_what_an_event_told(file: Path) -> None:
    """`event.details.get("lokcs")` passes the type checker and is None for ever; `event.told["lokcs"]` does not."""
    reading = [
        node
        for node in ast.walk(tree_of(file))
        if (isinstance(node, ast.Subscript) and is_attribute(node.value, "details"))
        or (
            isinstance(node, ast.Attribute)
            and node.attr == "get"
            and is_attribute(node.value, "details", "told")
        )
    ]
    assert [f"{file.name}:{node.lineno} {ast.unparse(node)}" for node in reading] == []


def is_attribute(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in names


@asked_of_each(TEMPLATES, lambda file: file.name)
def test_a_template_reads_no_detail_that_is_not_there(file: Path) -> None:
    read = re.findall(r"\bdetails\.(\w+)", file.read_text(encoding="utf-8", errors="ignore"))
    assert set(read) - set(Details.__annotations__) == set()


def test_an_event_tells_none_of_what_it_does_not_say_and_stays_as_it_is() -> None:
    event = an_event(an_account().id, EventKind.LOGON_REFUSED, details={"failures": 5, "cause": None})
    assert (event.told["failures"], event.told["cause"], event.told["locks"]) == (5, None, None)
    assert event.details == {"failures": 5, "cause": None}
