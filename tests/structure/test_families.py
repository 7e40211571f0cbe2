"""A family of acts has one name: in the store, its port, its file in storage, its fake and its tests."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from chalicelib.domain.ports import Store
from chalicelib.storage.store import DynamoStore
from tests.fakes.store import FakeStore
from tests.structure.code import LIBRARY, ROOT, asked_of_each, tree_of

PORTS = LIBRARY / "domain" / "ports"
FAMILIES = sorted(name for name, value in vars(Store).items() if isinstance(value, property))
PLACES = {
    "its port": "chalicelib/domain/ports/{}.py",
    "its acts on DynamoDB": "chalicelib/storage/{}.py",
    "its acts in memory": "tests/fakes/acts/{}.py",
    "its tests, which hold both to the port": "tests/storage/test_{}.py",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_a_file_of_its_name_in_each_place(family: str) -> None:
    files = {place: file.format(family) for place, file in PLACES.items()}
    assert {place: file for place, file in files.items() if not (ROOT / file).is_file()} == {}


def test_what_is_in_those_places_is_a_family() -> None:
    ports = {file.stem for file in PORTS.glob("*.py")} - {"__init__", "store", "hasher"}
    fakes = {file.stem for file in (ROOT / "tests" / "fakes" / "acts").glob("*.py")}
    assert (ports, fakes) == (set(FAMILIES), set(FAMILIES))


@pytest.mark.parametrize("family", FAMILIES)
def test_both_stores_open_it_from_its_file_and_with_every_act_of_its_port(family: str) -> None:
    port = get_type_hints(getattr(Store, family).fget)["return"]
    acts = {name for name in vars(port) if not name.startswith("_")}
    for store, folder in (
        (a_store_without_tables(), "chalicelib.storage"),
        (FakeStore(), "tests.fakes.acts"),
    ):
        opened = type(getattr(store, family))
        assert opened.__module__ == f"{folder}.{family}"
        assert {name for name in vars(opened) if not name.startswith("_")} == acts


def a_store_without_tables() -> Any:
    """Enough of the real one to open a family."""
    store = object.__new__(DynamoStore)
    vars(store).update(database=None, _threshold=5, _cap=900)
    return store


@asked_of_each([file for file in sorted(LIBRARY.rglob("*.py")) if PORTS not in file.parents])
def test_nothing_loads_a_port_at_run_time(file: Path) -> None:
    """They are types, and a start is counted in modules too (ADR 16)."""
    assert [line for line in imports_at_run_time(tree_of(file)) if "chalicelib.domain.ports" in line] == []


def imports_at_run_time(tree: ast.AST) -> list[str]:
    """Every import that does not stand under `if TYPE_CHECKING:`."""
    found = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(ast.unparse(node))
        found += imports_at_run_time(node)
    return found
