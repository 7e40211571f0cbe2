"""A recipient's list: page by page on and back, found by subject or sender, unread ones first where that is asked for.

Nothing but lines is read for it, and of those no more than DynamoDB gives in one go. May not open a message.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import invalid
from chalicelib.flows.own_messages import message_facts
from chalicelib.flows.paging import rows_of
from chalicelib.web.request import Request

PATH = "/messages"
LOOKED_AT = (
    1000  # lines, each a few hundred bytes: less than the 1 MB after which DynamoDB would want another trip
)
SPARE = 25  # lines besides those of a page, for what was recalled or is over and lies there still
LONGEST_SEARCH = 200
UNREAD = "unread"
PARTS = {"": ("",), UNREAD: (UNREAD, "read")}  # of a list by its order, as they follow each other
_POSITION = re.compile(r"(?:(unread|read)\.)?([0-9a-z-]{0,64})", re.ASCII)


class Asked(NamedTuple):
    """What a list is asked for: a part of subject or sender, its order, and the place to go on from."""

    text: str
    sort: str
    part: str
    beyond: str
    back: bool
    now: float
    most: int

    @property
    def parts(self) -> tuple[str, ...]:
        """Those that are still to come, the nearest first."""
        every = PARTS[self.sort]
        place = every.index(self.part)
        return every[place::-1] if self.back else every[place:]

    @property
    def looks_at(self) -> int:
        """How many lines one look takes: where some are left out, as many as come in one go."""
        return LOOKED_AT if self.text or self.sort else self.most + SPARE

    def wants(self, message: Message, part: str) -> bool:
        """Whether a line is in this part of the list."""
        read = "read" if message.read_at is not None else UNREAD
        said = f"{message.subject}\n{message.sender}".casefold()
        return message.readable(self.now) and part in ("", read) and self.text.casefold() in said


class Found(NamedTuple):
    """A page, the newest first, each with its part, and the place to go on from; None where nothing is left."""

    lines: Sequence[tuple[str, Message]]
    further: str | None


def mailbox(request: Request) -> tuple[dict[str, object], dict[str, object]]:
    """A page of the list: as the contract has it, and what the page of a browser needs besides."""
    asked = _asked(request)
    found = _look(request, asked)
    came_from = f"{asked.part}.{asked.beyond}" if asked.part else asked.beyond
    first, last = (
        (_place(*one) for one in (found.lines[0], found.lines[-1])) if found.lines else (came_from,) * 2
    )
    before, after = (last, found.further) if asked.back else (found.further, first if came_from else None)
    listed = [message_facts(message) for _, message in found.lines]
    facts: dict[str, object] = {"messages": listed, "before": before, "after": after}
    fields = {name: value for name, value in (("q", asked.text), ("sort", asked.sort)) if value}

    def to(**where: str) -> str:
        return f"{PATH}?{urlencode({**fields, **where})}" if fields or where else PATH

    ways: dict[str, object] = {
        "search": {"q": asked.text, "sort": asked.sort},
        "first_url": to() if came_from else "",
        "previous_url": to(after=after) if after else "",
        "next_url": to(before=before) if before else "",
    }
    return facts, ways


def _asked(request: Request) -> Asked:
    text = request.query.get("q", "").strip()[:LONGEST_SEARCH]
    text = text if text.isprintable() else ""
    sort = request.query.get("sort", "")
    if sort not in PARTS:
        raise invalid("sort", "sort")
    back = not request.query.get("before")
    name = "after" if back else "before"
    place = _POSITION.fullmatch(request.query.get(name, ""))
    if place is None or (place[1] and not sort):
        raise invalid("position", name)
    part = place[1] or PARTS[sort][0]
    return Asked(text, sort, part, place[2], back and bool(place[0]), request.now(), rows_of(request))


def _look(request: Request, asked: Asked) -> Found:
    """One look into each part, until the page is full or as much was looked at as comes in one go."""
    lines: list[tuple[str, Message]] = []
    further, beyond = None, asked.beyond
    for part in asked.parts:
        rows = request.store.messages.lines(
            request.known.account_id, beyond or None, asked.looks_at, back=asked.back
        )
        for one in rows:
            if asked.wants(one, part):
                if len(lines) == asked.most:
                    further = _place(*lines[-1])
                    break
                lines.append((part, one))
        if further is None and len(rows) == asked.looks_at:
            further = _place(part, rows[-1])
        if further:
            break
        beyond = ""
    return Found(lines[::-1] if asked.back else lines, further)


def _place(part: str, message: Message) -> str:
    return f"{part}.{message.id}" if part else message.id
