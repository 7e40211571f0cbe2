"""`/_local/events`: what the portal has put on its bus since it was started. It exists only in the local gateway."""

from __future__ import annotations

import json
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore.session
from jinja2 import Environment, StrictUndefined

from infra.gateway.answers import prefers_html
from infra.gateway.mailbox import NO_STORE, answer
from infra.gateway.messages import Answer, Request

PATH = "/_local/events"
PUT = "events.PutEvents"
ASKED = "entries of the call"
MOST = 500
# As the mailbox's: it runs and loads nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
TEMPLATES = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
PAGE = TEMPLATES.from_string(Path(__file__).with_name("told.html").read_text(encoding="utf-8"))


class Told:
    """The newest events that the bus took, seen on their way: an emulator keeps none."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=MOST)

    def watch(self, session: botocore.session.Session) -> None:
        """To be called before the session makes its clients."""
        session.register(f"provide-client-params.{PUT}", self.note)
        session.register(f"after-call.{PUT}", self.keep)

    def note(self, params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        """What is asked; whether it is taken, the answer says."""
        context[ASKED] = params["Entries"]

    def keep(self, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
        """What was taken, as a rule's target would get it."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        for asked, answered in zip(context[ASKED], parsed.get("Entries", []), strict=False):
            if answered.get("EventId"):
                self._events.append(
                    {
                        "id": answered["EventId"],
                        "time": now,
                        "source": asked["Source"],
                        "detail-type": asked["DetailType"],
                        "detail": json.loads(asked["Detail"]),
                    }
                )

    def handle(self, request: Request) -> Answer:
        """A page for a person, JSON for a program; the newest first."""
        if request.method not in {"GET", "HEAD"}:
            return Answer(405, [("Allow", "GET, HEAD"), NO_STORE], b"")
        newest_first = list(self._events)[::-1]
        if prefers_html(request.header("accept")):
            page = PAGE.render(events=newest_first, most=MOST, written=written)
            return answer("text/html; charset=utf-8", page, ("Content-Security-Policy", POLICY))
        return answer("application/json", json.dumps({"events": newest_first}))


def written(event: dict[str, Any]) -> str:
    """As a person reads it."""
    return json.dumps(event, indent=2, ensure_ascii=False)
