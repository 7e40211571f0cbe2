"""A DynamoDB that answers, but late: a proxy before the engine that holds each answer back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen


@dataclass
class Late:
    """`seconds` may be changed while it runs; `calls` have come in, `under_way` are not answered yet."""

    url: str
    seconds: float = 0
    calls: int = 0
    under_way: int = 0


@contextmanager
def late(engine_url: str) -> Iterator[Late]:
    """The proxy, as long as this lasts. What it was asked is done at once; who has hung up meanwhile hears nothing."""
    alone, told = threading.Lock(), Late("")

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            with alone:
                told.calls, told.under_way = told.calls + 1, told.under_way + 1
            try:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, answer = forwarded(engine_url, dict(self.headers), body)
                time.sleep(told.seconds)
                self.send_response(status)
                self.send_header("Content-Type", headers)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                self.wfile.flush()
            except OSError:
                self.close_connection = True
            finally:
                with alone:
                    told.under_way -= 1

        def log_message(self, *_: object) -> None:
            """Its traffic is of no interest."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def forwarded(engine_url: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
    """The engine's own answer: status, content type, body."""
    kept = {name: value for name, value in headers.items() if name.lower() not in {"host", "connection"}}
    request = Request(engine_url, body, kept, method="POST")
    try:
        with urlopen(request) as answer:
            return answer.status, str(answer.headers["Content-Type"]), answer.read()
    except OSError as error:
        if not hasattr(error, "code"):
            raise
        return error.code, str(error.headers["Content-Type"]), error.read()  # type: ignore[attr-defined]
