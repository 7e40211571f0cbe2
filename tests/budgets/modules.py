"""Prints, as JSON, what the function of each step named on the command line has loaded once its init phase is over.

What every function of any portal on this platform needs is imported once, then each step in a fork of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import sys

BASE = ("chalice", "pynamodb.models")


def loaded_by(step: str) -> list[str]:
    """The modules of one function, the base's left out."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        before = set(sys.modules)
        os.environ["AWS_LAMBDA_FUNCTION_NAME"] = f"portal-dev-{step}"
        importlib.import_module(f"chalicelib.steps.{step}")
        with os.fdopen(writing, "w") as out:
            json.dump(sorted(set(sys.modules) - before), out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as given:
        found: list[str] = json.load(given)
    os.wait()
    return found


if __name__ == "__main__":
    for name in BASE:
        importlib.import_module(name)
    json.dump({step: loaded_by(step) for step in sys.argv[1:]}, sys.stdout)
