"""A code typed in a session: counted before it is looked at, accepted once, whichever step asks (TF-02, TF-03)."""

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from chalicelib.domain.accounts import Account, next_epoch
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import PACES, code_wait, stops_codes
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sealing import Sealer, Unsealable
from chalicelib.domain.sessions import Caller, Next, Session
from chalicelib.domain.tokens import Digest, Token
from chalicelib.domain.two_step import fresh, matching_step, recovery_digest
from chalicelib.flows.confirm import Confirmation, confirm_password, given_back, looked_at
from chalicelib.flows.confirm import refused as refused_again
from chalicelib.flows.events import event_of, new_reference
from chalicelib.flows.repeats import done_before
from chalicelib.flows.sessions import follow_up
from chalicelib.portal import Portal
from chalicelib.runtime import log
from chalicelib.web.request import Request

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

T = TypeVar("T")
STOPPED = "codes_stopped"


class Proof(NamedTuple):
    """What a right code proved: the time step it belongs to, or the digest of a recovery code."""

    account: Account
    step: int | None = None
    recovery: str | None = None


def reserve(request: Request) -> Account:
    """Count the attempt and read the account in one trip. Raises THROTTLED, or INVALID_CODE once codes are stopped."""
    caller, now = request.known, request.now()
    request.portal.demand_keys("seeds")
    counted, account = request.store.two_steps.reserve_code(caller.account_id, now, known=caller.known)
    if account is None or account.epoch != caller.epoch:
        raise Refusal(Code.SESSION_REQUIRED, "changed_meanwhile", hint=Hint.OVERTAKEN)
    if counted:
        return account
    wait = code_wait(*account.two_step.tries(known=caller.known), now)
    if wait is None:
        raise refused(request, account, STOPPED)
    raise Refusal(Code.THROTTLED, "codes_paced", retry_after=wait)


def carried_out(request: Request, account: Account, act: Callable[[], T]) -> T:
    """Look at a code that was counted, and what follows a right one; where the portal fails, it was no wrong one."""
    give_back = request.store.two_steps.give_back_code
    return given_back(act, partial(give_back, account, known=request.known.known))


def prove(request: Request, account: Account, typed: str) -> Proof:
    """What the code proves; raises INVALID_CODE, for a replayed one just as for a wrong one."""
    found = carried_out(request, account, partial(_judge, request, account, typed))
    if isinstance(found, Proof):
        return found
    _demand_no_twin(request, found, typed)
    raise refused(request, account, found)


def prove_again(request: Request, confirmation: Confirmation, typed: str) -> Proof:
    """The same in a whole session, beside the password: one confirmation, counted in that session alone (LG-13).

    Attack: a stranger who knows the password uses up the account's codes, and the owner's session can confirm nothing.
    """
    found = looked_at(request, partial(_judge, request, confirmation.account, typed))
    if isinstance(found, Proof):
        return found
    _demand_no_twin(request, found, typed)
    raise refused_again(request, EventKind.CODE_REFUSED, Code.INVALID_CODE, found, ends=confirmation.last)


def _judge(request: Request, account: Account, typed: str) -> Proof | str:
    """What the code proves, or why it proves nothing."""
    two_step = account.two_step
    if two_step.seed is None:
        return "not_enrolled"
    step = matching_step(open_seed(request.portal, account, two_step.seed), typed, request.now())
    if step is not None and fresh(step, two_step.last_step):
        return Proof(account, step=step)
    found = recovery_digest(typed)
    if found is not None and found in two_step.recovery:
        return Proof(account, recovery=found)
    return "code_replayed" if step is not None else "code_wrong"


def prove_both(request: Request) -> Proof:
    """Password and code together, of somebody whose 2-step is on; a recovery code is a code."""
    if not request.known.two_step_active:
        raise Refusal(Code.CONFLICT, "not_enrolled")
    confirmation = confirm_password(request, request.text("password"), EventKind.REAUTHENTICATION_REFUSED)
    return prove_again(request, confirmation, request.text("code"))


