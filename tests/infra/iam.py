"""As much of IAM as decides what a policy allows on a table: its conditions, and what DynamoDB tells it of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra.attributes import ALL, READS
from infra.gateway.expressions import named

Policy = Mapping[str, Any]
Context = dict[str, list[str]]


def allows(policy: Policy, table: str, action: str, call: Mapping[str, Any]) -> bool:
    """Whether any statement allows the call; what none allows is denied. Tables here have no prefix."""
    context = context_of(action, call)
    return any(
        f"dynamodb:{action}" in one["Action"]
        and str(one["Resource"]).rstrip("'}").endswith(f":table/{table}")
        and fulfilled(one.get("Condition", {}), context)
        for one in policy["Statement"]
    )


def context_of(action: str, call: Mapping[str, Any]) -> Context:
    """The names in the call; whether it reads whole items; what it has given back, which is NONE unless it says so."""
    asked = named(action, call)
    context = {"dynamodb:Attributes": sorted((asked.sets | asked.tests | asked.reads) - {ALL})}
    if action in READS:
        whole = ALL in asked.reads
        return context | {"dynamodb:Select": ["ALL_ATTRIBUTES" if whole else "SPECIFIC_ATTRIBUTES"]}
    return context | {"dynamodb:ReturnValues": sorted(asked.returns) or ["NONE"]}


def fulfilled(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Every operator on every key. One that is not known here fails, so that no new one goes by unnoticed."""
    return all(
        OPERATORS[operator](context.get(key, []), [said] if isinstance(said, str) else said)
        for operator, keys in condition.items()
        for key, said in keys.items()
    )


def _each(values: list[str], said: list[str]) -> bool:
    return set(values) <= set(said)


OPERATORS: dict[str, Callable[[list[str], list[str]], bool]] = {
    "ForAllValues:StringEquals": _each,
    "StringEquals": lambda values, said: bool(values) and _each(values, said),
    "StringEqualsIfExists": _each,
    "Null": lambda values, said: said == ["false" if values else "true"],
}
