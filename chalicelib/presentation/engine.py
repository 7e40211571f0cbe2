"""The template engine that pages and mails share: where templates lie, in which language they speak.

It may not read the environment, a clock or a table: what a template says comes from its context alone. There is one
engine a language: a template's `_()` and `{% trans %}` are bound to its catalogue, wherever they stand.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from textwrap import wrap

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined
from markupsafe import Markup

from chalicelib.domain.brand import contact_uri
from chalicelib.presentation.languages import SOURCE, catalogue
from chalicelib.presentation.times import Times

ROOT = Path(__file__).resolve().parent / "templates"
MADE, HTML, TEXT = "made", "html", "txt"
WIDTH = 76
WITHIN_ADDRESS = re.compile(r"(?<=[@./])(?=[^\s@./])")


@cache
def html_engine(language: str = SOURCE) -> Environment:
    """Everything a template prints is escaped, whatever its name."""
    return _engine(language, HTML, autoescape=True)


@cache
def text_engine(language: str = SOURCE) -> Environment:
    """Plain text has no escaping, so each value is kept on its line (see `one_line`)."""
    return _engine(language, TEXT, autoescape=False, finalize=one_line)


def one_line(value: object) -> object:
    """A value of a text mail, kept from ending its line.

    A browser may call itself a name with a line break and a link after it: in a text mail, that link would be
    ours. So every run of white space and control characters becomes one space.
    """
    if not isinstance(value, str):
        return value
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def wrapped(sentences: str, indent: int = 0) -> str:
    """Sentences of a text mail, broken into lines, with none of a single word.

    A word alone on its line is a temporary password or a link to whoever reads, or writes a program that does. Where
    the last line would be one, the lines are made a little shorter until it is not.
    """
    text, room = " ".join(sentences.split()), WIDTH - indent
    lines = [text]
    for width in range(room, room // 2, -1):
        lines = wrap(text, width, break_long_words=False, break_on_hyphens=False)
        if all(" " in line for line in lines) or " " not in text:
            break
    return ("\n" + " " * indent).join(lines)


def contact_link(contact: str, style: str = "") -> Markup:
    """The contact as a page shows it: a link to write or call, else its words. `style` is for mails.

    No page leads to another origin (RS-04), so the address of a page stays words.
    """
    uri = contact_uri(contact)
    words = breakable(contact) if uri else Markup("{}").format(contact)
    if not uri.startswith(("mailto:", "tel:")):
        return words
    attributes = Markup(' style="{}"').format(style) if style else ""
    return Markup('<a href="{}"{}>{}</a>').format(uri, attributes, words)


def breakable(address: str) -> Markup:
    """An address that a narrow screen breaks behind its @, a dot or a slash, before it breaks it anywhere."""
    return Markup("<wbr>").join(WITHIN_ADDRESS.split(address))


def linked(text: str) -> Markup:
    """A text of somebody's own, with its addresses as links."""
    from chalicelib.presentation import links  # noqa: PLC0415 - for whoever reads a message

    return links.linked(text)


def _engine(
    language: str, kind: str, *, autoescape: bool, finalize: Callable[[object], object] | None = None
) -> Environment:
    engine = Environment(
        loader=_loader(kind),
        autoescape=autoescape,  # noqa: S701 - off for plain text only
        undefined=StrictUndefined,
        finalize=finalize,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = catalogue(language)
    engine.policies["ext.i18n.trimmed"] = (
        True  # a sentence may be broken over lines without being another one
    )
    engine.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # the extension's own
    addresses = {"contact_link": contact_link, "linked": linked}
    engine.filters.update(Times(words).filters(), wrapped=wrapped, **addresses)
    return engine


def _loader(kind: str) -> BaseLoader:
    """The templates; in the package the modules that `infra/templates.py` made of them, the same for each language."""
    made = ROOT / MADE / kind
    return ModuleLoader(made) if made.is_dir() else FileSystemLoader(ROOT)
