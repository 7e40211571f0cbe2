"""The package of a stage as it is deployed: made twice, opened, and started. Slow: `make rehearse`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.package import package_stage
from infra.permissions import read_permissions
from infra.stages import stage_of

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
    assert top == LIBRARIES | {"app", "chalicelib", "__pycache__"}


def test_every_module_is_compiled(names: list[str]) -> None:
    tag = sys.implementation.cache_tag
    sources = {name for name in names if name.endswith(".py")}
    assert {name.split("/")[0] for name in sources} == {"app.py", "chalicelib"}
    for name in sources:
        folder, _, file = name.rpartition("/")
        assert f"{folder}/__pycache__/{file[:-3]}.{tag}.pyc".lstrip("/") in names


def test_package_is_the_same_bytes_again(build: Path, tmp_path: Path) -> None:
    package_stage(stage_of("dev"), tmp_path)
    for name in ("deployment.zip", "sam.json"):
        assert (tmp_path / name).read_bytes() == (build / name).read_bytes()


def test_package_is_the_same_for_every_stage(build: Path, tmp_path: Path) -> None:
    package_stage(stage_of("prod"), tmp_path)
    assert (tmp_path / "deployment.zip").read_bytes() == (build / "deployment.zip").read_bytes()


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
