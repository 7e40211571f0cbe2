"""An account of that moment and the live one, as one: what closes wins over what opens, and nothing comes back.

Attack: a table is put back, and with it the password that was changed because it was known, the account that was
disabled because it was a thief's, the code that was used, the epoch that the thief's session has. Defence: of all of
these the later state stays, whichever is the stricter (RL-15).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.domain.accounts import Status, next_epoch
from chalicelib.domain.events import EventKind
from chalicelib.domain.sessions import MAX_HALF_DONE, MAX_SESSIONS
from chalicelib.domain.two_step import STEP_SECONDS
from infra.restore import offices
from infra.restore.lost import PASSWORDS, SECOND_STEPS, closed_by
from infra.verify.around import Item

AHEAD_SECONDS = 3600  # more than any clock is ahead: no epoch of the lost time is as late
# Numbers that only grow, and by how much more: below what any session alive has.
NUMBERS = {"serial": MAX_SESSIONS, "hs": MAX_HALF_DONE, "kh": MAX_HALF_DONE}
PASSWORD, REQUIRED = "password_hash", "two_step_required"


class Merged(NamedTuple):
    """The row to write, and what became of it besides: "disabled", "frozen", "password", "office", "second step"."""

    row: Item
    measures: tuple[str, ...]


def merged(
    then: Item | None, live: Item | None, kinds: Sequence[EventKind], now: float, *, reopen: bool
) -> Merged:
    """One row of the two, as it was then but for what the trail tells of the lost time (`kinds`).

    What the live row has and no event tells of is what the restore is to undo. `reopen`: an intruder shut people out
    and set passwords, so neither stays. An address that was changed is changed still: the new one has proven itself,
    and the one before may be somebody else's mailbox by now. Unless the intruder did it.
    """
    moved = EventKind.ADDRESS_CHANGED in kinds and live is not None
    row = dict((live if moved and not reopen else then) or live or {})
    epoch = max(number(one, "epoch") for one in (then, live))
    row["epoch"] = {"N": str(next_epoch(epoch, now + AHEAD_SECONDS))}
    for name, more in NUMBERS.items():
        row[name] = {"N": str(max(number(one, name) for one in (then, live)) + more)}
    if then is None and (reopen or not moved):
        return made_since(row, reopen=reopen and not moved)
    keep_spent(row, live or {}, kinds, now)
    measures: list[str] = []
    if not reopen:
        measures += [*closed(row, kinds), *offices.lessened(row, live, kinds)]
        if PASSWORDS & set(kinds):
            row.pop(PASSWORD, None)
            measures.append("password")
    if SECOND_STEPS & set(kinds):
        row[REQUIRED] = {"BOOL": True}
        measures.append("second step")
    return Merged(row, tuple(measures))


def made_since(row: Item, *, reopen: bool) -> Merged:
    """An account of the lost time stays, so that no row is nobody's; but shut, until somebody says whose it is."""
    if reopen:
        return Merged(row, ())
    row["status"] = {"S": Status.DISABLED.value}
    row.pop(PASSWORD, None)
    return Merged(row, ("disabled",))


def keep_spent(row: Item, live: Item, kinds: Sequence[EventKind], now: float) -> None:
    """A code that was used in the lost time is used: of an app by its time step, of a list by what is left of it."""
    step = number(live, "code_last")
    if number(row, "code_last") < step <= (now + AHEAD_SECONDS) / STEP_SECONDS:
        row["code_last"] = {"N": str(step)}
    if EventKind.RECOVERY_CODE_USED not in kinds or "recovery" not in row:
        return
    # In their order; where the list is another one by now, none of the old ones is good.
    left = texts(live) & texts(row)
    row["recovery"] = {"L": [one for one in row["recovery"]["L"] if one["S"] in left]}


def closed(row: Item, kinds: Sequence[EventKind]) -> list[str]:
    """As the lost time left it, where it left it shut."""
    status = closed_by(kinds)
    if status is None or row["status"]["S"] == Status.DISABLED.value:
        return []
    row["status"] = {"S": status}
    if status == Status.FROZEN.value:
        row.pop(PASSWORD, None)
    return [status]


def number(item: Item | None, name: str) -> int:
    """An attribute as a whole number; 0 where there is none."""
    return int(float((item or {}).get(name, {}).get("N", "0")))


def texts(item: Item) -> set[str]:
    """Its recovery codes."""
    return {one["S"] for one in item.get("recovery", {}).get("L", [])}