def goes_on(request: Request, proof: Proof, turned_off: "Event | None" = None) -> tuple[Token, Session]:
    """The session of whoever has proved password and code, as it was but for its secret and its time stamp; under
    another epoch where the second step is `turned_off`, as this event tells.
    """
    caller = request.known
    return follow_up(
        request,
        proof.account,
        Next.PORTAL,
        epoch=next_epoch(caller.epoch, turned_off.at) if turned_off else caller.epoch,
        opened_with=caller.opened_with,
        code_entered=caller.code_entered and not turned_off,
        typed=True,
    )


def used_meanwhile(request: Request, account: Account) -> Refusal:
    """The refusal of a code that was right and is used now: by this very request, sent twice, or by another."""
    _demand_no_twin(request, "code_used_meanwhile", "")
    return refused(request, account, "code_used_meanwhile")


def _demand_no_twin(request: Request, cause: str, typed: str) -> None:
    """Raises OVERTAKEN where the same form used the code a moment ago: nothing is wrong, so nothing is recorded."""
    may_be_used = cause in {"code_replayed", "code_used_meanwhile"} or recovery_digest(typed) is not None
    if may_be_used and done_before(request):
        raise Refusal(Code.SESSION_REQUIRED, cause, hint=Hint.OVERTAKEN)


def by_recovery_code(proof: Proof) -> "Details":
    """What the event of a confirmation tells where one was spent: its owner is mailed (ML-01)."""
    return {"second_step": "recovery_code"} if proof.recovery else {}


def accept(
    portal: Portal, proof: Proof, old: Digest, session: Session, event: Event, *, network: str | None = None
) -> bool:
    """Whether this request was the one that used it; of many at once one is (TF-02, TF-08)."""
    acts = portal.store.two_steps
    if proof.recovery is not None:
        used = acts.accept_recovery_code(proof.account, proof.recovery, old, session, event, network)
    else:
        used = acts.accept_code_step(proof.account, proof.step or 0, old, session, event, network)
    if used:
        kind = "recovery_code" if proof.recovery is not None else "code"
        log.write(logging.INFO, "code_accepted", log.CODES.of(which=kind), account=proof.account.id)
    return used


def refused(request: Request, account: Account, cause: str) -> Refusal:
    """Record a refused code; the fifth in a row also ends the half-done logon it was typed in (LG-09)."""
    caller = request.known
    failures, _ = account.two_step.tries(known=caller.known)
    event = event_of(
        request,
        EventKind.CODE_REFUSED,
        account.id,
        reason=cause,
        email=account.address,
        reference=new_reference(request),
        details={"failures": failures},
    )
    ends = failures >= PACES[0].below and not caller.code_entered and account.two_step.active
    # The owner is told once: whoever got so far knows the password (TF-11).
    stopped = stops_codes(failures) and cause != STOPPED and account.two_step.active
    also = [event_of(request, EventKind.TWO_STEP_STOPPED, account.id)] if stopped else []
    request.store.sessions.end(account.id, [caller.digest] if ends else [], event, *also)
    return Refusal(Code.INVALID_CODE, cause, reference=event.reference)


def open_pending(portal: Portal, caller: Caller, sealed: str) -> str | None:
    """What was sealed for this logon; None where another logon proposed it."""
    try:
        return _sealer(portal).open(sealed, _pending_of(caller)).decode("ascii")
    except Unsealable:
        return None


def seal_pending(portal: Portal, caller: Caller, proposed: str) -> str:
    """A proposed seed as it is stored: no other logon can open it."""
    return _sealer(portal).seal(proposed.encode("ascii"), _pending_of(caller))


def _pending_of(caller: Caller) -> bytes:
    return f"{caller.account_id}|{caller.logon}".encode()


def _sealer(portal: Portal) -> Sealer:
    return Sealer(portal.keyring("seeds"), portal.random)


def open_seed(portal: Portal, account: Account, sealed: str) -> str:
    """The seed, with the account as associated data: a row copied to another account opens nothing (TF-04)."""
    try:
        return _sealer(portal).open(sealed, account.id.encode()).decode("ascii")
    except Unsealable as error:
        raise Refusal(Code.INVALID_CODE, "seed_unsealable") from error


def seal_seed(portal: Portal, account_id: str, seed: str) -> str:
    """The seed as it is stored."""
    return _sealer(portal).seal(seed.encode("ascii"), account_id.encode())
