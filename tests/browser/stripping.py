"""A company's proxy as some are: everything passes through it, and it takes off whatever headers it does not know."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext

UNKNOWN_TO_IT = "sec-"  # Sec-Fetch-Site and its like, which browsers send since 2019 to 2023
OF_THE_CONNECTION = frozenset({"connection", "proxy-connection", "keep-alive", "transfer-encoding"})


@dataclass(frozen=True)
class Passed:
    """One request as it went on to the portal, and the answer's status."""

    method: str
    path: str
    headers: dict[str, str]
    stripped: bool
    status: int


@dataclass
class Proxy:
    """Where it listens, and what came by."""

    url: str
    passed: list[Passed] = field(default_factory=list)

    def before(self, browser: Browser) -> Browser:
        """A Chromium whose people all sit behind this proxy."""
        return cast("Browser", _Behind(self, browser))

    @property
    def posts(self) -> list[Passed]:
        """What was sent by a form or a script."""
        return [one for one in self.passed if one.method == "POST"]


@dataclass
class _Behind:
    proxy: Proxy
    browser: Browser

    def new_context(self, **more: Any) -> BrowserContext:
        """Even what is on this machine goes through the proxy."""
        return self.browser.new_context(proxy={"server": self.proxy.url, "bypass": "<-loopback>"}, **more)


@contextmanager
def stripping_proxy() -> Iterator[Proxy]:
    """A proxy that lets no Sec- header through, until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            where = urlsplit(self.path)
            given = {name.lower(): value for name, value in self.headers.items()}
            unknown = {name for name in given if name.startswith(UNKNOWN_TO_IT)}
            headers = {
                name: value for name, value in given.items() if name not in unknown | OF_THE_CONNECTION
            }
            answer, content = _asked(self.command, where.netloc, self.path, headers, body)
            proxy.passed.append(Passed(self.command, where.path, headers, bool(unknown), answer.status))
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in OF_THE_CONNECTION | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_HEAD = do_GET  # noqa: N815 - the server looks for these names

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    proxy = Proxy(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield proxy
    server.shutdown()
    thread.join()
    server.server_close()


def _asked(
    method: str, host: str, target: str, headers: dict[str, str], body: bytes
) -> tuple[http.client.HTTPResponse, bytes]:
    """The portal's answer."""
    where = urlsplit(target)
    connection = http.client.HTTPConnection(host, timeout=15)
    path = where.path + (f"?{where.query}" if where.query else "")
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content
