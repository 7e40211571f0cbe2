"""Which attributes of a table a row of infra/permissions.yaml allows, and the IAM conditions that say so (ADR 25)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from infra.tables import described_tables

ALL = "all"  # `reads: all`: whole items, without a projection
READS = ("GetItem", "BatchGetItem", "Query")
KINDS = ("sets", "tests", "reads", "returns")
Row = Mapping[str, Any]


class Named(NamedTuple):
    """Attributes by what is done with them, and the kinds of ReturnValues: what a row allows, or what a call asks."""

    sets: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()

    def each(self) -> Iterator[tuple[str, str]]:
        """Each as its kind and its name, in the order of the page."""
        return ((kind, one) for kind in KINDS for one in sorted(getattr(self, kind)))


def limits(row: Row, table: str, action: str) -> Named | None:
    """The attributes a row allows an action on a table; None where it limits none."""
    actions = row.get(table, ())
    said = actions.get(action) if isinstance(actions, Mapping) else None
    if said is None:
        return None
    unknown = set(said) - set(KINDS)
    if unknown:
        raise ValueError(f"infra/permissions.yaml: {table}: {action}: {sorted(unknown)} is none of {KINDS}")
    return Named(**{kind: frozenset([one] if isinstance(one, str) else one) for kind, one in said.items()})


def beyond(allowed: Named, asked: Named, keys: frozenset[str]) -> list[tuple[str, str]]:
    """What is asked and not allowed. Whoever may call at all may name the key; what may be set may be tested too.

    Stricter than IAM, which knows the names in a call and not what is done with them: to IAM, a role that may test an
    attribute may set it.
    """
    known = allowed._replace(tests=allowed.tests | allowed.sets)
    if ALL in allowed.reads:
        return []
    return [
        (kind, one)
        for kind, one in asked.each()
        if one not in getattr(known, kind) and (kind == "returns" or one not in keys)
    ]


def condition(allowed: Named, table: str) -> dict[str, Any]:
    """The same as IAM can say it; {} for whole items without limits.

    `ForAllValues` is true of a call that names nothing, hence `Null`: DynamoDB names the key in every call. What a call
    has given back is no attribute that it names, so that is limited apart: `Select` for reads without a projection,
    `ReturnValues` for writes, also where their condition fails in a transaction.
    """
    if ALL in allowed.reads:
        return {}
    names = sorted(keys_of(table) | allowed.sets | allowed.tests | allowed.reads)
    given: dict[str, Any] = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": names},
        "Null": {"dynamodb:Attributes": "false"},
    }
    if allowed.reads:
        return given | {"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}
    return given | {"StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", *sorted(allowed.returns)]}}


@cache
def keys_of(table: str) -> frozenset[str]:
    """The names of a table's own key, and where one of its indexes is asked of that one's."""
    name, _, index = table.partition("/index/")
    (described,) = (one for one in described_tables("") if one["TableName"] == name)
    keys = [
        described["KeySchema"],
        *(
            one["KeySchema"]
            for one in described.get("GlobalSecondaryIndexes", [])
            if one["IndexName"] == index
        ),
    ]
    return frozenset(part["AttributeName"] for key in keys for part in key)
