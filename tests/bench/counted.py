"""How many instructions a function's init phase takes, under Valgrind: the same on a busy machine as on an idle one.

It counts what the process does itself, not what the kernel does for it.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from infra.rehearsal.runtime import Function, FunctionFailed
from tests.bench.side import ROOT

PROCESS = Path(__file__).parent / "counted_process.py"
FLOOR = ROOT / "build" / "bench" / "floor"
SECONDS = 120
COUNT = re.compile(r"I\s+refs:\s+([\d,]+)")


class Beside(Function):
    """A function that finds the bench's floors too."""

    def _arguments(self) -> tuple[str, ...]:
        return (*super()._arguments(), str(FLOOR))


class Counted(Beside):
    """A function that ends where it would ask for its first event."""

    program = (str(PROCESS),)
    interpreter = (
        *("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"),
        sys.executable,
    )

    def count(self) -> int:
        """Instructions until there; raises FunctionFailed where it does not come so far."""
        self._log.unlink(missing_ok=True)
        try:
            ended = self._start().wait(SECONDS)
        finally:
            self.stop()
        said = self._log.read_text(encoding="utf-8")
        found = COUNT.search(said)
        if ended or not found:
            raise FunctionFailed("Runtime.ExitError", said[-2000:])
        return int(found[1].replace(",", ""))


def can_count() -> bool:
    """Whether Valgrind is there."""
    return shutil.which("valgrind") is not None
