"""What an invariant is: a function over one row that says in a sentence what is wrong with it, and never a secret."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from chalicelib.domain.tokens import Digest, session_handle
from infra.verify.around import Around, Item


class Case(NamedTuple):
    """One row as it is stored (`item`) and as the portal reads it (`value`), with what stands around it."""

    table: str
    item: Item
    value: Any
    around: Around


class Finding(NamedTuple):
    """An invariant that does not hold of a row. `moment` is when what is missing from the trail would have been."""

    invariant: str
    row: str
    said: str
    moment: float | None = None

    def line(self) -> str:
        """As an operator reads it."""
        return f"{self.row}: {self.said} ({self.invariant})"


Wrong = Iterator[str | tuple[str, float]]
Invariant = Callable[[Case], Wrong]
INVARIANTS: dict[str, list[Invariant]] = defaultdict(list)


def of(table: str) -> Callable[[Invariant], Invariant]:
    """Make a function an invariant of a table; of a row that breaks it, it yields sentences."""

    def register(function: Invariant) -> Invariant:
        INVARIANTS[table].append(function)
        return function

    return register


def named(table: str, item: Item) -> str:
    """A row by what finds it again. Of a session its handle, of a link whose it is: what a secret was is not said."""

    def text(name: str) -> str:
        return str(next(iter(item.get(name, {"S": "?"}).values())))

    match table:
        case "sessions":
            return f"sessions/{text('account_id')}/{session_handle(Digest(text('digest')))}"
        case "resets":
            return f"resets/{text('account_id')}/{text('purpose')} until {text('valid_until')}"
        case "events" | "messages":
            return f"{table}/{text('account_id')}/{text('at' if table == 'events' else 'id')}"
        case _:
            (name,) = {"accounts": ["id"], "domains": ["domain"], "services": ["id"]}.get(table, ["key"])
            return f"{table}/{text(name)}"
