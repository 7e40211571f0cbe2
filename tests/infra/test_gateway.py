"""The whole local gateway as a process: what only real HTTP and real processes can show."""

import contextlib
import http.client
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import requests


def raw(gateway: Any, text: Any, source: Any = "127.0.0.1") -> Any:
    port = int(gateway.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0)) as connection:
        connection.sendall(text)
        with contextlib.suppress(OSError):  # a server that has had enough has closed it already
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.decode("latin-1")


@pytest.mark.parametrize(
    "text",
    [
        b"GARBAGE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /health HTTP/1.1\r\nbroken header\r\n\r\n",
        b"GET /health HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /%ff%00%zz?%ff=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://evil/%2e%2e/ HTTP/1.1\r\nHost: evil\r\n\r\n",
    ],
)
def test_broken_request_gets_a_refusal_and_kills_nothing(gateway: Any, text: Any) -> None:
    answer = raw(gateway, text)
    assert answer.startswith("HTTP/1.")
    assert answer.split()[1][0] == "4"
    assert "Content-Security-Policy: default-src 'none'" in answer
    assert requests.get(f"{gateway.url}/nope", timeout=5).status_code == 404


def test_absurdly_long_header_kills_nothing(gateway: Any) -> None:
    # The server stops reading in the middle, so the refusal may be lost on the way: only what follows counts.
    with contextlib.suppress(ConnectionError):
        assert raw(gateway, b"GET /health HTTP/1.1\r\nX: " + b"a" * 20000 + b"\r\n\r\n").split()[1] == "400"
    assert requests.get(f"{gateway.url}/nope", timeout=5).status_code == 404


def test_server_tells_no_name_or_version(gateway: Any) -> None:
    assert "Server" not in requests.get(f"{gateway.url}/nope", timeout=5).headers


def test_mailbox_is_there_for_people_and_programs(gateway: Any) -> None:
    answer = requests.get(f"{gateway.url}/_local/mail", headers={"Accept": "text/html"}, timeout=5)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert isinstance(gateway.mails(), list)


def test_portal_is_reached_over_the_loopback_interface_only(gateway: Any) -> None:
    port = int(gateway.url.rpartition(":")[2])
    own = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout.split()
    for address in [one for one in own if "." in one]:
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((address, port), timeout=2)


def children_of(pid: Any) -> Any:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def is_running(pid: Any) -> Any:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.ministack("it is about the process that MiniStack is")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's process list")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_embedded_services_end_with_the_gateway(start_gateway: Any, number: Any) -> None:
    gateway = start_gateway()
    children = children_of(gateway.pid)
    assert children
    code = gateway.stop(number)
    deadline = time.monotonic() + 5
    while any(is_running(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(is_running(child) for child in children)
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert "Traceback" not in gateway.log


def test_port_that_is_taken_is_said_in_one_line(gateway: Any, start_gateway: Any) -> None:
    with pytest.raises(RuntimeError, match="make run PORT="):
        start_gateway(PORT=gateway.url.rpartition(":")[2])


def test_forwarding_headers_do_not_change_where_a_request_comes_from(gateway: Any) -> None:
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(gateway.url.rpartition(":")[2]), timeout=5, source_address=("127.0.0.3", 0)
    )
    connection.request("GET", "/help", headers={"X-Forwarded-For": "203.0.113.9", "Accept": "text/html"})
    page = connection.getresponse().read().decode()
    connection.close()
    assert "127.0.0.3" in page
    assert "203.0.113.9" not in page
