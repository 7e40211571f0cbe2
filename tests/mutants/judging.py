"""Which mutants are tried, what becomes of each, and the table of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

PYTHON = Path(__file__).parents[2] / ".venv/bin/python"
WHOLE_SECONDS = 300
LEAST_SECONDS, FACTOR = 10, 8  # a mutant may take so long, or so many times what its whole file took
NO_TESTS = 5  # pytest's word for it
OUTCOMES = ("noticed", "out of time", "survived")


class Mutant(NamedTuple):
    """`text` is the whole file as it is then; `line` and `becomes` the first line that is another, as they read."""

    operator: str
    number: int
    line: str
    becomes: str
    text: str

    @property
    def known_by(self) -> tuple[str, str, str]:
        """What an equivalent is listed by: no number, which every change above it would move."""
        return self.operator, self.line, self.becomes


class File(NamedTuple):
    """A critical file, the tests that must notice what is broken in it, and its mutants."""

    path: str
    tests: list[str]
    mutants: list[Mutant]


class Runner:
    """The process that runs the tests, in the copy; moto plays AWS inside it."""

    def __init__(self, tree: Path) -> None:
        self._process = subprocess.Popen(
            [PYTHON, "-m", "tests.mutants.runner"],
            cwd=tree,
            env={**os.environ, "PORTAL_TEST_ENGINE": "moto"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **words: Any) -> dict[str, Any]:
        """Run tests, and wait for the verdict."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("the process that runs the tests has ended")
        verdict: dict[str, Any] = json.loads(answer)
        return verdict

    def end(self) -> None:
        """It ends when nobody asks any more."""
        self._process.communicate()


def spread(files: Sequence[File], most: int) -> list[File]:
    """At most so many mutants, evenly over all there are, and for the same code the same."""
    every = sum(len(file.mutants) for file in files)
    if not most or every <= most:
        return list(files)
    kept, numbers = {number * every // most for number in range(most)}, iter(range(every))
    return [file._replace(mutants=[one for one in file.mutants if next(numbers) in kept]) for file in files]


def survivors(runner: Runner, file: File, found: Counter[str]) -> Iterator[Mutant]:
    """Count what became of each; gives those that nobody noticed."""
    if not file.mutants:
        return
    whole = runner.ask(path=file.path, tests=file.tests, limit=WHOLE_SECONDS)
    if whole["code"]:
        raise SystemExit(f"the tests of {file.path} fail before anything is broken: {whole['by']}")
    limit = max(LEAST_SECONDS, FACTOR * whole["seconds"])
    for mutant in file.mutants:
        verdict = runner.ask(path=file.path, tests=file.tests, limit=limit, text=mutant.text)
        if verdict["code"] == NO_TESTS:
            raise SystemExit(f"there is no test of {file.path}")
        outcome = {None: "out of time", 0: "survived"}.get(verdict["code"], "noticed")
        found.update({outcome: 1, "seconds": verdict["seconds"]})
        if outcome == "survived":
            yield mutant


def shown(table: dict[str, Counter[str]], every: int, seconds: float) -> str:
    """The table of results."""
    together = sum(table.values(), Counter[str]())
    rows = [f"{'':40} {'broken':>8} " + " ".join(f"{one:>12}" for one in (*OUTCOMES, "seconds"))]
    for path, found in [*table.items(), ("together", together)]:
        counts = [found[one] for one in OUTCOMES]
        told = " ".join(f"{count:12}" for count in [*counts, round(found["seconds"])])
        rows.append(f"{path:40} {sum(counts):8} {told}")
    tried = sum(together[one] for one in OUTCOMES)
    return "\n".join(["", *rows, f"{tried} of {every} mutants in {seconds:.0f} s"])
