"""Lambda's filter before a stream: which records wake a function. As much of its language as infra/workers.py speaks.

A pattern names values that must be there; a list says which will do, `exists` whether there is any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def wakes(patterns: Sequence[dict[str, Any]], record: dict[str, Any]) -> bool:
    """Whether any of the patterns fits the record; without patterns every record wakes."""
    return not patterns or any(_fits(pattern, record) for pattern in patterns)


def _fits(pattern: dict[str, Any], value: Any) -> bool:
    for name, wanted in pattern.items():
        found = value.get(name) if isinstance(value, dict) else None
        if not (_fits(wanted, found) if isinstance(wanted, dict) else _will_do(wanted, found)):
            return False
    return True


def _will_do(rules: list[Any], found: Any) -> bool:
    return any(
        rule["exists"] is (found is not None) if isinstance(rule, dict) else rule == found for rule in rules
    )
