"""`make mutants`: breaks the critical files, one small piece at a time; a test must notice each.

FILES= some of them (a part of the path is enough), SINCE= a commit or a date: only lines that have changed since, MOST=
at most so many, spread over all there are. What is broken is a copy, in build/mutants.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.mutants.changes import EVERY_LINE, copied, lines_since
from tests.mutants.judging import File, Runner, shown, spread, survivors
from tests.mutants.making import mutants_of

ROOT = Path(__file__).parents[2]
HERE = ROOT / "tests/mutants"


def main(words: Sequence[str]) -> int:
    """0 where no mutant survived."""
    asked, begun = _asked(words), time.monotonic()
    every = list(_files(asked.files, asked.since))
    chosen = spread(every, asked.most)
    runner, table = Runner(copied(ROOT, ROOT / "build/mutants")), dict[str, Counter[str]]()
    try:
        for file in chosen:
            found = table[file.path] = Counter()
            for mutant in survivors(runner, file, found):
                said = (
                    f"{file.path}:{mutant.number}: {mutant.operator}\n  - {mutant.line}\n  + {mutant.becomes}"
                )
                print(f"\nsurvived: {said}", flush=True)
    finally:
        runner.end()
    print(shown(table, sum(len(file.mutants) for file in every), time.monotonic() - begun))
    return 1 if any(found["survived"] for found in table.values()) else 0


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--files", default="")
    parser.add_argument("--since", default="")
    parser.add_argument("--most", type=int, default=0)
    return parser.parse_args(words)


def _files(wanted: str, since: str) -> Iterator[File]:
    equivalents = tomllib.loads((HERE / "equivalents.toml").read_text(encoding="utf-8"))
    for path, facts in tomllib.loads((HERE / "critical.toml").read_text(encoding="utf-8")).items():
        if wanted and not any(part in path for part in wanted.split()):
            continue
        lines = lines_since(ROOT, since, path) if since else EVERY_LINE
        known = {(one["operator"], one["line"], one["becomes"]) for one in equivalents.get(path, [])}
        mutants = mutants_of((ROOT / path).read_text(encoding="utf-8")) if lines else []
        asked = [one for one in mutants if one.number in lines]
        yield File(path, facts["tests"], [one for one in asked if one.known_by not in known])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
