"""A `.venv` that no longer works is said in one sentence, whatever was asked for; it is never mended half."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gateway import ROOT

STALE = ".venv does not work: its Python is gone, too old or without pip. Run `make clean` and try again."

OF_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Enough of one for make, in which a `.venv` was whole once."""
    for file in [ROOT / "Makefile", *ROOT.glob("requirements*")]:
        copy = shutil.copytree if file.is_dir() else shutil.copy2
        copy(file, tmp_path / file.name)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for stamp in ("run", "dev", "browser", "rehearse"):
        (tmp_path / ".venv" / stamp).touch()
    return tmp_path


def make(checkout: Path, target: str) -> subprocess.CompletedProcess[str]:
    """As a person calls it, also where `make test` runs this: a make below another says more."""
    alone = {name: value for name, value in os.environ.items() if name not in OF_MAKE}
    return subprocess.run(
        ["make", target], cwd=checkout, env=alone, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("target", ["run", "test", "lint", "deploy"])
def test_a_venv_whose_python_has_gone_is_one_sentence(checkout: Path, target: str) -> None:
    (checkout / ".venv/bin/python").symlink_to("/nowhere/python3")
    ended = make(checkout, target)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[:-1] == [STALE]  # the last line is make's own


@pytest.mark.parametrize("target", ["run", "test", "lint", "deploy"])
def test_a_venv_whose_python_is_another_than_it_was_made_with_is_one_sentence(
    checkout: Path, target: str
) -> None:
    python = checkout / ".venv/bin/python"
    python.write_text("#!/bin/sh\necho 'ModuleNotFoundError: pip' >&2; exit 1\n")
    python.chmod(0o755)
    ended = make(checkout, target)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[:-1] == [STALE]
