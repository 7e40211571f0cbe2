"""A list that comes page by page: how long a page is, and the ways between them. May not know what is listed."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from chalicelib.web.request import Request

ROWS = 25  # of a table on one page, which so stays under 50 KB
ROWS_OF_A_PROGRAM = 100
LONGEST_NAME = 254
REMEMBERED = 8  # pages, whose positions are in the address of the page
NEWEST = "0"  # the position of the first page, which has none
_PASSED = re.compile(rf"[A-Za-z0-9_-]{{1,200}}(\.[A-Za-z0-9_-]{{1,200}}){{0,{REMEMBERED}}}")


def rows_of(request: Request) -> int:
    """How many rows a page of a list has: few for a person, more for a program."""
    return ROWS_OF_A_PROGRAM if request.wants_json else ROWS


def turning(request: Request, path: str, asked: Mapping[str, str], before: str | None) -> dict[str, str]:
    """The ways from one page of a list to the next, back to the one before and to the newest, "" where there is none.

    A trail is read from its end, and its pages are cut by hours: what was on the page before, only that page's own
    position says. So the ways carry the positions of the last pages along, `later`, and going back is exact (TR-02).
    """
    here, passed = request.query.get("before", ""), _passed(request)
    fields = {name: value for name, value in asked.items() if value}

    def to(position: str, way: Sequence[str]) -> str:
        where = (
            {} if position == NEWEST else {"before": position, **({"later": ".".join(way)} if way else {})}
        )
        return f"{path}?{urlencode({**fields, **where})}" if fields or where else path

    return {
        "earlier_url": to(before, (*passed, here or NEWEST)[-REMEMBERED:]) if before else "",
        "later_url": to(passed[-1], passed[:-1]) if here and passed else "",
        "newest_url": to(NEWEST, ()) if here else "",
    }


def _passed(request: Request) -> tuple[str, ...]:
    """The positions of the pages that were passed, the last of them last. They are only led to, never read here.

    Attack: a sentence as a position, to stand in a link of ours. Defence: what cannot be a position is none.
    """
    text = request.query.get("later", "")
    return tuple(text.split("."))[-REMEMBERED:] if _PASSED.fullmatch(text) else ()


class Place(NamedTuple):
    """Where in a list of names a page is: behind a name, or (`back`) before it; None: at its beginning."""

    name: str | None
    back: bool


def place_of(request: Request) -> Place:
    """As `after` or `before` say. A name that nobody was sent to is a place like any other, and opens nothing."""
    before, after = (request.query.get(name, "")[:LONGEST_NAME] for name in ("before", "after"))
    return Place(before or after or None, bool(before))


def ways(
    place: Place, path: str, asked: Mapping[str, str], names: Sequence[str], further: str | None
) -> tuple[dict[str, str | None], dict[str, str]]:
    """The names to go on from, `next` and `previous`, and the ways there and to the beginning; "" where there is none.

    `names` are those of the page in its order, `further` where what was looked at ends.
    """
    first, last = (names[0], names[-1]) if names else (place.name, place.name)
    if place.back:
        turns = {"next": last, "previous": further}
    else:
        turns = {"next": further, "previous": first if place.name else None}
    fields = {name: value for name, value in asked.items() if value}

    def to(**where: str) -> str:
        return f"{path}?{urlencode({**fields, **where})}" if fields or where else path

    return turns, {
        "next_url": to(after=turns["next"]) if turns["next"] else "",
        "previous_url": to(before=turns["previous"]) if turns["previous"] else "",
        "first_url": to() if place.name else "",
    }
