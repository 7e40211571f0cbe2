"""The password typed again inside a session: counted before it is verified, like any logon (LG-08, PW-08)."""

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind, Reason
from chalicelib.domain.password_text import UnusablePassword, normalise
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.flows.events import event_of, new_reference
from chalicelib.web.request import Request


def confirm_password(request: Request, password: str, kind: EventKind) -> Account:
    """The account, read and its attempt counted in one trip; raises INVALID_LOGON for a wrong password or a lock."""
    caller = request.known
    try:
        normalise(password)
    except UnusablePassword as error:
        raise invalid("password_unusable", "password") from error
    now = request.now()
    counted, account = request.store.logons.reserve_attempt(caller.account_id, now)
    stored = account.password_hash if account and counted else None
    matches = request.portal.hasher.verify(stored, password)
    if account is not None and matches and account.open and account.epoch == caller.epoch:
        return account
    reason = Reason.WRONG_PASSWORD if counted else Reason.LOCKED
    event = event_of(
        request,
        kind,
        caller.account_id,
        reason=reason,
        email=caller.address,
        reference=new_reference(request),
    )
    request.store.logons.refuse(event, account, counter=None, counted=counted, outside=False)
    raise Refusal(Code.INVALID_LOGON, reason, reference=event.reference)
