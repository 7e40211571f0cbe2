"""What an account is. No rule here reads a clock or a table; the caller hands in what it needs."""

from enum import StrEnum
from time import gmtime
from typing import NamedTuple

from chalicelib.domain.addresses import AccountId, CanonicalAddress, synthetic

LIMITED = "limited"
FEW_CODES = 2  # so many recovery codes left, and their owner is asked to make new ones


class Kind(StrEnum):
    """Who the account belongs to, and so which routes are theirs."""

    RECIPIENT = "recipient"
    ADMINISTRATOR = "administrator"
    SUPPORT = "support"


class Status(StrEnum):
    """`frozen` is the owner's own "this was not me" and ends with a new password; `disabled` an administrator lifts.

    `erased` nobody lifts: the account is closed, and within minutes all there is of it is gone (ADR 53).
    """

    ACTIVE = "active"
    FROZEN = "frozen"
    DISABLED = "disabled"
    ERASED = "erased"


class TwoStep(NamedTuple):
    """The second step of an account. `seed` and `pending_seed` are sealed, never the seed itself.

    `last_step` is the newest time step already used: nothing at or before it is accepted again (RFC 6238, 5.2).
    `failures` counts wrong and replayed codes over all sessions and addresses together (TF-03), apart from those in
    sessions that were opened from where the owner was before (`known_`). `unused_since` is when it was set up, until a
    logon uses it; `disputed_at` when its owner said "this was not me" of it too late to undo it, until it is settled.
    """

    seed: str | None = None
    last_step: int = 0
    pending_seed: str | None = None
    pending_until: float = 0
    recovery: tuple[str, ...] = ()
    failures: int = 0
    attempted_at: float = 0
    known_failures: int = 0
    known_attempted_at: float = 0
    unused_since: float | None = None
    disputed_at: float | None = None

    def tries(self, *, known: bool) -> tuple[int, float]:
        """Failures and the last attempt, of sessions that were opened from where the owner was before, or of others."""
        return (self.known_failures, self.known_attempted_at) if known else (self.failures, self.attempted_at)

    def forgiven(self) -> "TwoStep":
        """Without failures and waits, whoever caused them."""
        return self._replace(failures=0, attempted_at=0, known_failures=0, known_attempted_at=0)

    @property
    def active(self) -> bool:
        """Whether codes are asked for at logon."""
        return self.seed is not None


class Tries(NamedTuple):
    """One count of wrong passwords of an account, and the lock it has earned."""

    failures: int
    attempted_at: float
    locked_until: float


NO_TRIES = Tries(0, 0, 0)  # of nobody, or not counted


class Account(NamedTuple):
    """One person's account, as one row.

    `epoch` is the number every session and every outstanding credential was made under; moving it voids them all in
    one write. `session_serial` numbers the whole sessions: only the newest `MAX_SESSIONS` numbers are alive (SE-09);
    `half_done_serial` in the same way the logons that wait for a step, those of strangers and (`known_`) the owner's.
    `undeliverable` is why mail does not reach its address, and stops self-service mails (ML-05). `clients` are the
    browsers seen, as short digests. `language` and `time_zone` are None where the browser of the moment is asked.
    `failures` are consecutive, and counted before the password is verified: those of strangers, and apart from them
    (`known_`) those of the browsers and networks its owner has logged on from. `limited`: see `domain/reach.py`.
    """

    id: AccountId
    address: CanonicalAddress
    kind: Kind = Kind.RECIPIENT
    status: Status = Status.ACTIVE
    epoch: int = 1
    password_hash: str | None = None
    password_changed_at: float | None = None
    must_change_password: bool = False
    failures: int = 0
    attempted_at: float = 0
    locked_until: float = 0
    known_failures: int = 0
    known_attempted_at: float = 0
    known_locked_until: float = 0
    session_serial: int = 0
    half_done_serial: int = 0
    known_half_done_serial: int = 0
    last_logon_at: float | None = None
    two_step: TwoStep = TwoStep()
    two_step_required: bool = False
    ranges: tuple[str, ...] | None = None
    alias_of: AccountId | None = None
    undeliverable: str | None = None
    delivery_lifted_at: float = 0
    clients: tuple[str, ...] = ()
    language: str | None = None
    time_zone: str | None = None
    created_at: float = 0
    limited: bool = False

    @property
    def open(self) -> bool:
        """Whether its owner may log on at all, with the right credential."""
        return self.status is Status.ACTIVE and self.alias_of is None

    @property
    def former(self) -> bool:
        """Whether it is an address that its account had before (ADR 55). Another name of a mailbox is active."""
        return self.alias_of is not None and self.status is Status.DISABLED

    @property
    def new(self) -> bool:
        """Whether nobody has ever had a password of its own for it: the next one is no reset (ML-09)."""
        return self.password_hash is None and self.password_changed_at is None

    @property
    def staff(self) -> str | None:
        """By what it is in the index of administrators, which has those of all domains in one place; None: in none."""
        return LIMITED if self.limited else self.kind.value if self.kind is Kind.ADMINISTRATOR else None

    @property
    def withdrawn(self) -> bool:
        """Whether its invitation was taken back: nobody can get in, and nobody ever has."""
        return self.new and self.status is Status.DISABLED and self.alias_of is None

    def tries(self, *, known: bool) -> Tries:
        """The count that an attempt from a known browser or network, or from a stranger's, is under (LG-14)."""
        if known:
            return Tries(self.known_failures, self.known_attempted_at, self.known_locked_until)
        return Tries(self.failures, self.attempted_at, self.locked_until)

    def half_done(self, *, known: bool) -> int:
        """The newest number of a half-done logon, from where the owner was before or a stranger's (LG-16)."""
        return self.known_half_done_serial if known else self.half_done_serial

    def forgiven(self) -> "Account":
        """Without failures and locks, whoever caused them."""
        return self._replace(failures=0, locked_until=0, known_failures=0, known_locked_until=0)

    @property
    def may_reset(self) -> bool:
        """A frozen account is given back to whoever reads its mail; a disabled one only by an administrator."""
        return self.status in {Status.ACTIVE, Status.FROZEN} and self.alias_of is None


