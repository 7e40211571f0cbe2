"""Whose an account is and what it is for: invited again, an invitation withdrawn, another kind or reach."""

from typing import NamedTuple

from chalicelib.domain.accounts import Account, Kind, Status, next_epoch
from chalicelib.domain.administration import Actor, Measure
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal


def invite_again(account: Account, at: float) -> Measure:
    """A fresh temporary password by mail; what was mailed before is void, and so is a bounce of it.

    One that was withdrawn is open again by it.
    """
    never_came(account)
    new = account.forgiven()._replace(
        epoch=next_epoch(account.epoch, at), status=Status.ACTIVE, must_change_password=False
    )
    if account.undeliverable is None:
        return Measure(new, (EventKind.ACCOUNT_INVITED,))
    reachable = new._replace(undeliverable=None, delivery_lifted_at=at)
    return Measure(reachable, (EventKind.ADDRESS_LIFTED, EventKind.ACCOUNT_INVITED))


def withdraw(account: Account, at: float) -> Measure:
    """What was mailed opens nothing any more, nor does asking for more, until somebody invites the address anew."""
    never_came(account)
    if account.withdrawn:
        return Measure(account, ())
    new = account._replace(epoch=next_epoch(account.epoch, at), status=Status.DISABLED)
    return Measure(new, (EventKind.INVITATION_WITHDRAWN,))


class Office(NamedTuple):
    """What an account is for; of staff also the domains that it is limited to, None for every one (ADR 58)."""

    kind: Kind
    domains: tuple[str, ...] | None = None

    def gives_more_than(self, other: "Office") -> bool:
        """Whether an administrator of it may do something that one of the other may not."""
        if self.kind is not Kind.ADMINISTRATOR:
            return False
        if other.kind is not Kind.ADMINISTRATOR or self.domains is None:
            return self != other
        return other.domains is not None and not set(self.domains) <= set(other.domains)


def change_kind(account: Account, actor: Actor, office: Office, before: Office, at: float) -> Measure:
    """What the account may do from its next logon on, and to whom; every session that was opened as another ends.

    Attack: two administrators make each other recipients at once, and nobody is left (AD-07). Defence: nobody changes
    their own kind, and that the actor is an administrator is a condition of the write: of the two, one fails.
    What was mailed to somebody who never came is void with it, so it is mailed anew.
    """
    if account.id == actor.account_id:
        raise Refusal(Code.OWN_ACCOUNT, "not_oneself")
    if office == before:
        return Measure(account, ())
    limited, epoch = office.domains is not None, next_epoch(account.epoch, at)
    new = account._replace(kind=office.kind, limited=limited, epoch=epoch)
    events = (EventKind.KIND_CHANGED, *((EventKind.ACCOUNT_INVITED,) if account.new and account.open else ()))
    differ = office.domains != before.domains
    return Measure(new, events, (before.domains, office.domains) if differ else None)


def never_came(account: Account) -> None:
    """Raise ALREADY_JOINED for whoever has ever had a password of their own, and for another name of an account.

    Attack: an administrator's slip, or a thief in the console, takes an account with messages in it for an invitation
    that nobody answered, and hands it to whoever reads the mailbox now. Defence: what gives a password to somebody who
    has been here is a reset, with its notice.
    """
    if not account.new or account.alias_of is not None:
        raise Refusal(Code.ALREADY_JOINED, "already_joined")
