"""Runs one function of the portal as Lambda would, with a portal of the test's own; many may run at once."""

from __future__ import annotations

import importlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from chalicelib import wiring
from chalicelib.portal import Portal
from infra.gateway.functions import LambdaContext, running

_portal: ContextVar[Portal | None] = ContextVar("portal", default=None)
_lines: ContextVar[list[str] | None] = ContextVar("lines", default=None)


def run(step: str, event: str, portal: Portal) -> Any:
    """The answer of the step's handler, event and answer through JSON as on the wire."""
    handler = _handler(step)
    before = _portal.set(portal)
    try:
        with at_work(step):
            return json.loads(json.dumps(handler(json.loads(event), LambdaContext(step))))
    finally:
        _portal.reset(before)


@contextmanager
def at_work(step: str) -> Iterator[None]:
    """Whatever is done meanwhile is done in this function's name: its row of infra/permissions.yaml counts."""
    before = running.set(step)
    try:
        yield
    finally:
        running.reset(before)


def _handler(step: str) -> Callable[..., Any]:
    """The function itself, whose `portal()` is from now on the one of whoever runs it."""
    module: Any = importlib.import_module(f"chalicelib.steps.{step}")
    if module.portal is wiring.portal:
        module.portal = _portal_of_whoever_runs_it
    return cast(Callable[..., Any], getattr(module, step))


def _portal_of_whoever_runs_it() -> Portal:
    return _portal.get() or wiring.portal()


@contextmanager
def heard(lines: list[str]) -> Iterator[None]:
    """Keep the lines that the portal logs here, instead of printing them."""
    before = _lines.set(lines)
    _LISTENER.begins()
    try:
        yield
    finally:
        _LISTENER.ends()
        _lines.reset(before)


class _Listener(logging.Handler):
    """Stands in for the portal's own handler while somebody listens; each hears the lines of their own thread."""

    def __init__(self) -> None:
        super().__init__()
        self._logger, self._alone, self._listening = logging.getLogger("portal"), threading.Lock(), 0

    def begins(self) -> None:
        with self._alone:
            self._listening += 1
            if self._listening == 1:
                self._before = self._logger.handlers[:], self._logger.level, self._logger.propagate
                self._logger.handlers[:], self._logger.propagate = [self], False
                self._logger.setLevel(logging.INFO)

    def ends(self) -> None:
        with self._alone:
            self._listening -= 1
            if self._listening == 0:
                self._logger.handlers[:], level, self._logger.propagate = self._before
                self._logger.setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        lines = _lines.get()
        if lines is not None:
            lines.append(record.getMessage())


_LISTENER = _Listener()
