"""The portal asked over a real connection: what is sent, what comes back, and what is never done."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from chalicelib.services import own_portal
from chalicelib.services.own_portal import MOST, Answer, asking


class Portal(BaseHTTPRequestHandler):
    """What it was asked, and what it says."""

    asked: ClassVar[list[dict[str, Any]]] = []
    says: ClassVar[tuple[int, dict[str, str], bytes]] = (200, {}, b"{}")

    def _answers(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked.append({"path": self.path, "method": self.command, "headers": headers, "body": body})
        status, more, told = self.says
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = _answers  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def url() -> Iterator[str]:
    Portal.asked, Portal.says = [], (200, {}, b"{}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_fields_go_as_json_and_the_session_in_its_header(url: str) -> None:
    Portal.says = (200, {}, b'{"next": "portal"}')
    assert asking(url)("POST", "/logon", {"email": "a@b.test"}, None) == Answer(200, {"next": "portal"})
    asking(url)("GET", "/health/deep", None, "s.t")
    first, second = Portal.asked
    assert (first["method"], first["path"], json.loads(first["body"])) == (
        "POST",
        "/logon",
        {"email": "a@b.test"},
    )
    assert first["headers"]["content-type"] == "application/json"
    assert "authorization" not in first["headers"]
    assert second["headers"]["authorization"] == "Bearer s.t"
    assert "content-type" not in second["headers"]
    assert {one["headers"]["user-agent"] for one in Portal.asked} == {"portal-canary"}


def test_refusal_is_an_answer(url: str) -> None:
    Portal.says = (503, {}, b'{"code": "unavailable"}')
    assert asking(url)("GET", "/health", None, None) == Answer(503, {"code": "unavailable"})


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"\xff", b'{"a":' + b"1" * MOST])
def test_what_is_no_document_is_an_empty_one(url: str, body: bytes) -> None:
    Portal.says = (200, {}, body)
    assert asking(url)("GET", "/health", None, None) == Answer(200, {})


def test_no_redirect_is_followed(url: str) -> None:
    """Attack: the session goes with it to wherever the answer leads."""
    Portal.says = (303, {"Location": f"{url}/elsewhere"}, b"")
    assert asking(url)("GET", "/health", None, "s.t").status == 303
    assert [one["path"] for one in Portal.asked] == ["/health"]


def test_nobody_there_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_portal, "SECONDS", 1)
    with pytest.raises(OSError, match=r"refused|urlopen"):
        asking("http://127.0.0.1:9")("GET", "/health", None, None)


def test_only_the_web_is_asked() -> None:
    with pytest.raises(OSError, match=r"^$"):
        asking("file:///etc")("GET", "/passwd", None, None)
