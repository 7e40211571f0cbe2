"""The password, or a code, typed again inside a whole session: counted in that session before it is looked at (LG-13).

The account's own counters are of logons, which strangers make; they neither refuse a confirmation here nor count one.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.domain.password_text import UnusablePassword, normalise
from chalicelib.domain.refusals import Code, Hint, Reason, Refusal, Unavailable, invalid
from chalicelib.domain.sessions import CONFIRMATIONS
from chalicelib.flows.events import event_of, new_reference
from chalicelib.flows.repeats import done_before
from chalicelib.web.request import Request

T = TypeVar("T")


class Confirmation(NamedTuple):
    """A confirmation that was counted, with the account read in the same trip. A wrong `last` one ends the session."""

    account: Account
    last: bool


def reserve(request: Request, kind: EventKind) -> Confirmation:
    """Count one; raises INVALID_LOGON past the last, SESSION_REQUIRED for an account that has moved on."""
    number, account = request.store.sessions.reserve_confirmation(
        request.known.account_id, request.known.digest
    )
    if account is None or account.epoch != request.known.epoch:
        raise Refusal(Code.SESSION_REQUIRED, Reason.CHANGED_MEANWHILE, hint=Hint.OVERTAKEN)
    if not number and done_before(request):
        raise Refusal(Code.SESSION_REQUIRED, "handed_over", hint=Hint.OVERTAKEN)
    if not number:
        raise refused(request, kind, Code.INVALID_LOGON, "confirmations_used_up", ends=True)
    return Confirmation(account, last=number >= CONFIRMATIONS)


def confirm_password(request: Request, password: str, kind: EventKind) -> Confirmation:
    """A right password, counted; raises INVALID_LOGON for a wrong one, whose refusal is an event of `kind`."""
    try:
        normalise(password)
    except UnusablePassword as error:
        raise invalid("password_unusable", "password") from error
    request.portal.demand_keys("pepper")
    confirmation = reserve(request, kind)
    account = confirmation.account
    verify = partial(request.portal.hasher.verify, account.password_hash, password)
    if looked_at(request, verify) and account.open:
        return confirmation
    raise refused(request, kind, Code.INVALID_LOGON, Reason.WRONG_PASSWORD, ends=confirmation.last)


def confirmation_errors(request: Request, refusal: Refusal) -> dict[str, str]:
    """What a person reads at the field of the password or of the code; nothing for a refusal of something else."""
    if refusal.code is Code.INVALID_LOGON:
        return {"password": request.say("This is not your password.")}
    if refusal.code is Code.INVALID_CODE:
        return {"code": request.say("This code is not valid. Wait for the next one and try again.")}
    if refusal.code is not Code.INVALID_REQUEST:
        return {}
    if refusal.facts.get("field") == "code":
        return {"code": request.say("Enter the code from your app, or a recovery code.")}
    return {"password": request.say("Enter your password.")}


def given_back(act: Callable[[], T], give_back: Callable[[], None]) -> T:
    """What follows an attempt that was counted; where the portal fails in it, it was not a wrong one (LG-19)."""
    try:
        return act()
    except Unavailable:
        give_back()
        raise


def looked_at(request: Request, judge: Callable[[], T]) -> T:
    """Look at a confirmation that was counted; where nobody can, that one is taken off the count, and no other.

    Attack: four guesses, a moment in which nothing can be looked at, and four more. Defence: the guesses stay counted.
    """
    caller, sessions = request.known, request.store.sessions
    return given_back(judge, partial(sessions.give_back_confirmation, caller.account_id, caller.digest))


def carried_out(request: Request, act: Callable[[], T]) -> T:
    """What follows a right confirmation; where the store fails in it, the session starts to count afresh (LG-19).

    Attack: five right passwords in a minute in which nothing can be written, and the owner's session is over as if they
    had been guesses. Defence: what is right is not counted as wrong; whatever is wrong has been refused before this.
    """
    caller, sessions = request.known, request.store.sessions
    return given_back(act, partial(sessions.confirmed, caller.account_id, caller.digest))


def refused(request: Request, kind: EventKind, code: Code, cause: str, *, ends: bool) -> Refusal:
    """Record a refused confirmation. The last that a session has ends it, in the same transaction.

    Attack: a stolen session guesses the password. Defence: five guesses, and the thief has no session any more.
    """
    caller = request.known
    event = event_of(
        request,
        kind,
        caller.account_id,
        reason=cause,
        email=caller.address,
        reference=new_reference(request),
        details={"session_ended": True} if ends else {},
    )
    request.store.sessions.end(caller.account_id, [caller.digest] if ends else [], event)
    return Refusal(code, cause, reference=event.reference)
