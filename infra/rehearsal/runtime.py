"""Lambda's runtime API, as much as one function needs: a process that runs the deployment package asks for its events.

The process sees the unpacked package, AWS's own runtime client and the standard library, and of the environment only
what Lambda and the template give it: a missing file, a wrong handler or a variable that is not set fails as on AWS.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RESTORE = "/2018-06-01/runtime/restore/next"
START = """
import sys
sys.path[:0] = sys.argv[1:3]
from awslambdaric.__main__ import main
main(["", sys.argv[3]])
"""
RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot_restore_py.py", "runtime_client*.so")


class FunctionFailed(Exception):
    """The function raised, ended or took too long; `kind` is the name that Lambda gives it."""

    def __init__(self, kind: str, told: str) -> None:
        super().__init__(told)
        self.kind = kind


@dataclass(frozen=True)
class Configuration:
    """A function as the stack describes it."""

    name: str
    handler: str
    variables: dict[str, str]
    timeout: float
    memory: int
    version: str = "$LATEST"
    started_by: str = "on-demand"


class Function:
    """One function and the one process that runs it, which starts with the first event as on AWS."""

    interpreter: tuple[str, ...] = (sys.executable,)
    program: tuple[str, ...] = ("-c", START)

    def __init__(self, configuration: Configuration, package: Path, runtime: Path, log: Path) -> None:
        self.configuration = configuration
        self._package, self._runtime, self._log = package, runtime, log
        self._one_at_a_time = threading.Lock()
        self._events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._server = serving(self)

    def invoke(self, event: dict[str, Any]) -> Any:
        """One event, one answer; raises FunctionFailed."""
        with self._one_at_a_time:
            if self._process is None or self._process.poll() is not None:
                self._process = self._start()
            self._events.put((str(uuid.uuid4()), json.dumps(event).encode()))
            kind, body = self._answer()
        if kind != "response":
            told = json.loads(body or b"{}")
            raise FunctionFailed(kind, f"{self.configuration.name}: {told.get('errorMessage', body)}")
        return json.loads(body or b"null")

    def stop(self) -> None:
        """End its process and its API."""
        self._server.shutdown()
        self._server.server_close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def next_event(self) -> tuple[str, bytes]:
        """Asked by the process; waits until there is one."""
        return self._events.get()

    def answered(self, kind: str, body: bytes) -> None:
        """Told by the process."""
        self._answers.put((kind, body))

    def _arguments(self) -> tuple[str, ...]:
        return str(self._package), str(self._runtime), self.configuration.handler

    def _answer(self) -> tuple[str, bytes]:
        deadline = time.monotonic() + self.configuration.timeout
        while time.monotonic() < deadline:
            try:
                return self._answers.get(timeout=0.1)
            except queue.Empty:
                if self._process is not None and self._process.poll() is not None:
                    return "Runtime.ExitError", self._last_words()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        return "Sandbox.Timedout", b'{"errorMessage": "Task timed out"}'

    def _last_words(self) -> bytes:
        said = self._log.read_text(errors="replace")[-2000:]
        return json.dumps({"errorMessage": f"Runtime exited: {said}"}).encode()

    def _start(self) -> subprocess.Popen[bytes]:
        configuration = self.configuration
        self._events, self._answers = queue.Queue(), queue.Queue()
        with self._log.open("ab") as log:
            return subprocess.Popen(
                # -S, -I: no library of this environment stands in for one that the package lacks.
                [*self.interpreter, "-S", "-I", *self.program, *self._arguments()],
                cwd=self._package,
                env={**lambdas_own(configuration, self._package, self._server), **configuration.variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def lambdas_own(configuration: Configuration, package: Path, server: ThreadingHTTPServer) -> dict[str, str]:
    """The variables that Lambda sets, and the emulator's address in place of AWS's."""
    return {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
        "AWS_LAMBDA_FUNCTION_VERSION": configuration.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": configuration.started_by,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{configuration.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "rehearsal",
        "AWS_REGION": os.environ["AWS_DEFAULT_REGION"],
        "AWS_DEFAULT_REGION": os.environ["AWS_DEFAULT_REGION"],
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
        "LAMBDA_TASK_ROOT": str(package),
        "_HANDLER": configuration.handler,
        "PATH": os.environ["PATH"],
        "TZ": ":UTC",
    }


def serving(function: Function) -> ThreadingHTTPServer:
    """The API of one function on a port of its own."""

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # otherwise each answer waits for an acknowledgement of its first line
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path == RESTORE:  # the snapshot is taken, and this is what is made from it
                self._send(200, {}, b"")
                return
            number, body = function.next_event()
            deadline = int((time.time() + function.configuration.timeout) * 1000)
            arn = f"arn:aws:lambda:eu-west-1:000000000000:function:{function.configuration.name}"
            headers = {
                "Lambda-Runtime-Aws-Request-Id": number,
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": arn,
                "Content-Type": "application/json",
            }
            self._send(200, headers, body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            kind = "response" if self.path.endswith("/response") else "Runtime.Error"
            function.answered(kind, body)
            self._send(202, {"Content-Type": "application/json"}, b"{}")

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Its traffic is of no interest."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def runtime_client(folder: Path) -> Path:
    """AWS's runtime client alone, as Lambda has it beside the package and not inside."""
    import awslambdaric  # noqa: PLC0415 - of the rehearsal's requirements only

    installed = Path(str(awslambdaric.__file__)).parents[1]
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in RUNTIME_CLIENT:
        for found in installed.glob(pattern):
            link = folder / found.name
            if not link.exists():
                link.symlink_to(found)
    return folder
