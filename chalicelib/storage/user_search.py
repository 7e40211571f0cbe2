"""Which accounts a list of users has: a part of an address among a hundred thousand, without a Scan (ADR 48).

An index is in the order of addresses and cannot look inside them. So the keys of a stretch are read and looked at
here, several stretches beside each other, in so many rounds at most; what was not got to is on the next page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex

from chalicelib.domain.accounts import Status, month_of
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.listing import STANDINGS, Wanted
from chalicelib.storage.database import Database
from chalicelib.storage.deadline import patiently
from chalicelib.storage.tables import AccountRow

ROUNDS = 4
MOST_LOOKED_AT = 5000  # of a stretch in one round; DynamoDB itself ends at 1 MB, some 4,500
FIRST, LAST = "!", "\uffff"  # before and behind every address, which are ASCII without a space
# Where the stretches of many addresses begin, so that each has some eighth of them.
BEGINNINGS = (FIRST, "b", "e", "j", "k", "m", "p", "t")
FEW = (FIRST,)  # who is frozen or disabled, and a list that nothing is left out of


class Keys(NamedTuple):
    """Of a page: the accounts by address, and the address to go on from."""

    ids: Sequence[AccountId]
    further: str | None


@dataclass
class Stretch:
    """Addresses from `low` to `high` under one key of an index, as far as they have not been looked at."""

    index: GlobalSecondaryIndex[Any]
    key: str
    low: str
    high: str
    seen: str = ""
    over: bool = False

    def looked_to(self, address: str | None, *, backwards: bool) -> None:
        """It goes on behind this one; None: it is over."""
        self.over = address is None
        self.seen = address or ""
        if address and backwards:
            self.high = address
        elif address:
            self.low = address


def search(
    database: Database, wanted: Wanted, start: str | None, limit: int, *, backwards: bool = False
) -> Keys:
    """So many accounts behind an address, in the order of addresses or the other way round."""
    if wanted.domains == ():
        return Keys((), None)  # of nobody's domains, and DynamoDB knows no empty list
    stretches = list(_stretches(wanted, start, backwards=backwards))
    most = MOST_LOOKED_AT if wanted.filters else limit + 2
    found: list[tuple[str, AccountId]] = []
    for _ in range(ROUNDS):
        waiting = [one for one in stretches if not one.over]
        acts = [partial(_look, one, wanted, most, backwards=backwards) for one in waiting]
        with database.all_beside(*acts) as reading:
            pass
        for one in reading:
            found += one.result()
        page = _page(found, stretches, limit, backwards=backwards)
        if page.further is None or len(page.ids) == limit:
            break
    return page


def _stretches(wanted: Wanted, start: str | None, *, backwards: bool) -> Iterator[Stretch]:
    """What is to be looked at. The second step and the month of the last logon stand in the one index alone."""
    row, domains = AccountRow, wanted.domains
    for index, key, many in (
        [(row.users_by_domain, one, len(domains) == 1) for one in domains]
        if domains is not None and not wanted.by_status
        else [(row.users_by_status, one, one is Status.ACTIVE) for one in Status if wanted.has(one)]
    ):
        begins = BEGINNINGS if many and wanted.filters else FEW
        for low, high in zip(begins, (*begins[1:], LAST), strict=True):
            first, last = (low, start or high) if backwards else (start or low, high)
            if first <= high and low <= last:
                yield Stretch(index, key, max(low, first), min(high, last), start or "")


def _look(stretch: Stretch, wanted: Wanted, most: int, *, backwards: bool) -> list[tuple[str, AccountId]]:
    """One trip along a stretch, which is moved on."""
    row, asked = AccountRow, partial(stretch.index.query, stretch.key, page_size=most)
    answers = asked(
        range_key_condition=row.address.between(stretch.low, stretch.high),
        filter_condition=_condition(wanted, stretch),
        attributes_to_get=[row.id.attr_name, row.address.attr_name],
        scan_index_forward=not backwards,
    ).page_iter
    page, seen = patiently(lambda: next(answers)), stretch.seen
    end = page.get("LastEvaluatedKey")
    stretch.looked_to(end and end["address"]["S"], backwards=backwards)
    found = [(one["address"]["S"], AccountId(one["id"]["S"])) for one in page["Items"]]
    return [one for one in found if one[0] != seen and wanted.part in one[0]]


def _condition(wanted: Wanted, stretch: Stretch) -> Condition | None:
    """What DynamoDB can look at: what is no key of the index."""
    row = AccountRow
    asked: list[Condition] = []
    by_status = stretch.index is row.users_by_status
    if wanted.kind:
        asked.append(row.kind == wanted.kind)
    if wanted.domains and by_status:
        asked.append(row.domain.is_in(*wanted.domains))
    if wanted.standing and not by_status:
        asked.append(row.status == str(STANDINGS.get(wanted.standing, wanted.standing)))
    if wanted.standing in STANDINGS:
        asked.append(row.password_changed_at.does_not_exist())
    if wanted.two_step is not None:
        asked.append(row.two_step_on.exists() if wanted.two_step else row.two_step_on.does_not_exist())
    if wanted.idle_since is not None:  # by the month, and rows from before it was noted; the list looks again
        month = month_of(wanted.idle_since)
        asked.append(row.last_logon_month.does_not_exist() | (row.last_logon_month <= month))
    condition: Condition | None = None
    for one in asked:
        condition = one if condition is None else condition & one
    return condition


def _page(
    found: list[tuple[str, AccountId]], stretches: Sequence[Stretch], limit: int, *, backwards: bool
) -> Keys:
    """What is whole of it: behind the first gap, something may be missing."""
    ends = [one.seen for one in stretches if not one.over]
    end = (max(ends) if backwards else min(ends)) if ends else None
    whole = sorted(
        (one for one in found if end is None or (one[0] >= end if backwards else one[0] <= end)),
        reverse=backwards,
    )
    if len(whole) > limit:
        end = whole[limit - 1][0]
    return Keys([one for _, one in whole[:limit]], end)
