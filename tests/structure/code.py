"""The source as the structure tests read it: files, imports, functions."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "chalicelib"
STEPS = sorted(file.stem for file in (LIBRARY / "steps").glob("*.py") if file.stem != "__init__")
# What each step says of itself.
NEEDS = {step: importlib.import_module(f"chalicelib.steps.{step}").NEEDS for step in STEPS}
PAGELESS = {step for step in STEPS if not NEEDS[step].page}
HASHING = {step for step in STEPS if "pepper" in NEEDS[step].keys}
MAILING = {step for step in STEPS if NEEDS[step].mail}
OURS = sorted([*LIBRARY.rglob("*.py"), *(ROOT / "infra").rglob("*.py"), ROOT / "app.py"])


T = TypeVar("T")


def asked_of_each(
    values: Iterable[T], name: Callable[[T], str] = str
) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """One rule asked of every file or step in one test, which names each that breaks it.

    A test for each of hundreds of files would be hundreds to collect, to hand to a worker and to report.
    """

    def of(rule: Callable[[T], None]) -> Callable[[], None]:
        def test() -> None:
            broken = {}
            for value in values:
                try:
                    rule(value)
                except AssertionError as error:
                    broken[name(value)] = str(error)
            assert not broken, "\n".join(f"{who}: {why}" for who, why in broken.items())

        test.__name__, test.__qualname__ = rule.__name__, rule.__qualname__
        test.__module__, test.__doc__ = rule.__module__, rule.__doc__
        return test

    return of


@dataclass(frozen=True)
class Function:
    """One function of ours."""

    where: str
    lines: int


@cache
def tree_of(file: Path) -> ast.Module:
    """The file, parsed once."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


@cache
def imports_of(file: Path) -> tuple[str, ...]:
    """Every module a file imports, wherever in the file: full names, `from a import b` as a.b."""
    found: list[str] = []
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            found += (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            found += (f"{node.module}.{name.name}" for name in node.names)
    return tuple(found)


def functions_of(file: Path) -> Iterator[Function]:
    """Every function and method, its docstring not counted."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
            yield Function(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", lines)


def room_of(module: str) -> str:
    """The room of chalicelib a module belongs to: its folder, or its name at the top."""
    return module.split(".")[1] if module.count(".") else module
