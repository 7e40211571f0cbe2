"""The terminal of `make run`: one quiet line for each request and mail; everything else is in a file."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from infra.gateway.terminal import JsonLines, Quiet
from tests.gateway import ROOT, Gateway

CLOCK = re.compile(r"^\d\d:\d\d:\d\d  ", re.MULTILINE)
SECRET = "a-very-secret-token"


class Screen(io.StringIO):
    """A terminal of 60 columns."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """One of the gateway's, with no handler but the test's."""
    yield from quiet_logger("infra.trial")


@pytest.fixture
def functions() -> Iterator[logging.Logger]:
    """The functions' own, whose messages are JSON."""
    yield from quiet_logger("portal")


def quiet_logger(name: str) -> Iterator[logging.Logger]:
    logger = logging.getLogger(name)
    before = logger.handlers, logger.level, logger.propagate
    logger.handlers, logger.propagate = [], False
    logger.setLevel(logging.INFO)
    yield logger
    logger.handlers, level, logger.propagate = before
    logger.setLevel(level)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")


def shown(stream: io.StringIO) -> list[str]:
    return CLOCK.sub("", stream.getvalue()).splitlines()


def says(functions: logging.Logger, level: int, **facts: object) -> None:
    functions.log(level, "%s", json.dumps({"level": logging.getLevelName(level), **facts}))


def test_a_line_has_its_time_and_stands_alone(logger: logging.Logger) -> None:
    stream = io.StringIO()
    logger.addHandler(Quiet(stream))
    logger.info("GET  %s", "/logon")
    assert re.fullmatch(r"\d\d:\d\d:\d\d  GET  /logon\n", stream.getvalue())


def test_log_lines_of_functions_are_not_shown_unless_something_broke(functions: logging.Logger) -> None:
    stream = io.StringIO()
    functions.addHandler(Quiet(stream))
    says(functions, logging.INFO, what="request", status=200)
    says(functions, logging.WARNING, what="refused", cause="wrong_password")
    assert shown(stream) == []
    says(functions, logging.ERROR, what="mail_delayed", cause="ses:Throttling")
    says(functions, logging.CRITICAL, what="fault", error="KeyError", where="logon.py:41")
    assert shown(stream) == ["error: mail_delayed ses:Throttling", "critical: fault KeyError logon.py:41"]


def test_what_went_wrong_is_one_line_and_its_trace_is_in_the_file(
    logger: logging.Logger, tmp_path: Path
) -> None:
    stream, file = io.StringIO(), logging.FileHandler(tmp_path / "log", encoding="utf-8")
    file.setFormatter(JsonLines())
    logger.addHandler(Quiet(stream))
    logger.addHandler(file)
    logger.error("step logon failed", exc_info=KeyError("gone"))
    file.close()
    assert shown(stream) == ["error: step logon failed: KeyError: 'gone'"]
    written = json.loads((tmp_path / "log").read_text(encoding="utf-8"))
    assert (written["level"], written["said"]) == ("ERROR", "step logon failed")
    assert written["trace"] == "KeyError: 'gone'"


def test_lines_of_functions_are_in_the_file_as_they_are(functions: logging.Logger) -> None:
    stream = io.StringIO()
    functions.addHandler(file := logging.StreamHandler(stream))
    file.setFormatter(JsonLines())
    says(functions, logging.INFO, what="request", status=200)
    assert json.loads(stream.getvalue()) == {"level": "INFO", "what": "request", "status": 200}


def test_nothing_that_is_logged_can_steer_the_terminal(logger: logging.Logger) -> None:
    """Attack: a subject with control characters clears the screen or forges a line. Defence: marks in their place."""
    stream = io.StringIO()
    logger.addHandler(Quiet(stream))
    logger.info("mail to %s: %s", "ann@x.test", "Hi\n00:00:00  \x1b[2JGET\u202e /")
    assert shown(stream) == ["mail to ann@x.test: Hi\ufffd00:00:00  \ufffd[2JGET\ufffd /"]


def test_the_same_again_counts_up_in_its_place(logger: logging.Logger) -> None:
    """A password that is being typed asks for its criteria at each pause: the addresses must not scroll away."""
    screen = Screen()
    logger.addHandler(Quiet(screen))
    for milliseconds in (3, 4, 5):
        logger.info("POST /criteria  %d ms", milliseconds, extra={"same": "POST /criteria"})
    logger.info("GET  /logon")
    up = "\x1b[A\x1b[2K"
    assert CLOCK.sub("", screen.getvalue().replace(up, f"{up}\n")).splitlines() == [
        "POST /criteria  3 ms",
        up,
        "POST /criteria  4 ms  2 times",
        up,
        "POST /criteria  5 ms  3 times",
        "GET  /logon",
    ]


def test_where_nothing_can_be_overwritten_every_line_stays(logger: logging.Logger) -> None:
    stream = io.StringIO()
    logger.addHandler(Quiet(stream))
    for _ in range(3):
        logger.info("POST /criteria", extra={"same": "POST /criteria"})
    assert shown(stream) == ["POST /criteria"] * 3


def test_a_line_never_wraps_on_a_terminal_and_its_count_is_seen(logger: logging.Logger) -> None:
    screen = Screen()
    logger.addHandler(Quiet(screen))
    for _ in range(2):
        logger.info("x" * 100)
    first, second = screen.getvalue().replace("\x1b[A\x1b[2K", "").splitlines()
    assert (len(first), first[-2:]) == (60, "x…")
    assert (len(second), second[-11:]) == (60, "x…  2 times")


@pytest.mark.slow
def test_requests_and_mails_are_one_quiet_line_each(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(VERBOSE="0")
    requests.get(f"{gateway.url}/password/reset/{SECRET}", allow_redirects=False, timeout=10)
    requests.get(f"{gateway.url}/{SECRET}", timeout=10)
    requests.post(f"{gateway.url}/logon", json={"email": "nobody@x.test", "password": SECRET}, timeout=10)
    gateway.wait_for_mails("recipient@portal.test", 2)
    file = ROOT / re.findall(r"Log +(\S+)", gateway.log)[0]
    gateway.stop()
    lines = [line for line in gateway.log.splitlines() if CLOCK.match(line)]
    about = sorted(re.sub(r"\s+", " ", re.sub(r"\d+ ms", "N ms", line[10:])) for line in lines)
    assert about == [
        "GET (no such path) 404 N ms gateway",
        "GET /password/reset/{token} 303 N ms password_reset",
        "POST /logon 401 N ms logon",
        "mail to admin@portal.test: Your temporary password for Secure Messaging Portal",
        "mail to recipient@portal.test: A secure message is waiting for you",
        "mail to recipient@portal.test: Your temporary password for Secure Messaging Portal",
    ]
    written = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    file.unlink()
    assert {one["what"] for one in written} >= {"request", "refused", "mail_sent", "gateway"}
    assert SECRET not in gateway.log + json.dumps(written)
    assert "{" not in gateway.log.replace("{token}", "")
