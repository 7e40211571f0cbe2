"""The judgement of a logon: the account that may come in, or the one true reason why not.

May not read a clock or a table, nor hash: the step hands in what it read, and whether the password matched.
"""

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain import lockout
from chalicelib.domain.accounts import NO_TRIES, Account, Policy, Status, Tries, effective_ranges, ranges_rule
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.devices import KNOWN_SECONDS, LEARNED_AGAIN_SECONDS
from chalicelib.domain.networks import IPAddress, permitted
from chalicelib.domain.password_text import Password
from chalicelib.domain.refusals import Reason
from chalicelib.domain.resets import Reset
from chalicelib.domain.temporary import Temporary

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

_CLOSED = {Status.DISABLED: Reason.DISABLED, Status.ERASED: Reason.ERASED}
_TEMPORARY = {"used": Reason.TEMPORARY_USED, "expired": Reason.TEMPORARY_EXPIRED}


class LogonRefused(Exception):
    """No session, for this reason; the person hears the same sentence whatever it is (EN-01)."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason


class Admission(NamedTuple):
    """What the first trip of a logon found: the domain's policy, and the temporary password that was typed, if one was.

    `counter` is the source's, which a refusal adds to. `network` is the key of the row that says the account was used
    from here before, `network_until` how long that is so: 0 for never.
    """

    counter: str
    policy: Policy | None
    temporary: Reset | None
    network: str
    network_until: float

    def knows_network(self, now: float) -> bool:
        """Whether the account was used from this network before, and not too long ago."""
        return now < self.network_until

    def to_learn(self, now: float) -> str | None:
        """The network's key where a whole logon should note it: it is not known, or was noted a while ago."""
        fresh = now + KNOWN_SECONDS - LEARNED_AGAIN_SECONDS < self.network_until
        return None if fresh else self.network


class Attempt(NamedTuple):
    """One attempt, counted (unless the account is locked) and not judged yet. `email` is as typed.

    `known`: it comes from a browser or a network that the account was used from before.
    """

    email: str
    account_id: AccountId
    password: Password
    temporary: Temporary | None
    source: IPAddress
    now: float
    admission: Admission
    counted: bool
    account: Account | None
    known: bool = False

    @property
    def tries(self) -> Tries:
        """The count this attempt is under, where there is an account."""
        return self.account.tries(known=self.known) if self.account else NO_TRIES

    @property
    def issued(self) -> Reset | None:
        """The temporary password's row, where one was typed and is known."""
        return self.admission.temporary if self.temporary else None


def to_verify(attempt: Attempt) -> tuple[str | None, str]:
    """The one hash to verify, and the text against it. In a lock it is a dummy: guessing learns nothing (LG-01)."""
    if not attempt.counted or attempt.account is None:
        return None, attempt.password
    if attempt.temporary is None:
        return attempt.account.password_hash, attempt.password
    return (attempt.issued.password_hash if attempt.issued else None), attempt.temporary.text


def judge(attempt: Attempt, *, matches: bool) -> Account:
    """The account whose session may be opened; raises `LogonRefused` with the most telling reason first."""
    account = attempt.account
    if account is None:
        raise LogonRefused(Reason.UNKNOWN)
    if not account.open:
        raise LogonRefused(_closed(account))
    if not permitted(attempt.source, effective_ranges(account, attempt.admission.policy)):
        raise LogonRefused(Reason.OUTSIDE_RANGES)
    if not attempt.counted:
        raise LogonRefused(Reason.STOPPED if lockout.hard_stopped(attempt.tries.failures) else Reason.LOCKED)
    if not matches:
        raise LogonRefused(Reason.WRONG_PASSWORD if account.password_hash else Reason.NO_PASSWORD)
    if attempt.issued is not None and (why := attempt.issued.unusable(account, attempt.now)):
        raise LogonRefused(_TEMPORARY.get(why, Reason.TEMPORARY_VOID))
    return account


def told_of(attempt: Attempt, reason: Reason, threshold: int, cap: int) -> "Details":
    """What the event of a refusal tells besides: which ranges shut it out, or that it set a lock."""
    if reason is Reason.OUTSIDE_RANGES and attempt.account:
        return {"rule": ranges_rule(attempt.account)}
    failures = attempt.tries.failures
    if not attempt.counted or not lockout.lock_seconds(failures, threshold, cap):
        return {}
    return {"failures": failures, "locks": failures == threshold}


def _closed(account: Account) -> Reason:
    if account.alias_of is not None:
        return Reason.ALIAS
    return _CLOSED.get(account.status, Reason.FROZEN)
