"""A service's keys after a restore: those of the lost time open nothing.

Attack: whoever took the portal over made themselves a key in the lost time, or rotated one, and goes on sending with it
when everybody else's credentials are void. Defence: such a key is ended, and the one from before lives on, if it is
still one of the two; where none is left the service is revoked (RL-15).
"""

from __future__ import annotations

from typing import NamedTuple

from chalicelib.domain.events import EventKind
from infra.verify.around import Item

FORMER = {"former": "digest", "former_made_at": "made_at", "former_used_at": "used_at"}


class Change(NamedTuple):
    """The row to write, the event that tells of it, and what an operator reads."""

    row: Item
    kind: EventKind
    said: str


def without_lost_keys(item: Item, at: float, now: float) -> Change | None:
    """The service without what was made since `at`; None where nothing was, or nothing is alive."""
    if "revoked_at" in item or float(item["made_at"]["N"]) <= at:
        return None
    row = {name: value for name, value in item.items() if name not in FORMER}
    if "former" in item and float(item["former_made_at"]["N"]) <= at:
        row.pop("used_at", None)
        row |= {new: item[old] for old, new in FORMER.items() if old in item}
        return Change(row, EventKind.SERVICE_ROTATED, "its newer key is ended, the older one lives")
    row |= {"revoked_at": {"N": str(now)}, "revoked_by": {"S": "restore"}}
    return Change(row, EventKind.SERVICE_REVOKED, "revoked: both of its keys are of the lost time")
