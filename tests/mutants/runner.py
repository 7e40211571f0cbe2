"""Runs tests against one broken file after another: `python -m tests.mutants.runner` in a copy of the tree.

A line of JSON for each: the file, its text, the tests. A mutant that had an interpreter of its own would spend a second
on loading what it does not change. So this process loads the libraries once and makes a child for each, which begins
where they are loaded and the portal is not.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import botocore.loaders
import botocore.session
import pytest

LIBRARIES = (
    *(
        "argon2",
        "botocore.session",
        "chalice",
        "hypothesis",
        "jinja2",
        "nacl.secret",
        "pynamodb.models",
        "zxcvbn",
    ),
    *(
        "moto",
        "moto.dynamodb.responses",
        "moto.iam.access_control",
        "moto.ses.responses",
        "moto.sns.responses",
    ),
)
SERVICES = ("dynamodb", "dynamodbstreams", "events", "secretsmanager", "sesv2", "sns")
QUIET = [
    *("-x", "-q", "-n0", "--no-header", "--tb=no", "--assert=plain", "--hypothesis-seed=0"),
    *("-p", "no:cacheprovider", "-p", "no:unraisableexception"),  # which collects all garbage, twice
]
WAITING = 6  # a busy machine, or one that waits: so many times the processor's time may pass


class Verdict(NamedTuple):
    """`code` is pytest's; None where the time was over. `by` is the test that noticed; `seconds`, the processor's."""

    code: int | None
    by: str
    seconds: float


class First:
    """Ends the child with the first test that fails, or the first file that cannot be read, and tells its name."""

    def __init__(self, writing: int) -> None:
        self._writing = writing

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._look_at(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._look_at(report)

    def _look_at(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed:
            os.write(self._writing, report.nodeid.encode())
            os._exit(pytest.ExitCode.TESTS_FAILED)


def run(tests: Sequence[str], limit: float) -> Verdict:
    """The tests in a child of this process, for `limit` seconds of the processor's time at most."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 1))
        _be_the_child(tests, writing)
    os.close(writing)
    over = not select.select([reading], [], [], WAITING * limit)[0]
    with suppress(ProcessLookupError):
        # With what it has started.
        os.killpg(child, signal.SIGKILL) if over else os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        os.killpg(child, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as said:
        by = said.read()
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    over = over or code in {-signal.SIGXCPU, -signal.SIGKILL}
    return Verdict(None if over else code, by, round(used.ru_utime + used.ru_stime, 2))


def _be_the_child(tests: Sequence[str], writing: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    gc.disable()  # it lives for a second
    code = pytest.ExitCode.INTERNAL_ERROR
    try:
        code = pytest.ExitCode(pytest.main([*QUIET, *tests], plugins=[First(writing)]))
    finally:
        os._exit(code)


def judge(asked: dict[str, Any]) -> Verdict:
    """Break the file, run its tests, and mend it. With no text it stays whole, and what is compiled is kept."""
    path = Path(asked["path"])
    whole = path.read_text(encoding="utf-8")
    sys.dont_write_bytecode = "text" in asked
    try:
        # Compiled before, in the same second and of the same length, it would be taken for unchanged.
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()
        path.write_text(asked.get("text", whole), encoding="utf-8")
        return run(asked["tests"], asked["limit"])
    finally:
        path.write_text(whole, encoding="utf-8")


def load() -> None:
    """What every child needs and none changes: the libraries, and botocore's descriptions of services."""
    for name in LIBRARIES:
        __import__(name)
    loader = botocore.loaders.create_loader()
    botocore.session.create_loader = lambda *_: loader
    for service in SERVICES:
        botocore.session.get_session().create_client(service, "eu-west-1")
    gc.freeze()  # no child need look through it


if __name__ == "__main__":
    load()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(judge(json.loads(line))._asdict()) + "\n")
        sys.stdout.flush()
