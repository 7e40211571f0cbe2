"""Which attributes a DynamoDB call names, and what it has given back: what IAM sees of it (`dynamodb:Attributes`).

A call names its key, the attributes of an item it puts, and whatever stands in an expression, by its top-level name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.attributes import ALL, READS, Named

# Reserved words, which no attribute can be written as: one of such a name has to be given by a placeholder.
CLAUSES = {"SET", "REMOVE", "ADD", "DELETE"}
OPERATORS = {"AND", "OR", "NOT", "IN", "BETWEEN"}
WORD = re.compile(r"[#:]?\w+|[^\s\w]")
CONDITIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")
LEGACY_CONDITIONS = ("Expected", "QueryFilter", "ScanFilter", "KeyConditions")
RETURNS = ("ReturnValues", "ReturnValuesOnConditionCheckFailure")


def named(action: str, part: Mapping[str, Any]) -> Named:
    """What one call, or one part of a batch or transaction, sets, tests, reads and has returned. Keys are in it."""
    placeholders = part.get("ExpressionAttributeNames", {})
    sets, tests = _updated(part.get("UpdateExpression", ""), placeholders)
    sets |= {*part.get("Item", {}), *part.get("AttributeUpdates", {})}
    for name in CONDITIONS:
        tests |= set(_names(_words(part.get(name, "")), placeholders))
    tests |= {one for name in LEGACY_CONDITIONS for one in part.get(name, {})} | set(part.get("Key", {}))
    reads = {*_names(_words(part.get("ProjectionExpression", "")), placeholders)}
    reads |= {*part.get("AttributesToGet", ())}
    if action in READS and not reads:
        reads = {ALL}  # Without a projection it is the whole item that comes back.
    returns = {part[name] for name in RETURNS if name in part} - {"NONE"}
    return Named(frozenset(sets), frozenset(tests), frozenset(reads), frozenset(returns))


def _words(expression: str) -> list[str]:
    return WORD.findall(expression)


def _names(words: Sequence[str], placeholders: Mapping[str, str]) -> Iterator[str]:
    """The top-level attributes among them: neither a value, a word, a function nor what is inside a document."""
    for at, word in enumerate(words):
        if not re.match(r"#|[A-Za-z_]", word) or word.upper() in CLAUSES | OPERATORS:
            continue
        if words[max(at - 1, 0) : at] == ["."] or words[at + 1 : at + 2] == ["("]:
            continue
        yield placeholders.get(word, word)


def _updated(expression: str, placeholders: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """What an update sets, removes or adds to; and what it only looks at to do so, at the right of an assignment."""
    changed: set[str] = set()
    looked_at: set[str] = set()
    for action in _actions(_words(expression)):
        first, *others = _names(action, placeholders)
        changed.add(first)
        looked_at.update(others)
    return changed, looked_at


def _actions(words: Sequence[str]) -> Iterator[list[str]]:
    """The actions of an update: between its clauses, and between the commas that stand outside of brackets."""
    action: list[str] = []
    depth = 0
    for word in [*words, ","]:
        depth += (word == "(") - (word == ")")
        if word.upper() in CLAUSES or (word == "," and depth == 0):
            if action:
                yield action
            action = []
        else:
            action.append(word)
