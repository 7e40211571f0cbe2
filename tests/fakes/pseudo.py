"""A language in which every translated text stands in ⟦brackets⟧, so that what stands outside was never marked.

Render in it, then ask `unmarked`: it gives the words a reader would see in English whatever their language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from gettext import NullTranslations
from html.parser import HTMLParser

import pytest

from chalicelib.presentation import engine, languages

PSEUDO = "xx"
SPOKEN_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt"}
SILENT = {"style", "script", "code", "svg"}
WORD = re.compile(r"[^\W\d_]{2,}")
HOLE = re.compile(r"(%\(\w+\)[sd]|\{\w+\})")


class Bracketing(NullTranslations):
    """Says everything in brackets, but for the values put into it: a word among them must have brackets of its own."""

    def gettext(self, message: str) -> str:
        return "⟦" + HOLE.sub(r"⟧\1⟦", message) + "⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@contextmanager
def pseudo_language() -> Iterator[str]:
    """The language's name, while it is spoken by templates and by `Form.say`."""
    real = languages.catalogue
    with pytest.MonkeyPatch.context() as patch:
        for module in (languages, engine):
            patch.setattr(module, "catalogue", lambda name: Bracketing() if name == PSEUDO else real(name))
        for cached in (engine.html_engine, engine.text_engine):
            cached.cache_clear()
        yield PSEUDO
    for cached in (engine.html_engine, engine.text_engine):
        cached.cache_clear()


def unmarked(shown: str, data: Iterable[str]) -> list[str]:
    """Words outside of brackets that are no part of the data shown."""
    depth, outside = 0, []
    for character in shown:
        depth += (character == "⟦") - (character == "⟧")
        outside.append(character if depth == 0 and character != "⟧" else " ")
    text = HOLE.sub(" ", "".join(outside))  # one that is still open, a script fills
    for value in sorted(data, key=len, reverse=True):
        text = text.replace(value, " ")
    return WORD.findall(text)


class Visible(HTMLParser):
    """What a page says: its text, and the attributes that are read out. `data-` attributes are said by scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = 0
        self._goes_on = False  # behind a place where a word may break

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        self._goes_on = tag == "wbr" and bool(self.said)
        self.said += [value for name, value in attrs if value and name in SPOKEN_ATTRIBUTES]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(self.said.pop() + data if self._goes_on else data)
        self._goes_on = False


def visible(html: str) -> str:
    """All of it, piece by piece."""
    parser = Visible()
    parser.feed(html)
    return "\n".join(parser.said)


def texts_of(value: object) -> set[str]:
    """Every text in sample data, however deep."""
    if isinstance(value, str):
        return {value} if value else set()
    if isinstance(value, Mapping):
        return set().union(*map(texts_of, value.values())) if value else set()
    if isinstance(value, list | tuple | set | frozenset):
        return set().union(*map(texts_of, value)) if value else set()
    if is_dataclass(value):
        return texts_of([getattr(value, field.name) for field in fields(value)])
    return texts_of(vars(value)) if hasattr(value, "__dict__") else set()
