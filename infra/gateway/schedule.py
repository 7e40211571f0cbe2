"""What EventBridge does by the clock: sweep and resumption, so that a developer sees the mails that they alone send."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)
# Once an hour, once a minute and every five on AWS (infra/permissions.yaml); nobody at a terminal waits for that.
SECONDS = {
    "sweep_mail": 60.0,
    "resume_mail": 5.0,
    "resume_events": 5.0,
    "move_accounts": 5.0,
    "walk_canary": 30.0,
    "erase_accounts": 15.0,
    "seal_trail": 60.0,
}


class Schedule(threading.Thread):
    """One thread that calls one function now and then; a call that fails is told, and the next one comes."""

    def __init__(self, function: Callable[[], object], seconds: float) -> None:
        super().__init__(name="schedule", daemon=True)
        self._function, self._seconds = function, seconds
        self._ended = threading.Event()

    def run(self) -> None:
        """Until stopped."""
        while not self._ended.wait(self._seconds):
            try:
                self._function()
            except Exception:  # as Lambda: an invocation that raises ends itself alone
                log.exception("a scheduled function failed")

    def stop(self) -> None:
        """End after the call at hand."""
        self._ended.set()
        if self.is_alive():
            self.join(5)
