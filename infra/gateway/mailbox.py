"""`/_local/mail`: every mail the portal has sent on this machine. It exists only in the local gateway."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl

from infra.gateway.answers import prefers_html
from infra.gateway.mailbox_page import POLICY, Mail, page, sent_to
from infra.gateway.messages import Answer, Request
from infra.gateway.outgoing import Enclosed

NO_STORE = ("Cache-Control", "no-store")
ELSEWHERE = "The mails of this portal go to another mail service; look for them there.\n"


class Mailbox:
    """Shows what a source of mails gives."""

    def __init__(self, read: Callable[[], list[Mail]], enclosed: Enclosed | None = None) -> None:
        self._read = read
        self._enclosed = enclosed or Enclosed()

    def handle(self, request: Request) -> Answer:
        """A page for a person, JSON for a program."""
        if request.method not in {"GET", "HEAD"}:
            return Answer(405, [("Allow", "GET, HEAD"), NO_STORE], b"")
        try:
            mails = self._read()
        except (OSError, ValueError, KeyError):  # another mail service, which shows its mails in its own way
            return answer("text/plain; charset=utf-8", ELSEWHERE, status=404)
        asked = dict(parse_qsl(request.query))
        to = asked.get("to", "").strip().lower()
        if prefers_html(request.header("accept")):
            whole = [{**mail, "html": self._enclosed.put_in(mail["html"])} for mail in mails]
            shown = page(whole, to, everything="all" in asked)
            return answer("text/html; charset=utf-8", shown, ("Content-Security-Policy", POLICY))
        return answer("application/json", json.dumps({"mail": sent_to(mails, to)}))


def answer(kind: str, words: str, *headers: tuple[str, str], status: int = 200) -> Answer:
    """Never kept: the next mail may be there already."""
    return Answer(status, [("Content-Type", kind), NO_STORE, *headers], words.encode())


def read_ministack(url: str) -> Callable[[], list[Mail]]:
    """Mails as MiniStack kept them, oldest first."""

    def read() -> list[Mail]:
        with urllib.request.urlopen(f"{url}/_ministack/ses/messages", timeout=5) as answer:
            accounts = json.load(answer)["messages"]
        kept = [one for mails in accounts.values() for one in mails]
        return [as_mail(one) for one in sorted(kept, key=lambda one: one["Timestamp"])]

    return read


def as_mail(kept: dict[str, Any]) -> Mail:
    """One mail in the mailbox's own words."""
    return {
        "to": parseaddr((kept["To"] or [""])[0])[1],
        "subject": kept["Subject"],
        "text": kept["BodyText"],
        "html": kept["BodyHtml"] or "",
        "sent_at": as_time(kept["Timestamp"]),
    }


def as_time(stamp: Any) -> str:
    """ISO 8601 in UTC."""
    if isinstance(stamp, int | float):
        return datetime.fromtimestamp(stamp, UTC).isoformat().replace("+00:00", "Z")
    return str(stamp)
