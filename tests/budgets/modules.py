"""Prints, as JSON, what each step named on the command line imports in a process that has imported no other step.

What every function of any portal on this platform needs is imported once, then each step in a fork of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

BASE = ("chalice", "pynamodb.models", "argon2.low_level")


def imported_by(step: str) -> list[str]:
    """The modules of one step, the base's among them."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        importlib.import_module(f"chalicelib.steps.{step}")
        with os.fdopen(writing, "w") as out:
            json.dump(sorted(sys.modules), out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as given:
        found: list[str] = json.load(given)
    os.wait()
    return found


if __name__ == "__main__":
    for name in BASE:
        importlib.import_module(name)
    json.dump({step: imported_by(step) for step in sys.argv[1:]}, sys.stdout)
