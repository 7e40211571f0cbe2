"""The package of a stage as it is deployed: made twice, opened, and started. Slow: `make rehearse`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from infra.bindings import LIBRARY, NEWEST_GLIBC, Unfit, able, bindings, newest_glibc
from infra.bundle import loaded_part
from infra.drafts import drafted
from infra.package import lay_out, package_stage, run_chalice, write_json
from infra.permissions import read_permissions
from infra.stages import ROOT, stage_of

pytestmark = pytest.mark.deployment

LARGEST = 4_000_000
# What requirements.txt brings, Chalice's own runtime, and nothing that only a developer needs.
LIBRARIES = {
    "_argon2_cffi_bindings",
    "_cffi_backend",
    "argon2",
    "botocore",
    "chalice",
    "dateutil",
    "jinja2",
    "jmespath",
    "markupsafe",
    "nacl",
    "pynamodb",
    "pyotp",
    "segno",
    "six",
    "ua_parser",
    "ua_parser_builtins",
    "urllib3",
    "zxcvbn",
}

IMPORTS = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for handler in sys.argv[2:]:
    module, _, function = handler.rpartition(".")
    getattr(importlib.import_module(module), function)
"""


# Argon2's kinds, and costs at which its ways of filling memory differ: lanes, threads, odd sizes, our own.
HASHES = """
import sys
sys.path.insert(0, sys.argv[1])
from argon2.low_level import Type, hash_secret_raw
for kind in Type:
    for memory, time, lanes in ((8, 1, 1), (67, 3, 2), (1031, 2, 4), (19456, 2, 1), (65536, 1, 1)):
        print(hash_secret_raw(b"a password", b"sixteen bytes of", time, memory, lanes, 32, kind).hex())
"""


def pin(name: str) -> str:
    """One library's lines of requirements.txt."""
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{name}==(.*\\\n)*.*\n", pins, re.MULTILINE)
    assert found
    return found[0]


@pytest.fixture(scope="module")
def build(tmp_path_factory: Any) -> Path:
    folder: Path = tmp_path_factory.mktemp("package")
    package_stage(stage_of("dev"), folder)
    return folder


@pytest.fixture(scope="module")
def names(build: Path) -> list[str]:
    with zipfile.ZipFile(build / "deployment.zip") as archive:
        return archive.namelist()


def test_package_is_small(build: Path) -> None:
    assert (build / "deployment.zip").stat().st_size < LARGEST


def test_package_holds_what_runs_and_no_development_dependency(names: list[str]) -> None:
    top = {name.split("/")[0].split(".")[0] for name in names if ".dist-info/" not in name}
    assert top == LIBRARIES | {"app", "chalicelib"}


def test_list_of_what_ships_names_each_library_of_the_package_and_no_other(build: Path) -> None:
    """By the names under which they are pinned; the compiler that built two of them stays behind."""
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    shipped = set(re.findall(r"^[\w.-]+==[\w.]+", pins, re.MULTILINE)) - {
        f"pycparser=={version('pycparser')}"
    }
    listed = json.loads((build / "deployment.cdx.json").read_text(encoding="utf-8"))["components"]
    assert {f"{one['name']}=={one['version']}" for one in listed} == shipped | {
        f"chalice=={version('chalice')}"
    }


def test_library_that_is_not_the_one_that_was_pinned_is_not_packaged(tmp_path: Path) -> None:
    lay_out(tmp_path / "project", stage_of("dev"))
    write_json(tmp_path / "merge.json", {})
    asked = tmp_path / "project" / "requirements.txt"
    for hashed in ("", f" --hash=sha256:{'0' * 64}"):
        asked.write_text(f"six=={version('six')}{hashed}\n")
        with pytest.raises(subprocess.CalledProcessError):
            run_chalice(tmp_path, "dev")
    asked.write_text(pin("six"))
    run_chalice(tmp_path, "dev")


def test_every_module_is_compiled(names: list[str]) -> None:
    assert [name for name in names if name.endswith(".py")] == []
    assert {"app.pyc", "chalicelib/steps/logon.pyc", "pynamodb/models.pyc"} <= set(names)


def test_package_is_the_same_bytes_again(build: Path, tmp_path: Path) -> None:
    package_stage(stage_of("dev"), tmp_path)
    for name in ("deployment.zip", "deployment.cdx.json", "sam.json"):
        assert (tmp_path / name).read_bytes() == (build / name).read_bytes()


def test_template_that_is_checked_without_code_is_the_one_of_the_package(build: Path, tmp_path: Path) -> None:
    assert drafted(stage_of("dev"), tmp_path).read_bytes() == (build / "sam.json").read_bytes()


def test_package_is_the_same_for_every_stage(build: Path, tmp_path: Path) -> None:
    package_stage(stage_of("prod"), tmp_path)
    assert (tmp_path / "deployment.zip").read_bytes() == (build / "deployment.zip").read_bytes()


@pytest.fixture(scope="module")
def possible() -> bool:
    """Whether this machine can build and try what Lambda's processors have."""
    try:
        return bool(able())
    except Unfit:
        return False


def told_by(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def hashed_by(folder: Path, build: Path) -> list[str]:
    with zipfile.ZipFile(build / "deployment.zip") as archive:
        archive.extractall(folder)
    return told_by(sys.executable, "-I", "-S", "-c", HASHES, folder).split()


def test_bindings_are_built_for_avx2_where_that_is_possible(
    possible: bool, build: Path, tmp_path: Path
) -> None:
    made = bindings(way="")
    assert (made.library is not None) is possible
    if made.library:  # the tools come with the compiler
        (tmp_path / "library").write_bytes(made.library)
        assert "%ymm" in told_by("objdump", "-d", tmp_path / "library")
        needed = re.findall(r"GLIBC_2[.](\d+)", told_by("readelf", "-V", tmp_path / "library"))
        assert newest_glibc(made.library) == (2, max(map(int, needed)))
        with zipfile.ZipFile(build / "deployment.zip") as archive:
            assert archive.read(LIBRARY) == loaded_part(made.library)


def test_both_ways_of_making_the_bindings_give_the_same_digests(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGON2", "wheel")
    package_stage(stage_of("dev"), tmp_path / "other")
    expected = hashed_by(tmp_path / "wheel", tmp_path / "other")
    assert len(set(expected)) == 15
    assert hashed_by(tmp_path / "built", build) == expected


def test_bindings_built_again_from_nothing_are_the_same_bytes(tmp_path: Path) -> None:
    assert bindings(tmp_path) == bindings()


def test_no_library_needs_a_newer_glibc_than_lambdas(build: Path) -> None:
    with zipfile.ZipFile(build / "deployment.zip") as archive:
        libraries = {name: archive.read(name) for name in archive.namelist() if name.endswith(".so")}
    assert len(libraries) > 3
    assert {name for name, code in libraries.items() if newest_glibc(code) > NEWEST_GLIBC} == set()


def test_every_handler_imports_from_the_package_alone(build: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(build / "deployment.zip") as archive:
        archive.extractall(tmp_path)
    resources = json.loads((build / "sam.json").read_text())["Resources"].values()
    handlers = {
        one["Properties"]["Handler"] for one in resources if one["Type"] == "AWS::Serverless::Function"
    }
    assert len(handlers) == len(read_permissions())
    # -S and -I: no library of this environment can stand in for one that the package lacks.
    finished = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORTS, str(tmp_path), *sorted(handlers)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(tmp_path)
    assert finished.returncode == 0, finished.stderr
