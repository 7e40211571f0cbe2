"""How an account comes to be: by an invitation, which is an account without a password and the event that mails one."""

from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind

if TYPE_CHECKING:
    from chalicelib.domain.ports import MessageActs


def invite(
    acts: "MessageActs", address: CanonicalAddress, kind: Kind, *, at: float, event_id: str, actor: str | None
) -> bool:
    """Make the account with its invitation, once; False when there is one already (IN-03)."""
    return acts.invite(*invitation(address, kind, at=at, event_id=event_id, actor=actor))


def invitation(
    address: CanonicalAddress, kind: Kind, *, at: float, event_id: str, actor: str | None
) -> tuple[Account, Event]:
    """The account as it begins, and the event whose mail brings its temporary password."""
    who = account_id(address)
    account = Account(id=who, address=address, kind=kind, created_at=at)
    event = Event(
        who, EventKind.ACCOUNT_INVITED, at, event_id, email=address, actor=actor, details={"kind": kind.value}
    )
    return account, event
