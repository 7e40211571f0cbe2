"""Argon2's own build for AVX2: what may be packaged, and that the wheel is when it may not. Nothing is built here."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from infra import bindings
from infra.bindings import ANSWER, LIBRARY, NEWEST_GLIBC, Unfit, answer, newest_glibc, pinned

pytestmark = pytest.mark.slow

HASHES = f'print("{ANSWER}")\nraise SystemExit\n'
LOADS = b"\x7fELF\0GLIBC_2.2.5\0GLIBC_2.34\0"


def wheel(folder: Path, code: bytes = LOADS, module: str = HASHES) -> Path:
    """As pip leaves one behind: the library, and the module around it, which says what it hashes to."""
    made = folder / "bindings.whl"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(LIBRARY, code)
        archive.writestr("_argon2_cffi_bindings/__init__.py", module)
    return made


def here(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *, flags: str = "sse2 avx2", compiler: str = ""
) -> None:
    """A machine with this processor and this compiler."""
    processor = folder / "cpuinfo"
    processor.write_text(f"flags\t\t: {flags}\n")
    monkeypatch.setattr(bindings, "PROCESSOR", processor)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("shutil.which", lambda name: compiler if name == "cc" else None)


def test_built_library_is_what_is_packaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here(monkeypatch, tmp_path, compiler=sys.executable)
    monkeypatch.setattr(bindings, "built", lambda kept, compiler: wheel(tmp_path))
    made = bindings.bindings(tmp_path, "")
    assert made.library == LOADS
    assert made.told == f"built with AVX2 by Python {sys.version.split()[0]}"


@pytest.mark.parametrize(
    ("code", "module", "reason"),
    [
        (LOADS, 'print("another digest")\nraise SystemExit\n', "does not hash"),
        (LOADS, "import os\nos.abort()\n", "does not hash"),
        (b"\0GLIBC_2.9\0GLIBC_2.36\0", HASHES, "glibc 2.36"),
    ],
)
def test_build_that_lambda_could_not_use_is_not_packaged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: bytes, module: str, reason: str
) -> None:
    here(monkeypatch, tmp_path, compiler=sys.executable)
    monkeypatch.setattr(bindings, "built", lambda kept, compiler: wheel(tmp_path, code, module))
    made = bindings.bindings(tmp_path, "")
    assert made.library is None
    assert "wheel" in made.told
    assert reason in made.told


def test_machine_without_avx2_or_without_a_compiler_packages_the_wheel_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here(monkeypatch, tmp_path, flags="sse2 avx512f", compiler=sys.executable)
    assert "no AVX2" in bindings.bindings(tmp_path, "").told
    here(monkeypatch, tmp_path)
    assert "no C compiler" in bindings.bindings(tmp_path, "").told
    here(monkeypatch, tmp_path, compiler=sys.executable)
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert bindings.bindings(tmp_path, "").library is None


def test_whoever_insists_gets_no_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here(monkeypatch, tmp_path)
    with pytest.raises(Unfit, match="no C compiler"):
        bindings.bindings(tmp_path, "avx2")


def test_whoever_asks_for_the_wheel_gets_it_and_a_way_that_is_unknown_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here(monkeypatch, tmp_path, compiler=sys.executable)
    monkeypatch.setenv("ARGON2", "wheel")
    assert bindings.bindings(tmp_path).library is None
    monkeypatch.setenv("ARGON2", "fast")
    with pytest.raises(ValueError, match="avx2 or wheel"):
        bindings.bindings(tmp_path)


def test_failed_build_tells_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here(monkeypatch, tmp_path, compiler=sys.executable)
    monkeypatch.setattr(bindings, "TOOLS", tmp_path / "requirements-that-are-not-there.txt")
    with pytest.raises(Unfit, match=r"does not build: .*requirements-that-are-not-there"):
        bindings.build(tmp_path, sys.executable)


def test_wheel_is_kept_and_not_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    builds = []
    monkeypatch.setattr(
        bindings, "build", lambda scratch, compiler: builds.append(wheel(scratch).relative_to(tmp_path))
    )
    first = bindings.built(tmp_path, sys.executable)
    assert first == bindings.built(tmp_path, sys.executable)
    assert len(builds) == 1
    assert [one.name for one in tmp_path.iterdir()] == [first.parent.name]
    monkeypatch.setattr(bindings, "FLAGS", "-O2 -mavx2")
    assert bindings.built(tmp_path, sys.executable).parent != first.parent


def test_newest_glibc_is_compared_by_its_numbers() -> None:
    assert newest_glibc(b"\0GLIBC_2.9\0GLIBC_2.14\0") == (2, 14)
    assert newest_glibc(b"\0GLIBC_2.35\0") > NEWEST_GLIBC
    assert newest_glibc(b"\0GLIBC_2.34\0") == NEWEST_GLIBC
    assert newest_glibc(b"no machine code") < NEWEST_GLIBC


def test_version_is_the_one_that_runs_and_its_wheel_gives_the_answer_that_is_asked_for(
    tmp_path: Path,
) -> None:
    assert pinned().startswith("argon2-cffi-bindings==")
    assert answer(tmp_path) == ANSWER
