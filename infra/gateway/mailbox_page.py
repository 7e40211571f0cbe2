"""The mailbox as a page: recipients with their counts, and each mail as a mail program shows it. It runs no script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, StrictUndefined

PATH = "/_local/mail"
# Attack: a mail brings a script, or a form that asks for a password. Defence: this page runs and loads nothing; a mail
# is a document in a sandbox of its own that inherits this, and all it can do is open a link in a new tab.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'self'; "
    "form-action 'none'; base-uri 'none'"
)
EVERYBODY = "Everybody"
MOST = 30  # each mail is a document of its own: a browser is slow to open hundreds
LINK = re.compile(r"(https?://[^\s<>\"']+)")
TEMPLATES = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
PAGE = TEMPLATES.from_string(Path(__file__).with_name("mailbox.html").read_text(encoding="utf-8"))
Mail = dict[str, Any]


@dataclass(frozen=True)
class Recipient:
    """Somebody to whom mail was sent, or everybody."""

    name: str
    count: int

    @property
    def link(self) -> str:
        """Their mail alone."""
        return link(to="" if self.name == EVERYBODY else self.name)


def link(**asked: str) -> str:
    """The mailbox as it is asked for."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{PATH}?{query}" if query else PATH


def page(mails: Sequence[Mail], to: str, *, everything: bool = False) -> str:
    """The mail to one recipient, or to everybody where `to` is empty: the newest on top and open."""
    newest_first = sent_to(mails, to)[::-1]
    most = len(newest_first) if everything else MOST
    return PAGE.render(
        people=recipients(mails),
        chosen=Recipient(to or EVERYBODY, len(newest_first)),
        mails=newest_first[:most],
        older=len(newest_first[most:]),
        link_to_all=link(to=to, all="1"),
        readable=readable,
        framed=framed,
        pieces=LINK.split,  # each second one is a link
    )


def sent_to(mails: Sequence[Mail], to: str) -> list[Mail]:
    """Those to one recipient; all where `to` is empty."""
    return [mail for mail in mails if not to or mail["to"].lower() == to]


def recipients(mails: Sequence[Mail]) -> list[Recipient]:
    """Everybody first, then each by the alphabet; nobody where there is no mail."""
    counts = Counter(mail["to"].lower() for mail in mails)
    everybody = [Recipient(EVERYBODY, counts.total())] if counts else []
    return everybody + [Recipient(name, count) for name, count in sorted(counts.items())]


def readable(stamp: str) -> str:
    """A time for a person, to the second."""
    return stamp[:19].replace("T", " ") + " UTC"


def framed(html: str) -> str:
    """The HTML part as a document whose links open beside the mailbox, as from a mail program."""
    return f"<!doctype html><base target=_blank>{html}"
