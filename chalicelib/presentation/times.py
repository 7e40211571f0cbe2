"""How instants and spans are written for a person: in their language, in their zone where it is known, else in UTC.

What is passed on to support is in UTC, whoever reads it out: it is compared with a log.

It may not read a clock or a request: zone and language come from whoever renders.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from gettext import NullTranslations
from math import ceil

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from chalicelib.presentation.languages import marked

MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)  # not strftime's, which speaks the language of the machine
MINUTE, HOUR, DAY = 60, 3600, 86400
SOON_ENOUGH = 60 * DAY

Instant = float | str  # epoch seconds, as the domain has it, or ISO 8601, as the wire has it


class Times:
    """The filters of one language."""

    def __init__(self, words: NullTranslations) -> None:
        self._say, self._count = words.gettext, words.ngettext

    def filters(self) -> dict[str, Callable[..., object]]:
        """`utc` and `when` write an instant in the zone that the context's `zone` names, else in UTC;
        `universal` in UTC for all; `ago` how long before the context's `now` it was,
        `left` how long it is from there on; `span` a lifetime.
        """

        @pass_context
        def utc(context: Context, at: Instant | None) -> str:
            return self.instant(at, context.get("zone", ""))

        @pass_context
        def when(context: Context, at: Instant | None) -> Markup:
            return self.markup(at, context.get("zone", ""))

        @pass_context
        def ago(context: Context, at: Instant | None, *, title: bool = True) -> Markup:
            return self.relative(at, context.get("now", 0), context.get("zone", ""), title=title)

        @pass_context
        def left(context: Context, at: Instant) -> Markup:
            return self.ahead(at, context.get("now", 0), context.get("zone", ""))

        return {
            "left": left,
            "utc": utc,
            "when": when,
            "ago": ago,
            "universal": self.markup,
            "span": self.span,
        }

    def instant(self, at: Instant | None, zone: str = "") -> str:
        """Such as "22 November 2026, 00:49 CET", or "21 November 2026, 23:49 UTC" where no zone is known."""
        if at is None:
            return self._say("not known")
        local = _moment(at).astimezone(_zone(zone) or UTC)
        return f"{self._written(local)} {_zone_name(local)}"

    def markup(self, at: Instant | None, zone: str = "") -> Markup:
        """The same in a page, where a program can read it too."""
        if at is None:
            return Markup("{}").format(self.instant(None))
        machine = f"{_moment(at):%Y-%m-%dT%H:%M:%SZ}"
        return Markup('<time datetime="{}">{}</time>').format(machine, self.instant(at, zone))

    def relative(self, at: Instant | None, now: float, zone: str = "", *, title: bool = True) -> Markup:
        """Such as "3 hours ago", with the exact time behind it; what is not within two months before is exact.

        Without `title` where the row itself has the exact time: then a day, such as "2026-11-21", has room in one line.
        """
        if at is None:
            return Markup("")
        back = now - _moment(at).timestamp()
        machine = f"{_moment(at):%Y-%m-%dT%H:%M:%SZ}"
        if not 0 <= back < SOON_ENOUGH:
            day = f"{_moment(at).astimezone(_zone(zone) or UTC):%Y-%m-%d}"
            bare = Markup('<time datetime="{}">{}</time>').format(machine, day)
            return self.markup(at, zone) if title else bare
        if not title:
            return Markup('<time datetime="{}">{}</time>').format(machine, self._ago(int(back)))
        exact = self.instant(at, zone)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, exact, self._ago(int(back)))

    def ahead(self, at: Instant, now: float, zone: str = "") -> Markup:
        """Such as "29 days", roughly, with the exact time behind it."""
        seconds = max(0, int(_moment(at).timestamp() - now))
        unit = DAY if seconds >= 2 * DAY else HOUR if seconds >= 2 * HOUR else MINUTE
        machine = f"{_moment(at):%Y-%m-%dT%H:%M:%SZ}"
        said = self.span(max(seconds // unit, 1) * unit)
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            machine, self.instant(at, zone), said
        )

    def _ago(self, seconds: int) -> str:
        if seconds < MINUTE:
            return self._say("less than a minute ago")
        if seconds < HOUR:
            number = seconds // MINUTE
            return self._count("%(num)d minute ago", "%(num)d minutes ago", number) % {"num": number}
        if seconds < DAY:
            number = seconds // HOUR
            return self._count("%(num)d hour ago", "%(num)d hours ago", number) % {"num": number}
        number = seconds // DAY
        return self._count("%(num)d day ago", "%(num)d days ago", number) % {"num": number}

    def span(self, seconds: float) -> str:
        """A lifetime or a wait: "1 hour", "15 minutes"."""
        whole = max(1, ceil(seconds))
        if whole < 2 * MINUTE and whole != MINUTE:
            said, number = self._count("%(num)d second", "%(num)d seconds", whole), whole
        elif whole % DAY == 0 and whole > DAY:
            number = whole // DAY
            said = self._count("%(num)d day", "%(num)d days", number)
        elif whole % HOUR == 0:
            number = whole // HOUR
            said = self._count("%(num)d hour", "%(num)d hours", number)
        else:
            number = ceil(whole / MINUTE)
            said = self._count("%(num)d minute", "%(num)d minutes", number)
        return said % {"num": number}

    def _written(self, moment: datetime) -> str:
        # A catalogue puts these in its own order: "21. November 2026, 23:49", "21 de noviembre de 2026, 23:49".
        pattern = self._say("{day} {month} {year}, {time}")
        month = self._say(MONTHS[moment.month - 1])
        return pattern.format(day=moment.day, month=month, year=moment.year, time=f"{moment:%H:%M}")


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    from chalicelib.presentation import zones  # noqa: PLC0415 - for those whose zone is known

    return zones.zone(name)


def _zone_name(local: datetime) -> str:
    """Its short name; many zones have none but their distance from UTC."""
    name = local.tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def _moment(at: Instant) -> datetime:
    if isinstance(at, str):
        return datetime.fromisoformat(at).astimezone(UTC)
    return datetime.fromtimestamp(at, UTC)
