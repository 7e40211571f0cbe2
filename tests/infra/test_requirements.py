"""Every library is pinned and known by the hashes of its files, and what ships is what runs in Lambda and no more."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "requirements.txt"
LISTS = sorted((ROOT / "requirements").glob("*.in"))
LOCKED = [SHIPPED, *sorted((ROOT / "requirements").glob("*.txt"))]
# Of these each holds the ones before it, in one environment.
LAYERS = ("runtime", "local", "package", "dev")
PIN = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+(\n|$)")


def locked(asked: Path) -> Path:
    """The list that `make lock` writes from one."""
    return SHIPPED if asked.stem == "runtime" else asked.with_suffix(".txt")


def without_comments(file: Path) -> str:
    return re.sub(r"^ *#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


def requirements(file: Path) -> list[Requirement]:
    """What a list names, whether with a version or without; no other list's."""
    lines = without_comments(file).replace("\\\n", " ").splitlines()
    return [Requirement(line.partition(" --hash")[0]) for line in lines if line and not line.startswith("-")]


def names(file: Path) -> set[str]:
    return {canonicalize_name(one.name) for one in requirements(file)}


def versions(file: Path) -> set[tuple[str, str]]:
    """Each name with its version, or with the versions for several Pythons."""
    return {(canonicalize_name(one.name), str(one.specifier)) for one in requirements(file)}


def closure(wanted: set[str]) -> set[str]:
    """Those libraries, and all that these ask for without being asked for their options, by their own word."""
    found: set[str] = set()
    while left := wanted - found:
        found |= left
        for name in left:
            for line in importlib.metadata.requires(name) or []:
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                    wanted = wanted | {canonicalize_name(needed.name)}
    return found


@pytest.mark.parametrize("file", LOCKED, ids=lambda file: file.name)
def test_every_line_is_one_version_and_the_hashes_of_its_files(file: Path) -> None:
    text = without_comments(file)
    assert text
    assert PIN.sub("", text).strip() == ""


@pytest.mark.parametrize("asked", LISTS, ids=lambda asked: asked.name)
def test_every_library_that_is_asked_for_is_locked_as_it_was_asked_for(asked: Path) -> None:
    pinned = {one.name: next(iter(one.specifier)).version for one in requirements(locked(asked))}
    for one in requirements(asked):
        assert one.specifier.contains(pinned[canonicalize_name(one.name)])


def test_every_locked_list_is_made_from_one_that_a_person_keeps() -> None:
    assert sorted(map(locked, LISTS)) == sorted(LOCKED)


def test_no_list_names_a_place_to_fetch_from() -> None:
    named = "".join(without_comments(file) for file in (*LISTS, *LOCKED))
    assert re.findall(r"://|--?(?:i|f|index-url|extra-index-url|find-links|trusted-host|e)\b", named) == []


@pytest.mark.parametrize("layer", [*LAYERS, "rehearsal", "browser"])
def test_an_environment_has_one_version_of_a_library_whoever_asks_for_it(layer: str) -> None:
    whole = versions(locked(ROOT / "requirements" / f"{layer}.in"))
    for lower in LAYERS[: LAYERS.index(layer) if layer in LAYERS else None]:
        assert versions(locked(ROOT / "requirements" / f"{lower}.in")) <= whole


def test_what_ships_is_what_runs_in_lambda_and_what_that_needs() -> None:
    assert names(SHIPPED) == closure(names(ROOT / "requirements" / "runtime.in"))


def test_nothing_that_is_only_for_development_ships() -> None:
    ours = names(ROOT / "requirements" / "runtime.in")
    others = set().union(*(names(file) for file in LISTS if file.stem != "runtime"))
    assert {"boto3", "chalice", "moto", "pytest", "ministack"} <= others
    assert others & names(SHIPPED) == set()
    assert others & ours == set()


def test_the_emulator_dictates_no_version_to_what_ships() -> None:
    dictated = names(ROOT / "requirements" / "emulator.in")
    assert dictated & names(ROOT / "requirements" / "dev.txt") == set()
