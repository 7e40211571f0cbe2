"""What an erasure leaves of an account's trail, and which erasure is one (ADR 53).

One rule for the worker that erases, the alarm, the copy, the inspector and the restore: none of them knows a table.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.domain.addresses import (
    AccountId,
    CanonicalAddress,
    InvalidAddress,
    account_id,
    canonical_address,
)
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.personal import IMPERSONAL, IMPERSONAL_STATE
from chalicelib.domain.trail_copy import PERSONAL, Image, plain

# The attribute of an erased row, whose value is the key of the decision; and who stands where an address stood.
ERASED = "erased"
# So long after the decision nothing is begun: what was under way ends, and every index has what is in its table.
SETTLED_SECONDS = 120
# So long after it the decision still covers what is recorded: somebody tries the old password meanwhile.
COVERED_SECONDS = 86400
DECIDES = EventKind.ACCOUNT_ERASED


class Erasure(NamedTuple):
    """One account that is to go, as of the epoch it was closed at; `decision` is the key of the event that says so."""

    account_id: AccountId
    address: CanonicalAddress
    epoch: int
    decision: str
    decided_at: float

    def begins(self, now: float) -> bool:
        """Whether nothing of it can still be under way."""
        return now >= self.decided_at + SETTLED_SECONDS


class Place(NamedTuple):
    """How far one erasure has come: in which of its parts, and behind which key."""

    part: int = 0
    after: str = ""


def erased(image: Image, decision: str) -> dict[str, Any]:
    """A row of the events as an erasure leaves it: that it happened, when, and which administrator did it.

    Of the decision itself its address alone goes: who decided, from where and why, is what the trail is kept for.
    """
    gone = ("email",) if is_decision(image) else PERSONAL
    left = {name: one for name, one in image.items() if name not in gone}
    if not is_decision(image):
        left |= _details(left)
    if left.get("details") is None:
        left.pop("details", None)
    if is_owner(left.get("actor", {}).get("S"), owner_of(image)):
        left["actor"] = {"S": ERASED}
    return {**left, ERASED: {"S": decision}}


def erased_event(event: Event, decision: str) -> Event:
    """The same of an event as the domain has it."""
    own = event.kind is DECIDES
    left = event._replace(email=None, erased=decision)
    if not own:
        details = impersonal(event.details)
        left = left._replace(source=None, user_agent=None, language=None, zone=None, details=details)
    return left._replace(actor=ERASED) if is_owner(event.actor, event.account_id) else left


def is_erasure(old: Image, new: Image) -> bool:
    """Whether a row is what an erasure makes of the one before, and nothing else of it is other."""
    decision = decision_of(new)
    return decision is not None and ERASED not in old and plain(new) == plain(erased(old, decision))


def decision_of(image: Image) -> str | None:
    """By which decision a row was erased; None of one that was not."""
    told = image.get(ERASED, {}).get("S")
    return told if isinstance(told, str) else None


def covers(decision: Image | None, image: Image) -> bool:
    """Whether a decision is one, and of this row.

    Attack: who wants their own traces out of the trail erases them as if an account were, or by the decision about an
    account that was there before. Defence: there is an event that decides it, of the same account, which was copied as
    every event is; and it covers no more than was there by then and a day more (TR-17).
    """
    if decision is None or not is_decision(decision) or owner_of(decision) != owner_of(image):
        return False
    return float(image["time"]["N"]) <= float(decision["time"]["N"]) + COVERED_SECONDS


def is_decision(image: Image) -> bool:
    """Whether this row says that an account is to be erased."""
    return bool(image.get("kind") == {"S": DECIDES.value})


def owner_of(image: Image) -> AccountId:
    """Whose row it is, on whichever side of the trail."""
    return AccountId(str(image["account_id"]["S"]).partition("#")[0])


def is_owner(address: str | None, who: AccountId) -> bool:
    """Whether an address is that of this account, also of one that is gone: its id is made from it."""
    try:
        return address is not None and account_id(canonical_address(address)) == who
    except InvalidAddress:
        return False


def impersonal(details: Mapping[str, Any]) -> Any:
    """Of what an event tells besides, what is nobody's: a list of what stays, so that a new detail goes."""
    return {
        name: {one: told for one, told in value.items() if one in IMPERSONAL_STATE}
        if isinstance(value, Mapping)
        else value
        for name, value in details.items()
        if name in IMPERSONAL
    }


def _details(image: Image) -> dict[str, Any]:
    if "details" not in image:
        return {}
    left = impersonal(json.loads(image["details"]["S"]))
    return {"details": {"S": json.dumps(left)} if left else None}
