"""What must hold of the tables (infra/verify), asked after a test: of every row that the test has written.

What was planted behind the portal's back has no past in the trail, and is excused of that past alone: of those moments
that the planted values name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Reset
from infra.verify.around import KEYS, Item, Tables
from infra.verify.invariants import Finding
from infra.verify.walk import Progress, verify

PLANTED: dict[str, set[float]] = defaultdict(set)
_seen: dict[tuple[str, str, str], str] = {}


def planted(value: object) -> None:
    """Remember what of a value the trail cannot tell."""
    match value:
        case Account():
            two_step = value.two_step
            moments = (value.password_changed_at, two_step.unused_since, two_step.disputed_at)
            PLANTED[value.id] |= {one for one in moments if one is not None}
            if two_step.active or value.status is not Status.ACTIVE:
                PLANTED[value.id].add(0)
        case Reset():
            if value.spent_at is not None:
                PLANTED[value.account_id].add(value.spent_at)
        case Message():
            moments = (value.sent_at, value.read_at, value.recalled_at)
            PLANTED[value.account_id] |= {one for one in moments if one is not None}


def excused(finding: Finding) -> bool:
    """Whether what is missing from the trail was never in it."""
    return finding.moment is not None and finding.moment in PLANTED[finding.row.split("/")[1]]


def findings(
    client: Any, prefix: str, clock: Callable[[], float], patience: float | None = None
) -> list[str]:
    """What does not hold of these tables, of what was written since it was last asked."""

    def seen(table: str, item: Item) -> bool:
        key, told = (prefix, table, _key(item)), str(sorted(item.items()))
        before, _seen[key] = _seen.get(key), told
        return before == told

    found = verify(Tables(client, prefix, page=1000), clock, Progress(), seen, patience=patience)
    return [one.line() for one in found if not excused(one)]


def taken_as_they_are(client: Any, prefix: str) -> None:
    """What other tests have left behind, broken on purpose perhaps: only what comes after is asked about."""
    tables = Tables(client, prefix, page=1000)
    for table in KEYS:
        after: Item | None = None
        while True:
            items, after = tables.page(table, after)
            _seen.update({(prefix, table, _key(item)): str(sorted(item.items())) for item in items})
            if after is None:
                break


def _key(item: Item) -> str:
    names = ("account_id", "at", "digest", "id", "key", "domain")
    return str([item.get(name) for name in names])
