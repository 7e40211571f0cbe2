"""What must hold of events that other systems hear of: out, or put aside; and what was put aside goes within a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.domain.events import RESTORED
from chalicelib.domain.mails import WAITS
from chalicelib.domain.published import NOTICES
from chalicelib.storage.bus import FOR_THE_BUS, SETTLED, TOLD, key_of, mark_side, waits_as
from infra.verify.around import Item
from infra.verify.invariants import Case, Wrong, of

# The stream tries for a day, and what was put aside is tried for five; after the first of them somebody must know.
BUS_SECONDS = 86400 + 3600


@of("events")
def event_went_to_the_bus(case: Case) -> Wrong:
    """Between two events of one hour that went, one that neither went nor waits is lost; of notices, of one month.

    Which events a stage publishes nobody has written down: what it did publish before and after says it.
    """
    event, item = case.value, case.item
    if "#" in event.account_id or RESTORED in item or not _is_old(case, event.at):
        return
    side, key = mark_side(event), waits_as(*key_of(event))
    there = case.around.is_there
    if there(side, key) or there(f"{FOR_THE_BUS}{event.sort_key[:13]}", key):
        return
    first, last = case.around.ends(side)
    if first < key and (key < last or event.kind in NOTICES):
        yield "the bus was not told of it, and it does not wait"


@of("events")
def what_waits_for_the_bus_goes(case: Case) -> Wrong:
    """The bus has taken it within a day, or somebody must look why not."""
    side, key = case.item["account_id"]["S"], case.item["at"]["S"]
    if not side.startswith(FOR_THE_BUS) or key.endswith(SETTLED) or RESTORED in case.item:
        return
    if _is_old(case, case.value.at) and not case.around.is_there(side, f"{key}{SETTLED}"):
        yield "the bus has not taken what waits here"


@of("events")
def mark_is_of_an_event(case: Case) -> Wrong:
    """What went to the bus is in the trail."""
    side, key = case.item["account_id"]["S"], case.item["at"]["S"]
    at, _, trail = key.partition("|")
    if side.startswith(TOLD) and not case.around.is_there(trail, at):
        yield "it is the mark of no event"


def looked_for(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """The rows that these are judged by, so that they are read together."""
    for item in items:
        trail, at = item["account_id"]["S"], item["at"]["S"]
        if "kind" not in item or trail.startswith((TOLD, WAITS)):
            continue
        month = item["kind"]["S"] in NOTICES
        yield (f"{TOLD}notices#{at[:7]}" if month else f"{TOLD}{at[:13]}", waits_as(trail, at))
        yield f"{FOR_THE_BUS}{at[:13]}", waits_as(trail, at)


def _is_old(case: Case, at: float) -> bool:
    return at < case.around.now - min(case.around.patience, BUS_SECONDS)
