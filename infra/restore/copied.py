"""What the lost time's trail has lost besides: events that were written and copied, and are in the table no more.

Whoever is restored from may have removed what told of them. The copy still has it (ADR 44): the disabled account, the
code that was spent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from chalicelib.domain.trail_copy import (
    EVENTS,
    PERSONAL,
    SAME,
    TAKEN,
    Copied,
    copied,
    copied_of,
    day_of,
    days_among,
    without_personal,
)
from chalicelib.services.trail_copy import Copies
from infra.verify.around import Item, Tables

TOGETHER = 100
EARLIER_SECONDS = 300  # the backup of a moment may lack what was written just before


def gone(copies: Copies, tables: Tables, since: float) -> Iterator[Item]:
    """Each of them as it was written. What was never in the table as it was told does not count."""
    days = [day for day in days_among(copies.folders(EVENTS)) if day >= day_of(since - EARLIER_SECONDS)]
    for day in days:
        made = [copy for name in copies.names(f"{EVENTS}/{day}") if (copy := copied_of(name)) is not None]
        known = [one for one in made if one.seen in {SAME, TAKEN} and one.created >= since - EARLIER_SECONDS]
        for start in range(0, len(known), TOGETHER):
            yield from _lacking(tables, [read(copies, one) for one in known[start : start + TOGETHER]])


def read(copies: Copies, copy: Copied) -> Item | None:
    """What a copy holds, if it is what it is named for."""
    body = copies.read(copy.name)
    image: Item = json.loads(body) if body else {}
    good = bool(image) and copied(image, copy.created, copy.sequence, copy.seen) == copy
    return image if good else None


def _lacking(tables: Tables, images: list[Item | None]) -> Iterator[Item]:
    keys = {(image["account_id"]["S"], image["at"]["S"]): image for image in images if image is not None}
    asked = [{"account_id": image["account_id"], "at": image["at"]} for image in keys.values()]
    there = {(item["account_id"]["S"], item["at"]["S"]) for item in tables.get("events", asked)}
    yield from (image for key, image in keys.items() if key not in there)


def as_erased(image: Item, live: Item | None) -> Item:
    """A row of a backup as it may be put back once what is a person's was erased from it."""
    kept = {name: one for name, one in image.items() if name not in PERSONAL}
    return kept if live is None or without_personal(live) else image
