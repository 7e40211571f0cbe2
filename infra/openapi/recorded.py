"""infra/openapi/examples.json: what the portal answered to the example of each operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.openapi import Incomplete

FILE = Path(__file__).with_name("examples.json")
AGAIN = "run `python -m tests.docs.contract`"


@dataclass(frozen=True)
class Example:
    """One request and its answer; `told` is a JSON document, a text, or None."""

    by: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    status: int
    media: str
    told: Any


@cache
def read_examples() -> Mapping[str, Example]:
    """By operation."""
    written = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return {name: Example(**one) for name, one in written.items()}


def example_of(operation_id: str) -> Example:
    """Of this operation."""
    try:
        return read_examples()[operation_id]
    except KeyError:
        raise Incomplete(f"infra/openapi/examples.json: nothing of {operation_id}; {AGAIN}") from None


def write_examples(examples: Mapping[str, Example]) -> None:
    """For good."""
    written = {name: asdict(one) for name, one in examples.items()}
    FILE.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    read_examples.cache_clear()
