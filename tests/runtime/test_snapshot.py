"""Containers that are copies of one snapshot, by the hooks that Lambda's runtime calls: nothing old, nothing in common.

A function starts in a process of its own, against a stand-in for AWS that counts connections. A fork is the copy.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytestmark = pytest.mark.slow

BATCH = "secretsmanager.BatchGetSecretValue"
# One command a line, one answer a line.
CONTAINER = """
import datetime, json, os, random, sys, uuid
import chalicelib.steps.send_mail
from chalicelib import wiring
from chalicelib.domain.sealing import Sealer
from chalicelib.domain.tokens import new_token
from chalicelib.storage.tables import MODELS

def hooks(which):
    import snapshot_restore_py
    for hook, given, named in getattr(snapshot_restore_py, which)():
        hook(*given, **named)

def call():
    wiring.portal().store.database.read(MODELS[0], "somebody")

def tomorrow():
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    wiring.session().get_credentials()._time_fetcher = lambda: then

def keys():
    here, worker = wiring.portal(), wiring.worker()
    rings = {here.keyring("mailed").current, here.hasher._keyring.current, worker.portal.keyring("pepper").current}
    return [*rings, here.hasher.hash("a password")[-2:]]

def copies():
    state, told = random.getstate(), []
    for _ in range(2):
        reading, writing = os.pipe()
        if not os.fork():
            random.setstate(state)  # a fork seeds it anew; a restored container goes on where the snapshot was
            hooks("get_after_restore")
            here = wiring.portal()
            sealed = Sealer(here.keyring("mailed"), here.random).seal(b"text", b"owner")
            shown = [new_token(here.random), sealed, here.hasher.hash("a password"), str(here.hasher._dummy)]
            os.write(writing, json.dumps([*map(str, shown), str(uuid.uuid4()), random.random()]).encode())
            os._exit(0)
        os.wait()
        told.append(json.loads(os.read(reading, 65536)))
    return told

loaded = lambda: "snapshot_restore_py" in sys.modules
commands = {"before": lambda: hooks("get_before_snapshot"), "after": lambda: hooks("get_after_restore")}
commands |= {"call": call, "keys": keys, "copies": copies, "loaded": loaded, "tomorrow": tomorrow}
for line in sys.stdin:
    try:
        print(json.dumps(commands[line.strip()]()), flush=True)
    except Exception as error:
        print(json.dumps({"raised": type(error).__name__}), flush=True)
