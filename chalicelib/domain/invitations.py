"""How an account comes to be: by an invitation, which is an account without a password and the event that mails one."""

from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Account, Kind, next_epoch
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind

if TYPE_CHECKING:
    from chalicelib.domain.details import Details
    from chalicelib.domain.messages import Message


def invitation(
    address: CanonicalAddress,
    kind: Kind,
    *,
    at: float,
    event_id: str,
    actor: str | None,
    message: "Message | None" = None,
    request: str | None = None,
) -> tuple[Account, Event]:
    """The account as it begins, and the event whose mail brings its temporary password.

    The mail says that a `message` waits, and whose, and speaks of none where there is none (ML-10).
    """
    details: Details = {"kind": kind.value}
    if message is not None:
        details |= {"message": message.id, "from": message.sender}
    who = account_id(address)
    account = Account(id=who, address=address, kind=kind, epoch=next_epoch(0, at), created_at=at)
    event = Event(
        who,
        EventKind.ACCOUNT_INVITED,
        at,
        event_id,
        email=address,
        actor=actor,
        details=details,
        request=request,
    )
    return account, event