class Policy(NamedTuple):
    """The rules of one domain, or of the portal itself (`name` is then `PORTAL`).

    `notes` says whose networks the ranges are, as it is stored: nobody reads it but who shows it.
    """

    name: str
    internal: bool = False
    two_step_required: bool = False
    ranges: tuple[str, ...] | None = None
    admin_ranges: tuple[str, ...] | None = None
    notes: str = ""


class NewPassword(NamedTuple):
    """A hash to store, and when."""

    password_hash: str
    at: float


class Preferences(NamedTuple):
    """What a person chose for pages and mails. None: as the browser of the moment asks."""

    language: str | None
    time_zone: str | None


class PolicyChange(NamedTuple):
    """A policy as it shall be, with the one it was read as; `old` None where there was none."""

    key: str
    old: Policy | None
    new: Policy


def next_epoch(epoch: int, now: float) -> int:
    """The number an account moves on to: one that it never had, in no copy of its row (SE-15).

    Attack: the table is restored to an hour ago and the account contained; its number is again the one that the lost
    hour had, and the thief's session and reset link of that hour live again. Defence: the later of the next number and
    the time, which a restored row has not seen yet; and where a clock is behind, still a later one than the row's own.
    """
    return max(epoch + 1, int(now))


def month_of(at: float) -> int:
    """The month of an instant in UTC, counted from January 2000: as fine as an index knows the last logon.

    An index is written when what it holds changes. By the second, each logon would cost two units more; by the month
    the first of a month does.
    """
    then = gmtime(at)
    return (then.tm_year - 2000) * 12 + then.tm_mon - 1


PORTAL_POLICY = (
    "*"  # no domain name has this spelling, so the portal's own row cannot be taken for a domain's
)


def effective_ranges(account: Account, domain: Policy | None) -> tuple[str, ...] | None:
    """An account's own ranges, else its domain's; None means no restriction (design 5.9)."""
    if account.ranges is not None:
        return account.ranges
    return domain.ranges if domain else None


def ranges_rule(account: Account) -> str:
    """What support calls the ranges that count for an account."""
    return "domain_ranges" if account.ranges is None else "account_ranges"


def two_step_required(account: Account, domain: Policy | None, *, everybody: bool) -> bool:
    """Staff always; else by account, by domain, or for all (design 6, PORTAL_REQUIRE_TWO_STEP).

    Attack: a support account, which reads every user, falls to a password alone. Defence: 2-step for all staff (AD-08).
    The canary has no phone, and nothing to guard.
    """
    return not synthetic(account.id) and (
        everybody
        or account.kind is not Kind.RECIPIENT
        or account.two_step_required
        or (domain is not None and domain.two_step_required)
    )
