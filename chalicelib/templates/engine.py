"""The template engine that pages and mails share: where templates lie, and how times and spans are written.

It may not read the environment, a clock or a table: what a template says comes from its context alone.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

ROOT = Path(__file__).resolve().parent
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)  # not strftime's, which speaks the language of the machine
MINUTE, HOUR, DAY = 60, 3600, 86400

Instant = float | str  # epoch seconds, as the domain has it, or ISO 8601, as the wire has it


def html_engine() -> Environment:
    """Everything a template prints is escaped, whatever its name."""
    return _engine(autoescape=True)


def text_engine() -> Environment:
    """Plain text has no escaping, so each value is kept on its line (see `one_line`)."""
    return _engine(autoescape=False, finalize=one_line)


def one_line(value: object) -> object:
    """A value of a text mail, kept from ending its line.

    A browser may call itself a name with a line break and a link after it: in a text mail, that link would be
    ours. So every run of white space and control characters becomes one space.
    """
    if not isinstance(value, str):
        return value
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def utc(at: Instant | None) -> str:
    """An instant for a person to read, such as "21 November 2026, 23:49 UTC"."""
    if at is None:
        return "not known"
    moment = _moment(at)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


def when(at: Instant | None) -> Markup:
    """The same in a page, where a program can read it too."""
    if at is None:
        return Markup("not known")
    return Markup('<time datetime="{}">{}</time>').format(f"{_moment(at):%Y-%m-%dT%H:%M:%SZ}", utc(at))


def span(seconds: float) -> str:
    """A lifetime or a wait for a person to read: "1 hour", "15 minutes"."""
    whole = max(1, ceil(seconds))
    if whole < 2 * MINUTE and whole != MINUTE:
        return _count(whole, "second")
    if whole % DAY == 0 and whole > DAY:
        return _count(whole // DAY, "day")
    if whole % HOUR == 0:
        return _count(whole // HOUR, "hour")
    return _count(ceil(whole / MINUTE), "minute")


def _engine(*, autoescape: bool, finalize: Callable[[object], object] | None = None) -> Environment:
    engine = Environment(
        loader=FileSystemLoader(ROOT),
        autoescape=autoescape,  # noqa: S701 - off for plain text only
        undefined=StrictUndefined,
        finalize=finalize,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters.update(utc=utc, when=when, span=span)
    return engine


def _moment(at: Instant) -> datetime:
    if isinstance(at, str):
        return datetime.fromisoformat(at).astimezone(UTC)
    return datetime.fromtimestamp(at, UTC)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
