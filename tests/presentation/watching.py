"""What each page and each mail was given, and what became of it, whoever brought it about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from chalicelib.mail import outgoing
from chalicelib.web import render as pages


@dataclass(frozen=True)
class Shown:
    """One page or mail: its template, what it was given, and what it says."""

    name: str
    given: Mapping[str, Any]
    said: str


@contextmanager
def watched() -> Iterator[tuple[list[Shown], list[Shown]]]:
    """The pages and the mails that are made until the block is left."""
    seen: tuple[list[Shown], list[Shown]] = ([], [])
    page, mail_of = pages.render, outgoing.render_mail

    def render(name: str, context: Mapping[str, object]) -> pages.Rendered:
        made = page(name, context)
        seen[0].append(Shown(name, {**pages.COMMON, **context}, made.html))
        return made

    def mail(name: str, context: Mapping[str, object], brand: Any) -> Any:
        made = mail_of(name, context, brand)
        given = {**context, "portal_name": brand.name, "support_contact": brand.support_contact}
        seen[1].append(Shown(name, given, f"{made.subject}\n{made.text}\n{made.html}"))
        return made

    with patch.object(pages, "render", render), patch.object(outgoing, "render_mail", mail):
        yield seen
