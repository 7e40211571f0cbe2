"""What staff may do after a restore: nobody is given back an office, or a domain, that was taken away in the lost time.

Attack: somebody is an administrator no more, or of one customer's domain alone, for good reason; an hour later the
stage is put back, and they have the whole portal again. Defence: of the two offices the lesser stays (ADR 36, 58).
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.accounts import LIMITED, Kind
from chalicelib.domain.addresses import AccountId, limit_key
from chalicelib.domain.events import EventKind
from infra.restore import gone_for_good, lost
from infra.restore.state import State
from infra.verify.around import Item

LESSER = (Kind.RECIPIENT, Kind.SUPPORT, Kind.ADMINISTRATOR)
_LIMIT = limit_key(AccountId(""))


def lessened(row: Item, live: Item | None, kinds: Sequence[EventKind]) -> list[str]:
    """Make the row's office the lesser one, where an event of the lost time tells of another; say whether it is."""
    if live is None or EventKind.KIND_CHANGED not in kinds or "alias_of" in row or "alias_of" in live:
        return []
    before = row["kind"], row.get("staff")
    kind = min((Kind(one["kind"]["S"]) for one in (row, live)), key=LESSER.index)
    limited = LIMITED in {one.get("staff", {}).get("S") for one in (row, live)}
    staff = LIMITED if limited else kind.value
    row["kind"] = {"S": kind.value}
    row.pop("staff", None)
    if kind is Kind.ADMINISTRATOR or (limited and kind is Kind.SUPPORT):
        row["staff"] = {"S": staff}
    return ["office"] if before != (row["kind"], row.get("staff")) else []


def account_of(item: Item) -> str | None:
    """Whose limit a row of the table of domains is; None for one that is another thing."""
    key: str = item["domain"]["S"]
    return key.removeprefix(_LIMIT) if key.startswith(_LIMIT) else None


def limit_of(state: State, then: Item, live: Item | None) -> Item | None:
    """The domains that somebody is limited to once more; None where there is nothing to put back.

    Of whoever moved to another address in the lost time they are under the new one.
    """
    who = account_of(then) or ""
    kinds = lost.kinds_of(state, who)
    if gone_for_good.at(state, who) is not None:
        return None
    if state.reopen:
        return then
    if EventKind.ADDRESS_CHANGED in kinds:
        return None
    if live is None or EventKind.KIND_CHANGED not in kinds:
        return then
    still = [one for one in then["domains"]["L"] if one in live["domains"]["L"]]
    return then | {"domains": {"L": still}}
