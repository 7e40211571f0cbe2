"""The seals under the copy's days, and the lists of what was erased: each as it was sealed, the days in a chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from chalicelib.domain.keys import Ring
from chalicelib.domain.trail_copy import (
    ERASURES,
    EVENTS,
    SEALS,
    beginning,
    days_among,
    due_days,
    opened,
    root_of,
)
from chalicelib.services.trail_copy import Copies
from infra.verify.invariants import Finding

# The clock seals within the hour; so much more until it is missed.
LATE_SECONDS = 2 * 3600


class Erasure(NamedTuple):
    """One list of rows from which what is a person's was erased, as break-glass has sealed it."""

    name: str
    by: str
    at: str
    rows: frozenset[str]


def erasures(copies: Copies, ring: Ring) -> tuple[list[Erasure], list[Finding]]:
    """Every list, and those that nobody with the key has made.

    Attack: who wipes an address out of the trail writes a list that says it was asked for. Defence: a list counts with
    a seal under the copy's own key, which no function but the sealing one can read; and each is shown (TR-14).
    """
    found, wrong = list[Erasure](), list[Finding]()
    for name in copies.names(ERASURES):
        told = opened(copies.read(name) or b"", ERASURES, ring)
        if told is None:
            wrong.append(Finding("erasure_is_sealed", f"copy/{name}", "no key of the ring has sealed it"))
        else:
            found.append(Erasure(name, told["by"], told["at"], frozenset(told["rows"])))
    return found, wrong


def seals(copies: Copies, ring: Ring, now: float, kept_seconds: float) -> Iterator[Finding]:
    """What is wrong with the days. `kept_seconds`: how long copies of events stay; older days have their seal alone."""
    days = days_among(copies.folders(EVENTS))
    sealed = days_among(name.rpartition("/")[2] for name in copies.names(SEALS))
    first = min(sealed or days, default=None)
    if first is None:
        return
    for day in days:
        if day < first:
            yield Finding(
                "day_is_in_the_chain", f"copy/{EVENTS}/{day}", "it is before the first day that was sealed"
            )
    bodies = {day: copies.read(f"{SEALS}/{day}") or b"" for day in sealed}
    yield from written_once(copies)
    yield from chained(bodies, ring)
    for day in due_days(first, now):
        place = f"copy/{SEALS}/{day}"
        if day not in bodies:
            if day in due_days(day, now - LATE_SECONDS):
                yield Finding("day_is_sealed", place, "it is over, and has no seal")
            continue
        gone = kept_seconds and beginning(day) + kept_seconds < now
        told = said_by(bodies[day])
        if not gone and (told.get("count"), told.get("root")) != root_of(copies.names(f"{EVENTS}/{day}")):
            yield Finding("day_is_as_it_was_sealed", place, "copies have come or gone since")


def written_once(copies: Copies) -> Iterator[Finding]:
    """A seal has one version, and nothing before it."""
    for folder in (SEALS, ERASURES):
        seen = set[str]()
        for one in copies.versions(folder):
            if one.hidden or one.name in seen:
                how = "hidden" if one.hidden else "written over"
                yield Finding("seal_is_written_once", f"copy/{one.name}", f"it was {how}")
            seen.add(one.name)


def chained(bodies: dict[str, bytes], ring: Ring) -> Iterator[Finding]:
    """Each seal names the one before; one whose key was withdrawn stands by the one after it, while that stands."""
    proved = False
    for day, next_day in zip(reversed(bodies), [None, *reversed(bodies)], strict=False):
        place = f"copy/{SEALS}/{day}"
        told, after = opened(bodies[day], SEALS, ring), said_by(bodies[next_day]) if next_day else {}
        linked = bool(next_day) and after.get("previous") == hashlib.sha256(bodies[day]).hexdigest()
        if next_day and not linked:
            yield Finding("seal_follows_the_one_before", f"copy/{SEALS}/{next_day}", f"not on that of {day}")
        proved = told is not None or (proved and linked)
        if not proved:
            yield Finding("seal_is_ours", place, "no key of the ring has sealed it, nor a seal after it")
        elif said_by(bodies[day]).get("day") != day:
            yield Finding("seal_is_ours", place, "it is of another day")


def said_by(body: bytes) -> dict[str, Any]:
    """What a seal says, whoever wrote it."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
