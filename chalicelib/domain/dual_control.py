"""Acts that want two administrators, where a stage says so: the first asks, another one does the same within an hour.

What was asked is an event of the account's own trail, and good for the account as it was then: once it is done, or
anything else has moved the account's epoch, it is over. May not read a clock or a table.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId, CanonicalAddress, account_id
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event, EventKind

WAITS_SECONDS = 3600


class Act(StrEnum):
    """What can want a second administrator: each cannot be undone, or gives away the whole portal."""

    ERASE = "erase"
    MAKE_ADMINISTRATOR = "make_administrator"
    RESET_TWO_STEP = "reset_two_step"


class Asked(NamedTuple):
    """What an administrator has asked for: by whom, as of which epoch of theirs, and until when it waits.

    `domains`: those to which a new administrator is to be limited; None for every one, and of any other act.
    """

    act: Act
    by: str
    epoch: int
    until: float
    domains: tuple[str, ...] | None = None

    @property
    def first(self) -> Actor:
        """Who asked; that they are an administrator still is a condition of the act (SE-10)."""
        return Actor(account_id(CanonicalAddress(self.by)), self.epoch)


def waiting(events: Sequence[Event], account: Account, now: float) -> list[Asked]:
    """What waits for a second administrator, of the account's changes, the newest first; of one act the newest alone.

    Attack: an administrator who was taken over asks, is contained, and somebody else completes it; or what was asked of
    an account is done to what has become of it since. Defence: both epochs are in the event and count.
    """
    found: dict[tuple[Act, str], Asked] = {}
    for one in events:
        epochs, act, until = one.told["epochs"] or [], one.told["act"], one.at + WAITS_SECONDS
        if one.kind is not EventKind.SECOND_ASKED or act not in set(Act) or not one.actor or len(epochs) != 2:  # noqa: PLR2004
            continue
        if epochs[0] == account.epoch and now < until:
            domains = one.told["domains"]
            limit = None if domains is None else tuple(domains)
            asked = Asked(Act(act), one.actor, int(epochs[1]), until, limit)
            found.setdefault((asked.act, asked.by), asked)
    return list(found.values())


def by_another(
    asked: Sequence[Asked], act: Act, caller: AccountId, domains: tuple[str, ...] | None = None
) -> Asked | None:
    """The same act, asked for by somebody else: an administrator of one domain is not one of all."""
    same = [one for one in asked if (one.act, one.domains) == (act, domains)]
    return next((one for one in same if one.first.account_id != caller), None)
