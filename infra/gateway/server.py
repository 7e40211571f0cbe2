"""HTTP for the local gateway: waitress, kept from judging or rewriting what it reads."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask

from infra.gateway.answers import GatewayAnswers
from infra.gateway.messages import Answer, Request

THREADS = 32
LARGEST_HEADERS = 16 * 1024
# Above what the gateway refuses with a page of its own; beyond this the server closes without reading on.
LARGEST_READ = 32 * 1024 * 1024
ERROR_KINDS = {413: "REQUEST_TOO_LARGE"}
Application = Callable[[Request], Answer]


class RawHeadersParser(HTTPRequestParser):  # type: ignore[misc]
    """Keeps every header as it was sent: WSGI joins repeated ones and drops those with an underscore."""

    def __init__(self, adjustments: object) -> None:
        super().__init__(adjustments)
        self.raw_headers: list[tuple[str, str]] = []

    def parse_header(self, header_plus: bytes) -> None:
        """Let waitress judge the header first, then keep it."""
        super().parse_header(header_plus)
        for line in header_plus.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n")[1:]:
            name, colon, value = line.partition(b":")
            if colon:
                self.raw_headers.append((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")))


class RawHeadersTask(WSGITask):  # type: ignore[misc]
    """Hands the kept headers on."""

    def get_environment(self) -> dict[str, Any]:
        """The WSGI environment and the headers beside it."""
        environ: dict[str, Any] = super().get_environment()
        environ["gateway.headers"] = self.request.raw_headers
        return environ


class RefusalTask(ErrorTask):  # type: ignore[misc]
    """A request that is no HTTP gets the gateway's own refusal, security headers included."""

    def execute(self) -> None:
        """Send it and close: what follows on this connection cannot be told from the broken part."""
        status = int(self.request.error.code)
        request = Request("", "", "", [], b"", "")
        answer = GatewayAnswers().give(ERROR_KINDS.get(status, "DEFAULT_4XX"), request, "none")
        self.status = status_line(answer.status)
        self.response_headers.extend(answer.headers)
        self.set_close_on_finish()
        self.content_length = len(answer.body)
        self.write(answer.body)


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection with the three parts above."""

    parser_class = RawHeadersParser
    task_class = RawHeadersTask
    error_task_class = RefusalTask


def make_server(application: Application, port: int) -> Any:
    """A server on the loopback interface only: the portal on a developer's machine is nobody else's business."""
    # No forwarding header is trusted and none is cleared: a hostile one must reach the step and be ignored there.
    server = create_server(
        wsgi(application),
        listen=f"127.0.0.1:{port}",
        threads=THREADS,
        ident="",
        clear_untrusted_proxy_headers=False,
        max_request_header_size=LARGEST_HEADERS,
        max_request_body_size=LARGEST_READ,
        channel_timeout=30,
        connection_limit=512,
    )
    server.channel_class = Channel
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return server


def wsgi(application: Application) -> Callable[..., list[bytes]]:
    """The application as WSGI calls it."""

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        answer = application(request_of(environ))
        start_response(status_line(answer.status), answer.headers)
        return [answer.body]

    return app


def request_of(environ: dict[str, Any]) -> Request:
    """What came in, from the request line as it was sent and not as WSGI cleaned it."""
    target = environ["REQUEST_URI"].partition("#")[0]
    if not target.startswith("/"):  # the absolute form that proxies use
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=query,
        headers=environ["gateway.headers"],
        body=environ["wsgi.input"].read(),
        source_ip=environ["REMOTE_ADDR"],
        protocol=environ["SERVER_PROTOCOL"],
    )


def status_line(status: int) -> str:
    """The code and its name."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"
