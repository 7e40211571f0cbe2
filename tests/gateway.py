"""The whole portal behind the local gateway, as a process of its own, for tests that are people or clients."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[1]
# Another program that serves the portal in the local gateway's place: `make rehearse` names the deployed one.
PROGRAM = os.environ.get("PORTAL_TEST_GATEWAY", "infra.gateway")
READY_SECONDS = 30.0 if PROGRAM == "infra.gateway" else 180.0
ADDRESS = re.compile(r"Portal +(http://\S+)")
Mail = dict[str, Any]


class Gateway:
    """A running portal with an engine of its own."""

    def __init__(self, **settings: str) -> None:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PORTAL_"))
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM],
            cwd=ROOT,
            # The log lines of the functions belong to what tests look through for secrets and faults.
            env={**clean, "PORT": "0", "VERBOSE": "1", "PYTHONUNBUFFERED": "1", **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self._ready = threading.Event()
        self.url = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(READY_SECONDS) or not self.url:
            self.stop()
            message = f"the gateway does not start:\n{self.log}"
            raise RuntimeError(message)

    @property
    def log(self) -> str:
        """Everything it has printed so far."""
        return "".join(self._lines)

    @property
    def pid(self) -> int:
        """The process, for tests that end it themselves."""
        return self._process.pid

    def mails(self, to: str | None = None) -> list[Mail]:
        """What is in the mailbox now, oldest first; of one person when `to` is given."""
        answer = requests.get(f"{self.url}/_local/mail", headers={"Accept": "application/json"}, timeout=10)
        kept: list[Mail] = answer.json()["mail"]
        return [mail for mail in kept if to is None or mail["to"].lower() == to.lower()]

    def wait_for_mails(self, to: str, count: int = 1, seconds: float = 5.0) -> list[Mail]:
        """At least so many mails to one person, as soon as they are there; fails when they do not come."""
        deadline = time.monotonic() + seconds
        while len(found := self.mails(to)) < count:
            if time.monotonic() > deadline:
                pytest.fail(
                    f"{len(found)} of {count} mails to {to} came; the gateway says:\n{self.log[-4000:]}"
                )
            time.sleep(0.02)
        return found

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it, as `kill` does unless told otherwise; its exit code."""
        self._process.send_signal(number)
        try:
            code = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._reader.join(5)
        if self._process.stdout:
            self._process.stdout.close()
        return code

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.append(line)
            if found := ADDRESS.search(line):
                # The loopback address itself: `localhost` costs a name look-up for every connection.
                self.url = found[1].replace("localhost", "127.0.0.1")
                self._ready.set()
        self._ready.set()


@pytest.fixture(scope="session")
def gateway(gateway_settings: Callable[[], dict[str, str]]) -> Iterator[Gateway]:
    """One portal with the default settings for all journeys of this process; use addresses of your own."""
    running = Gateway(**gateway_settings())
    yield running
    running.stop()


@pytest.fixture
def start_gateway(gateway_settings: Callable[[], dict[str, str]]) -> Iterator[Callable[..., Gateway]]:
    """Starts portals with settings of the test's own: `start_gateway(PORTAL_LOCK_SECONDS="2")`."""
    running: list[Gateway] = []

    def start(**settings: str) -> Gateway:
        running.append(Gateway(**{**gateway_settings(), **settings}))
        return running[-1]

    yield start
    for one in running:
        one.stop()
