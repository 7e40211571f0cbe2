"""What a person sees while `make run` runs: a quiet line for each request and each mail, and whatever goes wrong.

The functions' own log lines, and the traces of errors, go to a file, as JSON lines. VERBOSE=1 shows everything instead.
What is worth a line is for others to say: they log it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from infra.gateway.options import CannotStart

FUNCTIONS = "portal"  # the logger of the functions, whose messages are JSON already
CHATTY = ("botocore", "pynamodb")
LINE_ABOVE = "\x1b[A\x1b[2K"
TOLD = ("what", "error", "cause", "where")


def show_everything() -> None:
    """Every line of everybody, in the order they come."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    _hush()


def show_quietly(file: Path) -> None:
    """A quiet line for what matters, and everything in the file, which begins anew. Raises `CannotStart`."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        written = logging.FileHandler(file, mode="w", encoding="utf-8")
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}"
        raise CannotStart(message) from error
    written.setFormatter(JsonLines())
    quiet = Quiet(sys.stderr)
    for logger in (logging.getLogger(), logging.getLogger(FUNCTIONS)):
        logger.handlers = [quiet, written]
        logger.setLevel(logging.INFO)
    logging.getLogger(FUNCTIONS).propagate = False
    _hush()


def _hush() -> None:
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """One JSON object a line: the functions' own as they are, the gateway's in the same manner."""

    def format(self, record: logging.LogRecord) -> str:
        """With the trace of an error and the id of a request, where there is one."""
        if record.name == FUNCTIONS:
            return record.getMessage()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "what": "gateway", "said": record.getMessage()}
        if request := getattr(record, "request", None):
            line["request"] = request
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class Quiet(logging.Handler):
    """One line each. On a terminal, one that says the same as the line above takes its place and counts."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._overwrites = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._same, self._times = "", 1

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, or nothing where it is not worth a line."""
        text = words(record)
        if not text:
            return
        same = getattr(record, "same", text)
        again = self._overwrites and same == self._same
        self._same, self._times = same, self._times + 1 if again else 1
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        line = self._fitting(printable(f"{at}  {text}"), f"  {self._times} times" if again else "")
        self._stream.write(f"{LINE_ABOVE if again else ''}{line}\n")
        self._stream.flush()

    def _fitting(self, text: str, count: str) -> str:
        """Both, on one line of the terminal: one that wraps could not be overwritten."""
        room = shutil.get_terminal_size().columns - len(count)
        return (f"{text[: room - 1]}…" if self._overwrites and len(text) > room else text) + count


def words(record: logging.LogRecord) -> str:
    """What is told of a record; "" of a function's own lines while nothing is broken."""
    broken = record.levelno >= logging.ERROR
    if record.name == FUNCTIONS:
        if not broken:
            return ""
        facts = json.loads(record.getMessage())
        text = " ".join(str(facts[name]) for name in TOLD if name in facts)
    else:
        text = record.getMessage()
    if record.exc_info and record.exc_info[1]:
        text += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
    return f"{record.levelname.lower()}: {text}" if record.levelno >= logging.WARNING else text


def printable(text: str) -> str:
    """Attack: control characters in a subject clear the screen or forge a line. Defence: each is shown as a mark."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)
