"""`python -m tests.docs.faults`: writes docs/faults.md, from the tests that break something and their parameters."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from tests.docs.fault_tables import (
    ALL,
    COLUMNS,
    FLOWS,
    NO_SCENE,
    OF_FAULT,
    PROOFS,
    REASONS,
    ROWS,
    Proof,
)
from tests.docs.running import ROOT
from tests.faults.breaking import Fault
from tests.faults.test_console import ARRANGEMENTS

PAGE = ROOT / "docs" / "faults.md"
ENGINES = {
    "m": "the emulator, MiniStack, or moto with `ENGINE=moto`",
    "d": "DynamoDB's own engine (`make races`)",
    "o": "moto, in the test's process",
    "w": "the service's client itself, whose requests are answered in the test",
    "f": "the store in memory",
    "b": "a bucket with object lock in memory, as S3's client shows one",
}
ON_AN_ENGINE = {"real_store", "bound", "engine", "slow_world", "table_prefix"}
Place = tuple[str, str, str]  # dependency, flow, fault


class Choice(NamedTuple):
    """One set of values of a parameter, and whether they are left to the races."""

    values: tuple[Any, ...]
    races: bool


def function_of(proof: Proof) -> Callable[..., Any]:
    """The test; there is none by this name where this raises."""
    module = importlib.import_module(proof.file.removesuffix(".py").replace("/", "."))
    found: Callable[..., Any] = getattr(module, proof.name)
    return found


def choices(function: Callable[..., Any]) -> Iterator[list[Choice]]:
    """Of each parameter of a test, what it goes through."""
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            yield [choice(one) for one in mark.args[1]]


def choice(one: Any) -> Choice:
    """A value, several, or those of a `pytest.param`."""
    marks = getattr(one, "marks", None)
    if marks is not None:
        return Choice(tuple(one.values), any(mark.name == "races" for mark in marks))
    return Choice(one if isinstance(one, tuple) else (one,), races=False)


def engine_of(proof: Proof, *, races: bool) -> str:
    """What it runs on."""
    if races:
        return "d"
    needs = set(inspect.signature(function_of(proof)).parameters)
    real = needs & ON_AN_ENGINE or proof.file.startswith("tests/faults/")
    return proof.engine or ("m" if real else "f")


def flow_of(value: object) -> str | None:
    """The flow that a parameter is, if it is one."""
    listed = isinstance(value, str) and value in ARRANGEMENTS
    name = f"console: {value}" if listed else getattr(value, "__name__", "")
    return name if name in FLOWS else None


def places(proof: Proof) -> Iterator[tuple[Place, str]]:
    """The cells that a test fills, with what it runs on."""
    for combination in product(*choices(function_of(proof))):
        values = [value for choice in combination for value in choice.values]
        faults = proof.faults or [
            column for value in values if isinstance(value, Fault) for column in OF_FAULT[value]
        ]
        flows = proof.flows or [found for value in values if (found := flow_of(value))]
        engine = engine_of(proof, races=any(choice.races for choice in combination))
        for flow, fault in product(flows, faults):
            yield (proof.dependency, flow, fault), engine


@cache
def filled() -> dict[Place, list[str]]:
    """Each cell's tests, `3m`: their number on the page, and the engine."""
    found: dict[Place, dict[str, None]] = defaultdict(dict)
    for number, proof in enumerate(PROOFS, 1):
        for place, engine in places(proof):
            found[place][f"{number}{engine}"] = None
    return {place: list(tags) for place, tags in found.items()}


def reason_of(place: Place) -> int | None:
    """The number of the first reason that fits an empty cell."""
    dependency, flow, fault = place
    for number, (of, faults, flows, _) in enumerate(REASONS, 1):
        if of == dependency and fault in faults and (flows == ALL or flow in flows):
            return number
    return None


def every_place() -> Iterator[Place]:
    """All cells of the page."""
    for dependency, flows in ROWS.items():
        for flow, fault in product(flows, COLUMNS):
            yield dependency, flow, fault


def cell(place: Place) -> str:
    """Its tests, or its reason in brackets."""
    tags = filled().get(place)
    if tags:
        return " ".join(tags)
    number = reason_of(place)
    return f"({number})" if number else "none yet"


def table(heading: list[str], body: list[list[str]]) -> str:
    """As Markdown."""
    lines = [heading, ["---"] * len(heading), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page() -> str:
    """The whole of it."""
    parts = [INTRODUCTION, table(["sign", "engine"], [[sign, name] for sign, name in ENGINES.items()])]
    for dependency, flows in ROWS.items():
        body = [[f"`{flow}`", *(cell((dependency, flow, fault)) for fault in COLUMNS)] for flow in flows]
        parts += [f"## {dependency[0].upper()}{dependency[1:]}", table(["flow", *COLUMNS], body)]
    tests = [[str(number), f"`{proof.test}`"] for number, proof in enumerate(PROOFS, 1)]
    reasons = [[f"({number})", row[3]] for number, row in enumerate(REASONS, 1)]
    parts += ["## The tests", table(["number", "test"], tests)]
    parts += ["## Why a cell is empty", table(["sign", "reason"], reasons)]
    parts += [
        "## The flows",
        FLOWS_ARE,
        table(["flow", "what is broken"], [[f"`{a}`", b] for a, b in FLOWS.items()]),
    ]
    parts += [
        WITHOUT,
        table(["operation", "why it has no scene"], [[f"`{a}`", b] for a, b in NO_SCENE.items()]),
    ]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """\
# What breaks, and what then

Made by `python -m tests.docs.faults` from the tests and their own parameters; a test keeps it current. Each cell names
the tests that make this fault happen to this dependency in this flow, by number, and the engine by its sign. A number
in brackets is the reason why there is none. Whatever breaks: what belongs together is done or not, the answer is the
usual one or 503 with a time to come back, repeating finishes, and afterwards `make verify` finds nothing.

- **slow**: the answer comes late, and the request has its end
- **throttled**: no room for the call or for one of its keys, once or without end
- **error**: 500, a refusal, a conflict with another transaction
- **reset before**: the connection breaks, or the function is stopped, before the call was carried out
- **reset after**: the function is stopped once it was carried out
- **lost answer**: it was carried out, and nobody hears of it
- **duplicate**: it comes twice
- **late**: it comes after its time
- **poison**: what comes cannot be read, or is refused for good
- **restored**: what was there before a backup was put back"""
FLOWS_ARE = "A flow of people is broken at each of its calls, one after the other, the authorizer's included."
WITHOUT = "Operations that write and have no scene of their own:"


def main() -> None:
    """Write it."""
    Path(PAGE).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
