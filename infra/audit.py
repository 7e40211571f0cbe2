"""`python -m infra.audit`: which known vulnerabilities the pinned libraries have, by pip-audit. It changes nothing.

A finding fails. Where nobody can be asked, that is said in so many words and does not fail: a service that is down is
no reason to hold back a change, and silence must never look like a clean bill of health.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from http import HTTPStatus
from itertools import zip_longest
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKED = (ROOT / "requirements.txt", *sorted((ROOT / "requirements").glob("*.txt")))
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
PIP_AUDIT = ROOT / ".venv-tools" / "bin" / "pip-audit"
HOST = "https://pypi.org"
Library = dict[str, Any]


def main() -> int:
    """Ask about every pin of every list."""
    try:
        libraries = [one for pins in rounds(LOCKED) for one in asked(pins)]
    except subprocess.CalledProcessError as error:
        return unfinished(error.stderr)
    return verdict(libraries)


def rounds(lists: tuple[Path, ...]) -> list[list[str]]:
    """Every pin once. pip-audit takes one version of a library at a time, and two lists may pin different ones."""
    versions: dict[str, set[str]] = {}
    for one in lists:
        for name, version in PIN.findall(one.read_text(encoding="utf-8")):
            versions.setdefault(name, set()).add(f"{name}=={version}")
    return [[pin for pin in row if pin] for row in zip_longest(*map(sorted, versions.values()))]


def asked(pins: list[str]) -> list[Library]:
    """What is known of each. The lists are complete: nothing is downloaded to learn what a library brings along."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write("\n".join(pins))
        wanted.flush()
        options = ("--disable-pip", "--no-deps", "--progress-spinner=off", "--format=json")
        command = [str(PIP_AUDIT), *options, "-r", wanted.name]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        known: list[Library] = json.loads(finished.stdout)["dependencies"]
    except ValueError:  # it speaks JSON about findings too, and of its own troubles in words
        raise subprocess.CalledProcessError(finished.returncode, command, stderr=finished.stderr) from None
    return known


def verdict(libraries: list[Library]) -> int:
    """Findings, then of which libraries nobody knew anything."""
    found = [line for one in libraries for line in findings(one)]
    unknown = [one["name"] for one in libraries if "skip_reason" in one]
    for line in found:
        print(line)
    if len(unknown) == len(libraries):
        print(f"NOT AUDITED: {HOST} tells nothing about vulnerabilities here")
        return 0
    if unknown:
        print(f"NOT AUDITED: {', '.join(unknown)}")
    print(f"{len(libraries) - len(unknown)} pins audited, {len(found)} known vulnerabilities")
    return 1 if found else 0


def findings(library: Library) -> list[str]:
    """One line for each vulnerability of a library."""
    return [
        f"{library['name']} {library['version']}: {one['id']}, mended in "
        f"{', '.join(one['fix_versions']) or 'no version yet'}: {one['description'][:200]}"
        for one in library.get("vulns", [])
    ]


def unfinished(said: str) -> int:
    """pip-audit did not come to its end: because nobody answers it, or because something here is wrong."""
    if answers():
        print(said, file=sys.stderr)
        return 1
    print(f"NOT AUDITED: {HOST} cannot be reached from here")
    return 0


def answers() -> bool:
    """Whether the service that pip-audit asks is there at all: that it knows nothing is an answer too."""
    try:
        with urllib.request.urlopen(f"{HOST}/pypi/pip/json", timeout=15):
            return True
    except urllib.error.HTTPError as error:
        return error.code < HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
