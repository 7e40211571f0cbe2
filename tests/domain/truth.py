"""Truth tables: each row is a case, `ANY` stands where an input does not matter, and no input is left out.

TABLE = Table(
    {"locked": (True, False), "next": tuple(Next)},
    [
        (True, ANY, "locked"),
        (False, {Next.PORTAL, Next.ENTER_CODE}, None),  # one of these
        ...
    ],
)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

ANY: Final = "*"
Row = tuple[Any, ...]


def told(row: Row) -> str:
    """A row as a test is called: always alike, so that two processes collect the same tests."""
    return ", ".join("|".join(sorted(map(str, cell))) if isinstance(cell, set) else str(cell) for cell in row)


@dataclass(frozen=True)
class Table:
    """`columns` are the inputs with all their values; each row has a cell for each, and the outcome last."""

    columns: Mapping[str, Sequence[Any]]
    rows: Sequence[Row]

    def inputs(self, row: Row) -> Iterator[dict[str, Any]]:
        """Every input this row speaks of."""
        choices = [
            values if cell == ANY else cell if isinstance(cell, set) else (cell,)
            for cell, values in zip(row[:-1], self.columns.values(), strict=True)
        ]
        for chosen in product(*choices):
            yield dict(zip(self.columns, chosen, strict=True))

    @property
    def wrong(self) -> list[tuple[Any, ...]]:
        """The inputs of which no row speaks, and those of which two do; and what is no input at all."""
        spoken_of = Counter(tuple(one.values()) for row in self.rows for one in self.inputs(row))
        every = set(product(*self.columns.values()))
        return [one for one in every | set(spoken_of) if spoken_of[one] != 1 or one not in every]
