"""The trail of one account as its readers see it: an administrator's page, and whoever may read their own.

May not know who reads. Its rows come from the two sides of the trail (ADR 23); each page costs a fixed number of
queries, so it may be short and still say where the next one begins (TR-02).
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Protocol

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind, Stretch, Trail, iso
from chalicelib.domain.trail import ROWS, Entry, Lines, at_most, folded, gathered, singly
from chalicelib.flows.attempts import event_facts

CHANGED_ROWS = 251  # one more than a file has, so that its end is seen by one query
READS = 4
Wanted = Callable[[Event], bool]


class Readings(Protocol):
    """Where the lines are read, see `ports/events.py`: all of it, or what whoever reads may be told of it."""

    def trail(self, account_id: AccountId, before: str | None, limit: int) -> Trail:
        """Both sides of an account's trail."""

    def changes(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        """Its state changes alone."""

    def done_by(self, actor: AccountId, before: str | None, limit: int) -> Stretch:
        """What somebody did to others."""


def trail_lines(acts: Readings, who: AccountId, before: str | None, most: int) -> Lines:
    """Everything, refusals folded by the hour."""
    return _shown(*folded(acts.trail(who, before, ROWS).together(), most))


def change_lines(acts: Readings, who: AccountId, before: str | None, most: int) -> Lines:
    """State changes alone. What strangers cause is not even read, so a million refusals cost nothing here (TR-01)."""
    found = gathered(lambda key: acts.changes(who, key, CHANGED_ROWS), before, most, READS)
    return _shown(*singly(found, most))


def act_lines(acts: Readings, actor: AccountId, before: str | None, most: int, wanted: Wanted) -> Lines:
    """What somebody did to others, each act a line; of those that are wanted alone (TR-05)."""
    found = gathered(lambda key: acts.done_by(actor, key, CHANGED_ROWS), before, most, READS, wanted)
    return _shown(*singly(found, most))


def latest_changes(trail: Trail, most: int, left_out: AbstractSet[EventKind]) -> Lines:
    """The newest state changes, however many refusals came after them."""
    changes = [one for one in trail.changes.events if one.kind.changes and one.kind not in left_out]
    return _shown(*singly(trail.changes._replace(events=changes), most))


def latest_others(trail: Trail, most: int, left_out: AbstractSet[EventKind]) -> Lines:
    """The newest lines of what changed nothing."""
    whole = trail.together()
    others = [one for one in whole.events if not one.kind.changes and one.kind not in left_out]
    return _shown(*folded(whole._replace(events=others), most))


def latest_of(trail: Trail, kinds: AbstractSet[EventKind], most: int) -> Stretch:
    """The newest events of some kinds."""
    whole = trail.together()
    return at_most(whole._replace(events=[one for one in whole.events if one.kind in kinds]), most)


def entry_facts(entry: Entry) -> dict[str, object]:
    """One line of the trail: an event with everything it tells, or the refusals of an hour with what they share."""
    newest, count = entry.events[0], len(entry.events)
    facts = event_facts(newest)
    if count > 1:
        facts |= {"reference": None, "before": None, "after": None, "details": {}}
        facts |= {name: entry.shared(name) for name in ("reason", "email", "source")}
    return facts | {
        "change": newest.kind.changes,
        "count": count,
        "first_at": iso(entry.events[-1].at),
        "last_at": iso(newest.at),
        "reasons": dict(entry.reasons),
        "sources": len({one.source for one in entry.events if one.source}),
        "continues": entry.continues,
    }


def _shown(entries: list[Entry], before: str | None) -> Lines:
    return Lines([entry_facts(one) for one in entries], before)
