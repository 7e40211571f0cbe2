"""Argon2's bindings built for processors that have AVX2, as Lambda's x86 ones do: a hash in 15 ms instead of 26.

Nothing of the library is changed: it is the pinned source with two compiler flags more than its authors may give a
wheel for everybody. What cannot be built, or tried, on this machine is not packaged; then PyPI's wheel stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from infra.stages import ROOT

PROJECT = "argon2-cffi-bindings"
LIBRARY = "_argon2_cffi_bindings/_ffi.abi3.so"
FLAGS = "-O3 -mavx2"
TOOLS = ROOT / "requirements" / "bindings.txt"
KEPT = ROOT / "build" / "bindings"
PROCESSOR = Path("/proc/cpuinfo")
COMPILERS = ("cc", "gcc", "clang")
# Amazon Linux 2023, on which Lambda runs Python, has this one; a symbol of a newer one would end every function.
NEWEST_GLIBC = (2, 34)
WAYS = ("", "avx2", "wheel")
# Flags of this machine's own must not get into the package.
NOT_OURS = re.compile(r"(C|CPP|CXX|LD)FLAGS$|CMAKE_|SKBUILD_|ARGON2_CFFI_|PYTHON")
# The answer is in the test suite of Argon2's reference implementation.
ASKED = """
import sys
sys.path.insert(0, sys.argv[1])
from argon2.low_level import Type, hash_secret_raw
print(hash_secret_raw(b"password", b"somesalt", 2, 65536, 1, 32, Type.ID, 19).hex())
"""
ANSWER = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


class Unfit(Exception):
    """Why nothing was built that may be packaged."""


@dataclass(frozen=True)
class Bindings:
    """What is packaged: the library to put in the place of the wheel's, or None for the wheel's own."""

    told: str
    library: bytes | None


def bindings(kept: Path = KEPT, way: str | None = None) -> Bindings:
    """Built where that is possible. ARGON2=wheel asks for the wheel, ARGON2=avx2 fails where it would be the wheel."""
    way = asked() if way is None else way
    if way == "wheel":
        return Bindings("PyPI's wheel, as ARGON2 says", None)
    try:
        compiler = able()
        return Bindings(f"built with AVX2 by {version(compiler)}", library(built(kept, compiler)))
    except Unfit as reason:
        if way:
            raise
        return Bindings(f"PyPI's wheel: {reason}", None)


def asked() -> str:
    """What ARGON2 says, "" where it says nothing. Raises `ValueError`."""
    way = os.environ.get("ARGON2", "")
    if way not in WAYS:
        raise ValueError(f"ARGON2 must be {' or '.join(filter(None, WAYS))}, or not set")
    return way


def able() -> str:
    """The compiler of a machine that can build it, and run it too: what cannot be tried is not deployed."""
    flags = PROCESSOR.read_text(encoding="utf-8").split() if PROCESSOR.exists() else []
    if platform.machine() != "x86_64" or "avx2" not in flags:
        raise Unfit("this processor has no AVX2 to try it on")
    found = [path for path in map(shutil.which, COMPILERS) if path]
    if not found:
        raise Unfit("there is no C compiler here")
    return found[0]


def version(compiler: str) -> str:
    """The compiler's own first line: another one may give other bytes."""
    told = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    return told.partition("\n")[0]


def built(kept: Path, compiler: str) -> Path:
    """The wheel, from an earlier packaging or made now. Whatever can change its bytes is in the name of its folder."""
    made_of = [pinned(), FLAGS, version(compiler), TOOLS.read_text(encoding="utf-8"), sys.version_info[:2]]
    folder = kept / hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("*.whl")):
        with tempfile.TemporaryDirectory(dir=kept) as scratch:
            build(Path(scratch), compiler)
            for wheel in Path(scratch).glob("*.whl"):
                wheel.rename(
                    folder / wheel.name
                )  # whole or not at all: another packaging may run beside this one
    return next(folder.glob("*.whl"))


def pinned() -> str:
    """The very version whose wheel would be packaged, with the hashes of its files; as pip reads it."""
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{PROJECT}==(.*\\\n)*.*", pins, re.MULTILINE)
    if found is None:
        raise Unfit(f"requirements.txt does not pin {PROJECT}")
    return found[0]


def build(scratch: Path, compiler: str) -> None:
    """A wheel from PyPI's source, with pinned tools. pip's cache is left out: it knows wheels by their source and would
    give this one to whoever asks for the source's wheel next, on any processor.
    """
    tools = scratch / "tools"
    clean = {name: value for name, value in os.environ.items() if not NOT_OURS.match(name)}
    path = f"{tools / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**clean, "PATH": path, "PYTHONPATH": str(tools), "CC": compiler, "CFLAGS": FLAGS}
    source = scratch / "source.txt"
    source.write_text(pinned(), encoding="utf-8")
    pip(clean, "install", "--require-hashes", "--target", str(tools), "-r", str(TOOLS))
    pip(
        environment,
        *("wheel", "--no-cache-dir", "--no-build-isolation", "--no-deps", "--no-binary", PROJECT),
        *("--require-hashes", "-w", str(scratch), "-r", str(source)),
    )


def pip(environment: dict[str, str], *arguments: str) -> None:
    """This environment's own pip; its last words are the reason when it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *arguments]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise Unfit(f"it does not build: {done.stdout.strip()[-500:]}")


def library(wheel: Path) -> bytes:
    """The compiled part of a wheel, if Lambda can load it and it hashes right."""
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(wheel) as archive:
        archive.extractall(scratch)  # our own, made a moment ago
        found = Path(scratch, LIBRARY).read_bytes()
        if newest_glibc(found) > NEWEST_GLIBC:
            raise Unfit(
                f"it needs glibc {'.'.join(map(str, newest_glibc(found)))}, which Lambda does not have"
            )
        if answer(Path(scratch)) != ANSWER:
            raise Unfit("it does not hash as Argon2 does")
    return found


def newest_glibc(code: bytes) -> tuple[int, ...]:
    """The newest version of glibc that a library names among those it needs."""
    named = re.findall(rb"\0GLIBC_([0-9.]+)\0", code.replace(b"\0", b"\0\0"))
    return max((tuple(map(int, one.split(b"."))) for one in named), default=(0,))


def answer(folder: Path) -> str:
    """What the bindings in a folder make of a known question; by a process of its own, which may fall over."""
    command = [sys.executable, "-I", "-c", ASKED, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
