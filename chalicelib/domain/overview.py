"""What the console's home shows: the attempts of a day, counted, and who needs attention. No clock, no table.

A day is counted along its trail: `reached` is the key of the last attempt in it, so that what was counted is never
counted again, whoever counts and however often (ADR 42).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from chalicelib.domain.accounts import FEW_CODES, Account, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import ATTEMPTS, Event, EventKind
from chalicelib.domain.lockout import hard_stopped

DAYS = 14
LOGGED_ON = frozenset({EventKind.LOGON_SUCCEEDED, EventKind.RECOVERY_CODE_USED})
BEGUN = frozenset({EventKind.LOGON_HALF_DONE})
NO_REASON = "other"
MOST_LOCKED = 50  # kept of a day, the newest
# So many times as many refusals as on a day of the last two weeks, and at least so many, are not usual.
UNUSUAL, UNUSUAL_AT_LEAST = 3, 20

NOTHING: Mapping[str, int] = MappingProxyType({})


class Day(NamedTuple):
    """The attempts of one day, as far as they are counted; `whole`: nothing can come any more."""

    day: str
    reached: str = ""
    counted: int = 0
    logons: int = 0
    refusals: Mapping[str, int] = NOTHING
    locked: tuple[AccountId, ...] = ()
    whole: bool = False

    @property
    def refused(self) -> int:
        """How many were refused, whatever for."""
        return sum(self.refusals.values())


class Standing(NamedTuple):
    """Of an account, what says whether it needs attention; nothing that opens it."""

    id: AccountId
    address: str
    status: str
    locked: bool
    undeliverable: bool
    came: bool
    few_codes: bool
    epoch: int

    @classmethod
    def of(cls, account: Account, now: float) -> "Standing":
        """As the account is now."""
        tries = [account.tries(known=known) for known in (False, True)]
        return cls(
            account.id,
            account.address,
            account.status.value,
            any(now < one.locked_until or hard_stopped(one.failures) for one in tries),
            account.undeliverable is not None,
            account.password_changed_at is not None,
            account.two_step.active and len(account.two_step.recovery) <= FEW_CODES,
            account.epoch,
        )


def counted(day: Day, events: Sequence[Event]) -> Day:
    """The day with these attempts behind what it has, the oldest first."""
    refusals, logons, locked = Counter(day.refusals), day.logons, dict.fromkeys(day.locked)
    for one in events:
        if one.kind in LOGGED_ON:
            logons += 1
        elif one.kind in ATTEMPTS - BEGUN:
            refusals[one.reason or NO_REASON] += 1
        if one.told["locks"]:
            locked.pop(one.account_id, None)
            locked[one.account_id] = None
    return day._replace(
        reached=events[-1].sort_key if events else day.reached,
        counted=day.counted + len(events),
        logons=logons,
        refusals=dict(refusals),
        locked=tuple(locked)[-MOST_LOCKED:],
    )


def last_days(now: float, many: int = DAYS) -> list[str]:
    """The last days as 2026-11-29, today last."""
    today = datetime.fromtimestamp(now, UTC)
    return [f"{today - timedelta(days=back):%Y-%m-%d}" for back in reversed(range(many))]


def months(now: float) -> list[str]:
    """This month and the one before it, as 2026-11."""
    today = datetime.fromtimestamp(now, UTC).replace(day=1)
    return [f"{today:%Y-%m}", f"{today - timedelta(days=1):%Y-%m}"]


def unusual(days: Sequence[Day]) -> bool:
    """Whether the last day has far more refusals than those before it had."""
    *before, today = days
    usual = sum(one.refused for one in before) / max(1, len(before))
    return today.refused >= max(UNUSUAL_AT_LEAST, UNUSUAL * usual)


def frozen(one: Standing) -> bool:
    """Its owner has said "this was not me"."""
    return one.status == Status.FROZEN
