"""PW-07: a breached password is refused; a service that is slow, down or talks nonsense refuses nobody."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from chalicelib.services import breached_passwords as breached
from chalicelib.services.breached_passwords import asking
from tests.world.visitors import PASSWORD
from tests.world.world import World

LEAKED = "correct battery staple horse"
DIGEST = hashlib.sha1(LEAKED.encode()).hexdigest().upper()


class Ranges(BaseHTTPRequestHandler):
    """The range service: what it says, and what it was asked."""

    says: ClassVar[bytes] = b""
    waits: ClassVar[float] = 0
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        time.sleep(self.waits)
        with contextlib.suppress(BrokenPipeError):  # whoever asked has given up waiting
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.says)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def url() -> Iterator[str]:
    Ranges.says, Ranges.waits, Ranges.asked = b"", 0, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ranges)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/range"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("says", "found"),
    [
        (f"{'0' * 35}:7\r\n{DIGEST[5:]}:3\r\n", True),
        (f"{DIGEST[5:].lower()}:1", True),
        (f"{'0' * 35}:7\r\n", False),
        (f"{DIGEST[5:]}:0\r\n", False),
        ("", False),
    ],
)
def test_pw_07_password_is_breached_when_its_suffix_is_listed(url: str, says: str, found: bool) -> None:
    Ranges.says = says.encode()
    assert asking(url)(LEAKED) is found
    assert Ranges.asked == [f"/range/{DIGEST[:5]}"]


def test_pw_07_no_more_than_a_second_and_nonsense_is_no_answer(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ranges.says = "\u00fc".encode()
    assert asking(url)(LEAKED) is None
    assert asking("http://127.0.0.1:9/range")(LEAKED) is None
    assert breached.SECONDS == 1
    monkeypatch.setattr(breached, "SECONDS", 0.05)
    Ranges.waits = 0.3
    assert asking(url)(LEAKED) is None


def listening(asked: list[str], answer: bool | None) -> Callable[[str], bool | None]:
    def breached(new: str) -> bool | None:
        asked.append(new)
        return answer

    return breached


@pytest.mark.parametrize(("answer", "status"), [(True, 422), (False, 200), (None, 200)])
def test_pw_07_breached_one_cannot_be_chosen_and_silence_stops_nobody(
    world: World, answer: bool | None, status: int
) -> None:
    asked: list[str] = []
    world.portal = world.portal._replace(breached=listening(asked, answer))
    visitor = world.visitor()
    visitor.logs_on(world.person())
    fields = {"new_password": LEAKED, "confirm_password": LEAKED, "current_password": PASSWORD}
    reply = visitor.post("/password/change", fields)
    assert (reply.status, asked) == (status, [LEAKED])
    if status == 422:
        unmet = [one["id"] for one in reply.json()["criteria"] if not one["met"]]
        assert unmet == ["not_common"]


def test_pw_07_nobody_is_asked_about_what_is_refused_anyway(world: World) -> None:
    asked: list[str] = []
    world.portal = world.portal._replace(breached=listening(asked, False))
    visitor = world.visitor()
    visitor.logs_on(world.person())
    fields = {"new_password": "short", "confirm_password": "short", "current_password": PASSWORD}
    assert (visitor.post("/password/change", fields).status, asked) == (422, [])
