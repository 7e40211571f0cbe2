"""What a mail can carry: a reset link, a temporary password, a "this was not me" link, the link of a new address. Each
is used once. And what the note of one that went says.
"""

from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.tokens import Digest

UNDONE_SECONDS = (
    86400  # how long a second step that nobody has used since can be undone by its own notice (TF-12)
)
_PENDING = "pending:"
SUPERSEDED = "superseded"  # why a mail is not sent: what it carries was void when its turn came (RS-09)
KEPT_SECONDS = 30 * 86400  # an expired one is still recognised for a month, so that it is never a dead end


class Purpose(StrEnum):
    """A token of one purpose is never accepted for another (RS-08)."""

    RESET = "reset"
    TEMPORARY = "temporary"
    NOT_ME = "not_me"
    ADDRESS = "address"  # a new address that waits for its proof, and the link that is the proof


class Reset(NamedTuple):
    """One row of what was mailed. `key` is made from the link's digest, or from account and temporary password's name.

    `valid_until` is the expiry that counts; the row lives on for a while so that "expired" can be told from "unknown".
    `enrolled_at` is in the notice of a second step that was set up: which one it tells of.
    """

    key: str
    account_id: AccountId
    purpose: Purpose
    epoch: int
    valid_until: float
    address: str
    password_hash: str | None = None
    spent_at: float | None = None
    enrolled_at: float | None = None

    def unusable(self, account: Account | None, now: float) -> str | None:
        """Why it cannot be used, or None. The write that spends it tests the same again, as its condition."""
        if account is None:
            return "no_account"
        if self.spent_at is not None:
            return "used"
        if self.epoch != account.epoch and not self.undoes(account, now):
            return "void"
        if now >= self.valid_until:
            return "expired"
        return None

    def undoes(self, account: Account, now: float) -> bool:
        """Whether it takes away the second step it tells of: that one, within a day, while no logon has used it.

        Attack: a thief's factor stays in force when the owner has frozen the account and chosen a new password.
        Attack: a thief of the mailbox strips the owner's factor by an old notice. Defence: one rule for both (TF-12).
        Whatever else has moved the epoch since, the factor is the same one: so it may be undone after a reset too.
        """
        two_step, enrolled_at = account.two_step, self.enrolled_at
        if enrolled_at is None or not two_step.active or account.status in {Status.DISABLED, Status.ERASED}:
            return False
        return two_step.unused_since == enrolled_at and now < enrolled_at + UNDONE_SECONDS


class Noted(NamedTuple):
    """What the note of a mail that SES took says of it: whose address it went to, its event's kind and request, and the
    secure message that it is the notice of.
    """

    mailed: AccountId
    about: str
    request: str | None = None
    message: tuple[AccountId, str] | None = None


def link_key(purpose: Purpose, digest: Digest) -> str:
    """The key of a link's row: one read from the link alone; the purpose is part of it (RS-08)."""
    return f"{purpose}#{digest}"


def temporary_key(account_id: AccountId, name: str) -> str:
    """The key of a temporary password's row: its first group names it, so logon reads one row and hashes once."""
    return f"{Purpose.TEMPORARY}#{account_id}#{name}"


def pending_key(account: AccountId) -> str:
    """Where the one change that waits of an account lies. A later one takes its place, and the link before is void."""
    return f"{_PENDING}{account}"
