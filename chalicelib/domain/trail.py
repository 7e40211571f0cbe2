"""A trail in pages: its events in a row, refusals folded by the hour, and the position from which it goes on.

Attack: hundreds of refusals push a takeover out of every list that ends somewhere. Defence: what strangers can cause
is one line an hour, and each page says where the next begins, until the first event of all (TR-01, TR-02).
"""

import base64
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from chalicelib.domain.events import FOLDED, Event, EventKind, Stretch
from chalicelib.domain.refusals import invalid

# The sort key of an event or of a mail's note, or the bare day, before which the next page begins.
_POSITION = r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{3}Z#[0-9A-Za-z~_-]{1,80})?"
MOST_OPAQUE = 200
ROWS = 1000  # read of each side for a page: refusals of an hour are counted among them


class Lines(NamedTuple):
    """The lines of one page, as the contract has them, and the position before which the next one begins."""

    facts: list[dict[str, object]]
    before: str | None


class Entry(NamedTuple):
    """One line: an event, or those of one kind within an hour; `continues` where the hour has more of them."""

    events: Sequence[Event]
    continues: bool = False

    @property
    def reasons(self) -> Mapping[str, int]:
        """How often each reason was given."""
        return Counter(one.reason for one in self.events if one.reason)

    def shared(self, name: str) -> str | None:
        """What all of them have in a field; None where they differ."""
        values = {getattr(one, name) for one in self.events}
        return values.pop() if len(values) == 1 else None


def joined(sides: Sequence[Stretch]) -> Stretch:
    """Several stretches in one row, as far as none has a gap. What stands in more than one of them is there once: that
    an account moved is told by both of its trails.
    """
    end = max((side.before for side in sides if side.before is not None), default=None)
    events = {one.sort_key: one for side in reversed(sides) for one in side.events}
    keys = sorted((key for key in events if end is None or key >= end), reverse=True)
    return Stretch([events[key] for key in keys], end)


def folded(stretch: Stretch, most: int) -> tuple[list[Entry], str | None]:
    """At most so many lines, and where the next page begins. An hour stays whole where it fits on a page.

    Its count would be wrong otherwise: the rest of it is on the next page, or was not read.
    """
    entries: list[Entry] = []
    last = stretch.events[-1] if stretch.events else None
    reached: Event | None = None
    for _, hour in groupby(stretch.events, key=lambda one: _key(one)[:13]):
        events = list(hour)
        cut_off = events[-1] is last and stretch.before is not None
        lines = _lines(events)
        if entries and (cut_off or len(entries) + len(lines) > most):
            break
        if len(lines) > most:
            some = _as_far_as(events, most)
            left = {one.kind for one in events[len(some) :]}
            return [_going_on(one, left, cut_off=cut_off) for one in _lines(some)], _key(some[-1])
        entries += [_going_on(one, frozenset(), cut_off=cut_off) for one in lines]
        reached = events[-1]
    return entries, stretch.before if reached is last else _key(reached) if reached else None


def at_most(stretch: Stretch, most: int) -> Stretch:
    """So many of its events, and where the rest begins."""
    if len(stretch.events) <= most:
        return stretch
    return Stretch(stretch.events[:most], _key(stretch.events[most - 1]))


def singly(stretch: Stretch, most: int) -> tuple[list[Entry], str | None]:
    """At most so many lines, each event a line of its own, and where the next page begins."""
    cut = at_most(stretch, most)
    return [Entry((one,)) for one in _as_it_happened(cut.events)], cut.before


def gathered(
    read: Callable[[str | None], Stretch],
    before: str | None,
    most: int,
    reads: int,
    wanted: Callable[[Event], bool] = lambda _: True,
) -> Stretch:
    """What is wanted of what so many reads bring; fewer than asked for does not mean that there is no more."""
    found: list[Event] = []
    for _ in range(reads):
        stretch = read(before)
        found += [one for one in stretch.events if wanted(one)]
        before = stretch.before
        if before is None or len(found) > most:
            break
    return at_most(Stretch(found, before), most)


def opaque(position: str | None) -> str | None:
    """A position as a client is given it: text to hand back, not to read."""
    return None if position is None else base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def position(text: str, field: str = "before") -> str | None:
    """The position that a client hands back; None for none. Anything else is refused by name (IN-04).

    Attack: a position made up, to read on in somebody else's trail or to upset a query. Defence: it names a moment
    and no account, so it opens nothing; whose trail is read, the route's own guard and question say.
    """
    if not text:
        return None
    try:
        key = base64.b64decode(text[:MOST_OPAQUE] + "=" * (-len(text) % 4), b"-_", validate=True).decode(
            "ascii"
        )
        date.fromisoformat(key[:10])
    except ValueError as error:
        raise invalid("position", field) from error
    if not re.fullmatch(_POSITION, key) or opaque(key) != text:
        raise invalid("position", field)
    return key


def _key(event: Event) -> str:
    return event.sort_key


def _as_it_happened(events: Sequence[Event]) -> list[Event]:
    """The newest first by when each was: a reading's key says some minutes less, and never another hour (AD-10)."""
    return sorted(events, key=attrgetter("at"), reverse=True)


def _going_on(entry: Entry, left: AbstractSet[EventKind], *, cut_off: bool) -> Entry:
    """The line with whether its hour has more of them, or may have."""
    kind = entry.events[0].kind
    return entry._replace(continues=kind in FOLDED and (cut_off or kind in left))


def _lines(events: Sequence[Event]) -> list[Entry]:
    """Those of one hour, the newest first: each by itself, or with the others of its kind."""
    together: dict[str, list[Event]] = {}
    for one in _as_it_happened(events):
        together.setdefault(one.kind.value if one.kind in FOLDED else _key(one), []).append(one)
    return [Entry(tuple(some)) for some in together.values()]


def _as_far_as(events: list[Event], most: int) -> list[Event]:
    """The events that so many lines can hold."""
    seen: set[str] = set()
    for number, one in enumerate(events):
        seen.add(one.kind.value if one.kind in FOLDED else _key(one))
        if len(seen) > most:
            return events[:number]
    return events
