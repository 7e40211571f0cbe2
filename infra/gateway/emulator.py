"""DynamoDB and SES on this machine: MiniStack in a child process that cannot outlive its parent.

MiniStack demands one exact botocore, so its environment is its own: nothing of it may be imported here.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PYTHON = Path(__file__).parents[2] / ".venv-emulator" / "bin" / "python"
# The first start compiles MiniStack.
START_SECONDS = 30.0
STOP_SECONDS = 3.0
TRIES = 3
KEPT = ("PATH", "HOME", "LANG")


class Emulator:
    """A running MiniStack; use it with `with`, or call `start` and `stop`."""

    def __init__(self) -> None:
        self._directory = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Answering when this returns. A port somebody takes in between is no reason to fail."""
        if not PYTHON.exists():
            raise RuntimeError(
                f"the embedded DynamoDB and SES are not installed: make {PYTHON.parents[1].name}/ready"
            )
        said = ""
        for _ in range(TRIES):
            port = free_port()
            self._directory = Path(tempfile.mkdtemp(prefix="portal-aws-"))
            self._process = self._launch(port)
            if self._answers(port):
                self.url = f"http://127.0.0.1:{port}"
                return self
            said = (self._directory / "log").read_text(errors="replace")[-2000:]
            self.stop()
        message = f"the embedded DynamoDB and SES do not start:\n{said}"
        raise RuntimeError(message)

    def stop(self) -> None:
        """End it and forget everything it held."""
        if self._process is None:
            return
        self._end_process(self._process)
        self._process = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def _launch(self, port: int) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "LOG_LEVEL": "WARNING",
            "TMPDIR": str(self._directory),
            "S3_DATA_DIR": str(self._directory / "s3"),
            "STATE_DIR": str(self._directory / "state"),
            "SFTP_ENABLED": "0",
        }
        with (self._directory / "log").open("ab") as log:
            return subprocess.Popen(
                [str(PYTHON), str(Path(__file__).with_name("emulator_child.py"))],
                env=environment,
                # The child ends when this pipe closes, and it closes however this process ends.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                # Ctrl-C in a terminal goes to a whole group: the parent alone answers it.
                start_new_session=True,
            )

    def _answers(self, port: int) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            if is_healthy(port):
                return True
            time.sleep(0.02)
        return False

    def _end_process(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_healthy(port: int) -> bool:
    """Whether it answers at all."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
