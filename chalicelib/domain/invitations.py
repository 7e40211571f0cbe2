"""How an account comes to be: by an invitation, which is an account without a password and the event that mails one."""

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind


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
