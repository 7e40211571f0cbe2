"""The template engine that pages and mails share: where templates lie, in which language they speak.

It may not read the environment, a clock or a table: what a template says comes from its context alone. There is one
engine a language: a template's `_()` and `{% trans %}` are bound to its catalogue, wherever they stand.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.languages import SOURCE, catalogue
from chalicelib.templates.times import Times

ROOT = Path(__file__).resolve().parent


@cache
def html_engine(language: str = SOURCE) -> Environment:
    """Everything a template prints is escaped, whatever its name."""
    return _engine(language, autoescape=True)


@cache
def text_engine(language: str = SOURCE) -> Environment:
    """Plain text has no escaping, so each value is kept on its line (see `one_line`)."""
    return _engine(language, autoescape=False, finalize=one_line)


def one_line(value: object) -> object:
    """A value of a text mail, kept from ending its line.

    A browser may call itself a name with a line break and a link after it: in a text mail, that link would be
    ours. So every run of white space and control characters becomes one space.
    """
    if not isinstance(value, str):
        return value
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def _engine(
    language: str, *, autoescape: bool, finalize: Callable[[object], object] | None = None
) -> Environment:
    engine = Environment(
        loader=FileSystemLoader(ROOT),
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
    engine.filters.update(Times(words).filters())
    return engine
