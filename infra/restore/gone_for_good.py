"""Who was erased in the lost time stays so: no account, no message and nothing of a person comes back with a backup.

Attack: somebody was erased, and a week later the stage is put back to the day before; or the restore is only made to
have them back. Defence: the live trail, which is never put back, and its copy still tell of the decision (RL-15).
"""

from __future__ import annotations

from chalicelib.domain.accounts import Status
from chalicelib.domain.addresses import AccountId, CanonicalAddress, account_id
from chalicelib.domain.erasing import ERASED, decision_of, erased, owner_of
from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import REPLIES, UNSENT
from infra.restore.state import State
from infra.verify.around import Item


def at(state: State, who: str) -> float | None:
    """When it was decided in the lost time to erase this account; the last decision of several."""
    told = state.lost.get(who, [])
    moments = [one[0] for one in told if one[1] == EventKind.ACCOUNT_ERASED.value]
    return max(moments, default=None)


def goes(live: Item) -> bool:
    """Whether the live row is one that is about to go: the worker takes it away once the portal is open."""
    return bool(live["status"]["S"] == Status.ERASED.value)


def as_decided(state: State, then: Item, live: Item | None) -> Item:
    """A row of the trail as it may be put back: as the erasure left it, also where its row is gone."""
    decision = decision_of(live or {})
    if decision is None and (moment := at(state, owner_of(then))) is not None:
        decided = state.decisions.get(owner_of(then), "")
        decision = decided if float(then["time"]["N"]) <= moment and live is None else None
    return then if decision is None or ERASED in then else erased(then, decision)


def message_went(state: State, item: Item) -> bool:
    """Whether a message, what waited to be sent, or where a service finds what it sent, was an erased account's."""
    owner = AccountId(item["account_id"]["S"].removeprefix(UNSENT).removeprefix(REPLIES))
    recipient = item.get("recipient", {}).get("S", "")
    owners = {owner, account_id(CanonicalAddress(recipient))} if "@" in recipient else {owner}
    sent = float(item["sent_at"]["N"])
    return any((moment := at(state, one)) is not None and sent <= moment for one in owners)


def without_sender(state: State, item: Item) -> Item:
    """A message that an erased account had sent to somebody else, as the erasure left it."""
    sender = item["sender"]["S"]
    went = "@" in sender and at(state, account_id(CanonicalAddress(sender))) is not None
    return item | {"sender": {"S": ERASED}} if went else item
