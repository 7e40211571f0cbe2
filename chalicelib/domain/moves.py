"""A change of address: an administrator asks, the new mailbox proves itself, and all there is goes there (ADR 55).

An account's id is made from its address, so another address is another account: the same one but for its name. What
stays behind is a former address: a name that opens nothing, is mailed nothing, and leads to where the account is now.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.domain.accounts import Account, Kind, Policy, Status, next_epoch
from chalicelib.domain.addresses import AccountId, CanonicalAddress, account_id, synthetic
from chalicelib.domain.administration import refuse_former
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Code, Hint, Refusal, invalid
from chalicelib.domain.resets import Purpose, Reset, pending_key

_FORMER = "former:"


class Standing(NamedTuple):
    """What a link of a new address stands for: the change that waits, whose it is, and whether the address is taken.

    `limit`: the domains that the account is limited to, if it is.
    """

    pending: Reset | None
    account: Account | None
    policy: Policy | None
    taken: bool
    limit: tuple[str, ...] = ()


class OfOwner(NamedTuple):
    """What the owner is told of: the change that waits, if any, and the addresses that the account had before."""

    pending: Reset | None
    formers: Sequence[str]


class Carried(NamedTuple):
    """What is still to be carried over: from a former address to the account's id."""

    old: AccountId
    new: AccountId


def former_mark(account: AccountId) -> str:
    """By which the former addresses of an account are found in the index of staff, where nobody else asks for it."""
    return f"{_FORMER}{account}"


def proposed(account: Account, to: CanonicalAddress, at: float, lifetime: int) -> Reset:
    """The change as it waits. Raises for an account that has no address to change.

    Attack: who sits in an administrator's session gives that account a mailbox of their own. Defence: another
    administrator does it, as with all that could shut the owner out. And one that is shut is opened first.
    """
    refuse_former(account)
    if account.address == to:
        raise invalid("the_same_address", "new_email")
    if synthetic(account.id) or synthetic(account_id(to)):
        raise invalid("nobodys_address", "new_email")
    if account.status is not Status.ACTIVE:
        raise Refusal(Code.CONFLICT, f"account_{account.status}", hint=Hint.NOT_ACTIVE)
    return Reset(
        pending_key(account.id), account.id, Purpose.ADDRESS, account.epoch, at + lifetime, address=to
    )


def why_not(link: Reset, standing: Standing, now: float) -> str | None:
    """Why the link cannot change the address now; the write that spends it tests the same again."""
    account, pending = standing.account, standing.pending
    cause = link.unusable(account, now)
    if cause or account is None:
        return cause
    if account.status is not Status.ACTIVE or account.alias_of is not None:
        return f"account_{account.status}"
    if pending is None or pending.spent_at is not None:
        return "void"
    if (pending.address, pending.valid_until) != (link.address, link.valid_until):
        return "void"  # another address was asked for since
    # Attack: a thief in the console asks, and while the mail waits the account is contained; the link is then made for
    # the account as it is by now, and moves it. Defence: what was asked for ends with the epoch it was asked under.
    if pending.epoch != account.epoch:
        return "void"
    return "address_taken" if standing.taken else None


def moved(account: Account, to: CanonicalAddress, at: float, seed: str | None) -> Account:
    """The account under its new address. All that was open under the old one is void; `seed` is sealed for the new id.

    What is known of browsers is bound to the id and begins anew, and why mail did not reach the old mailbox is over.
    """
    two_step = account.two_step._replace(seed=seed, pending_seed=None, pending_until=0)
    return account._replace(
        id=account_id(to),
        address=to,
        epoch=next_epoch(account.epoch, at),
        two_step=two_step,
        undeliverable=None,
        clients=(),
    )


def left_behind(account: Account, new: Account) -> Account:
    """The former address: no password, no second step, no power; so that nobody else becomes what it was."""
    return Account(
        account.id,
        account.address,
        Kind.RECIPIENT,
        Status.DISABLED,
        new.epoch,
        password_changed_at=account.password_changed_at,
        alias_of=new.id,
        created_at=account.created_at,
    )


def carried(message: Message, to: AccountId, address: str, sealed_body: str) -> Message:
    """A message as it lies under the account's new id."""
    return message._replace(account_id=to, recipient=address, sealed_body=sealed_body)
