"""`/_local/mail`: every mail the portal has sent on this machine. It exists only in the local gateway."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr
from html import escape
from pathlib import Path
from typing import Any

from infra.gateway.answers import prefers_html
from infra.gateway.messages import Answer, Request
from infra.gateway.outgoing import Enclosed

PATH = "/_local/mail"
PAGE = Path(__file__).with_name("mailbox.html")
LINK = re.compile(r"https?://[^\s<>\"']+")
NO_STORE = ("Cache-Control", "no-store")
# The page itself runs no script; the mails' own HTML is shown in frames that may not run any either.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; img-src data:; frame-ancestors 'self'"
)
Mail = dict[str, Any]


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
        except (
            OSError,
            ValueError,
            KeyError,
        ):  # some other mail service, which shows its mails in its own way
            return elsewhere()
        if prefers_html(request.header("accept")):
            return page([{**mail, "html": self._enclosed.put_in(mail["html"])} for mail in mails])
        headers = [("Content-Type", "application/json"), NO_STORE]
        return Answer(200, headers, json.dumps({"mail": mails}).encode())


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


def readable(stamp: str) -> str:
    """The same time for a person, to the second."""
    return stamp[:19].replace("T", " ") + " UTC"


def elsewhere() -> Answer:
    """What can be said when nothing can be shown."""
    words = b"The mails of this portal go to another mail service; look for them there.\n"
    return Answer(404, [("Content-Type", "text/plain; charset=utf-8"), NO_STORE], words)


def page(mails: list[Mail]) -> Answer:
    """The newest mail on top and open."""
    shown = "".join(one_mail(mail, is_newest=at == 0) for at, mail in enumerate(reversed(mails)))
    empty = "<p class=none>No mail yet. Reload in a moment.</p>"
    body = PAGE.read_text(encoding="utf-8").replace("<!-- mails -->", shown or empty)
    body = body.replace("<!-- count -->", f"{len(mails)} mail{'' if len(mails) == 1 else 's'}, newest first")
    headers = [("Content-Type", "text/html; charset=utf-8"), NO_STORE, ("Content-Security-Policy", POLICY)]
    return Answer(200, headers, body.encode())


def one_mail(mail: Mail, *, is_newest: bool) -> str:
    """One mail as something to open. Its HTML part is a document of its own: nothing in it touches this page."""
    sandbox = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    document = f"<base target=_top>{mail['html']}"
    return (
        f"<details{' open' if is_newest else ''}><summary><span class=subject>{escape(mail['subject'])}</span>"
        f"<span class=to>{escape(mail['to'])}</span><time>{escape(readable(mail['sent_at']))}</time></summary>"
        f"<pre>{with_links(mail['text'])}</pre>"
        f"<details class=html><summary>As HTML</summary>"
        f'<iframe sandbox="{sandbox}" title="The HTML part" srcdoc="{escape(document)}"></iframe>'
        f"</details></details>\n"
    )


def with_links(words: str) -> str:
    """The text part as it is, its links made clickable."""
    parts, at = [], 0
    for found in LINK.finditer(words):
        link = escape(found.group())
        parts += [escape(words[at : found.start()]), f'<a href="{link}">{link}</a>']
        at = found.end()
    return "".join([*parts, escape(words[at:])])