"""
Container = Callable[[str], Any]


class Aws:
    """Secrets Manager and an empty DynamoDB; and where a container gets its role's credentials."""

    def __init__(self) -> None:
        self.current = "k1"
        self.broken = False
        self.asked: list[str] = []
        self.signed_by: list[str] = []
        self.connections = 0
        self.open = 0
        self.credentials = 0

    def answer(self, target: str, signature: str) -> tuple[int, dict[str, Any]]:
        self.asked.append(target)
        self.signed_by.append(signature.partition("Credential=")[2].partition("/")[0])
        if self.broken:
            return 500, {}
        if target == BATCH:
            key = base64.b64encode(self.current.encode() * 16).decode()
            ring = json.dumps({"current": self.current, "keys": {self.current: key}})
            names = [f"portal/prod/keys/{use}" for use in ("mailed", "pepper")]
            return 200, {
                "SecretValues": [{"Name": name, "SecretString": ring} for name in names],
                "Errors": [],
            }
        return 200, {}

    def credential(self) -> dict[str, Any]:
        self.credentials += 1
        expires = datetime.now(UTC) + timedelta(hours=6 if self.credentials == 1 else 48)
        key = {"AccessKeyId": f"KEY{self.credentials}", "SecretAccessKey": "s", "Token": "t"}
        return {**key, "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}


@pytest.fixture
def aws() -> Iterator[tuple[Aws, str]]:
    known = Aws()

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        counted = 0  # the connection to the credentials is not: they are in the container's own machine

        def finish(self) -> None:
            super().finish()
            known.open -= self.counted

        def do_GET(self) -> None:
            self._send(200, known.credential())

        def do_POST(self) -> None:
            known.connections += 1 - self.counted
            known.open += 1 - self.counted
            self.counted = 1
            self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*known.answer(self.headers["X-Amz-Target"], self.headers["Authorization"]))

        def _send(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield known, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def container(aws: tuple[Aws, str], request: pytest.FixtureRequest) -> Iterator[Container]:
    """A started function; SnapStart is on unless the test says otherwise."""
    given = {
        "AWS_LAMBDA_FUNCTION_NAME": "portal-prod-send_mail",
        "AWS_LAMBDA_INITIALIZATION_TYPE": getattr(request, "param", "snap-start"),
        "AWS_ENDPOINT_URL": aws[1],
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": aws[1],
        "PORTAL_URL": "https://portal.example.com",
        "PORTAL_MAIL_FROM": "portal@example.com",
        "PORTAL_SUPPORT_CONTACT": "support@example.com",
        "PORTAL_ADMIN_EMAIL": "admin@example.com",
        "PORTAL_KEYS_SECRET": "portal/prod/keys",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", CONTAINER],
        env={"PATH": os.environ["PATH"], **given},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def tell(command: str) -> Any:
        assert process.stdin
        assert process.stdout
        process.stdin.write(command + "\n")
        process.stdin.flush()
        while (line := process.stdout.readline()).startswith('{"at"'):
            pass  # its log
        return json.loads(line)

    yield tell
    process.communicate(timeout=10)


def all_closed(there: Aws) -> bool:
    deadline = time.monotonic() + 5
    while there.open and time.monotonic() < deadline:
        time.sleep(0.01)
    return there.open == 0


def test_restored_container_has_the_keys_of_now_and_new_connections(
    aws: tuple[Aws, str], container: Container
) -> None:
    there = aws[0]
    assert container("keys") == ["k1", "k1"]
    container("call")
    opened = there.connections
    container("call")
    assert there.connections == opened  # it is kept open, which is what makes this test mean something
    assert there.open == 2  # DynamoDB's and that of the secrets
    container("before")
    assert all_closed(there)
    there.current = "k2"
    container("after")
    assert there.asked[-1] == BATCH
    assert container("keys") == ["k2", "k2"]
    assert there.connections == opened + 1
    container("call")
    assert there.connections == opened + 2


def test_connection_that_was_opened_behind_the_first_hooks_back_is_not_used_either(
    aws: tuple[Aws, str], container: Container
) -> None:
    container("before")
    container("call")
    opened = aws[0].connections
    container("after")
    container("call")
    assert aws[0].connections == opened + 2


def test_lo_10_container_restored_without_an_answer_about_its_keys_never_has_the_old_ones(
    aws: tuple[Aws, str], container: Container
) -> None:
    assert container("keys") == ["k1", "k1"]
    container("before")
    aws[0].broken = True
    container("after")
    assert container("keys") == {"raised": "KeysUnread"}
    aws[0].broken, aws[0].current = False, "k2"
    assert container("keys") == ["k2", "k2"]


def test_two_containers_of_one_snapshot_have_nothing_random_in_common(container: Container) -> None:
    container("before")
    one, other = container("copies")
    assert len(one) == len(other) == 6
    assert not set(one) & set(other)


def test_container_restored_a_day_later_signs_with_credentials_of_now(
    aws: tuple[Aws, str], container: Container
) -> None:
    container("call")
    assert set(aws[0].signed_by) == {"KEY1"}
    container("before")
    container("tomorrow")
    container("after")
    assert aws[0].signed_by[-1] == "KEY2"


@pytest.mark.parametrize("container", ["on-demand", "provisioned-concurrency"], indirect=True)
def test_without_snapstart_no_hook_is_needed(container: Container) -> None:
    assert container("loaded") is False
    assert container("keys") == ["k1", "k1"]
