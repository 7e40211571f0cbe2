"""A key that waits for its first code: proposed, shown to the form that asked for it, confirmed in the same logon.

Attack: a stolen session reads the key that its owner is about to confirm, or confirms its own in the owner's name.
Defence: until it is confirmed it is sealed for the logon that proposed it, and it is shown again to nobody but the form
that asked for it, by a name that only the page around that form holds: a page that is loaded again (TF-13, ADR 31).
"""

import hashlib
import hmac
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from markupsafe import Markup

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.repeats import Answer
from chalicelib.domain.sessions import recently_reauthenticated
from chalicelib.domain.two_step import SEED_LENGTH, matching_step, new_seed, of_another_time, otpauth_uri
from chalicelib.flows import codes
from chalicelib.flows.confirm import Confirmation, confirmation_errors
from chalicelib.flows.confirm import carried_out as carried_out_again
from chalicelib.flows.confirm import looked_at as looked_at_again
from chalicelib.flows.confirm import refused as refused_again
from chalicelib.flows.confirm import reserve as reserve_again
from chalicelib.flows.repeats import FORM, of_session
from chalicelib.presentation.languages import marked
from chalicelib.presentation.qr import qr_svg
from chalicelib.web.request import Request

PENDING_SECONDS = 600
WRONG_CLOCK = "code_of_another_time"
WRONG = marked(
    "This code is not valid. Wait for the next one and try again."
    " Codes follow the clock of your phone: is it set automatically?"
)
OF_ANOTHER_TIME = marked(
    "The clock of your phone is wrong: this code belongs to another time."
    " Have the phone set its time automatically, then enter the next code."
)
T = TypeVar("T")
_FORM_BYTES = 16
_MARK_LENGTH = 16


class Proposal(NamedTuple):
    """A key that is not active yet, and the mark of the form that asked for it; "" for a program, which has none."""

    seed: str
    mark: str = ""


def form_name(request: Request) -> str:
    """A fresh name for a form that asks for a key. It opens nothing without the session."""
    return request.portal.random(_FORM_BYTES).hex()


def _mark(request: Request) -> str:
    named = request.text(FORM)
    return hashlib.sha256(named.encode()).hexdigest()[:_MARK_LENGTH] if named else ""


def new_proposal(request: Request, twins: Answer | None = None) -> Proposal:
    """Another key each time, but for a form whose button was pressed twice: both make the same one (WB-20)."""
    twins = twins or of_session(request)
    return Proposal(new_seed(twins.source() if twins else request.portal.random), _mark(request))


def sealed(request: Request, proposal: Proposal) -> str:
    """As it is stored until it is confirmed or ten minutes are over."""
    return codes.seal_pending(request.portal, request.known, proposal.seed + proposal.mark)


def until(request: Request) -> float:
    """When a key that is proposed now is dead."""
    return request.now() + PENDING_SECONDS


def waiting(request: Request, account: Account | None) -> Proposal | None:
    """The key that this logon has proposed and not confirmed yet, while there is time.

    Beside a key in force only a move can have left one: it took password and code.
    """
    two_step = account.two_step if account else None
    if two_step is None or two_step.pending_seed is None or request.now() >= two_step.pending_until:
        return None
    opened = codes.open_pending(request.portal, request.known, two_step.pending_seed)
    return Proposal(opened[:SEED_LENGTH], opened[SEED_LENGTH:]) if opened else None


def asked_before(request: Request) -> Proposal | None:
    """The key that this very form was given: its page was loaded again, and shows the same one.

    It is no way around the password: of a session in which none was typed lately it is asked first.
    """
    if not _mark(request) or not recently_reauthenticated(request.known, request.now()):
        return None
    proposal = _waiting_now(request)
    return proposal if proposal and hmac.compare_digest(proposal.mark, _mark(request)) else None


def of_twin(request: Request, twins: Answer) -> Proposal | None:
    """The key that this request made a moment ago, if it still waits: the same form makes the same one (WB-20)."""
    proposal, made = _waiting_now(request), new_proposal(request, twins)
    return proposal if proposal and hmac.compare_digest(proposal.seed, made.seed) else None


def _waiting_now(request: Request) -> Proposal | None:
    return waiting(request, request.store.accounts.read(request.known.account_id))


def proven(request: Request, typed: str) -> tuple[Account, str, int]:
    """The account, the key that waits and the time step of its right code; raises INVALID_CODE."""
    counted, now = _counted(request), request.now()
    proposal = _looked_at(request, counted.account, partial(waiting, request, counted.account))
    if proposal is None:
        raise _refused(request, counted, "no_pending_seed")
    step = matching_step(proposal.seed, typed, now)
    if step is None:
        wrong_clock = of_another_time(proposal.seed, typed, now)
        raise _refused(request, counted, WRONG_CLOCK if wrong_clock else "code_wrong")
    return counted.account, proposal.seed, step


def _counted(request: Request) -> Confirmation:
    """Count a code for a new key before it is looked at.

    Attack: 2-step is on, and a stranger who knows the password uses up the account's codes: its owner cannot move to
    another phone. Defence: there it is counted in the session, as each confirmation in a whole one is (LG-13).
    """
    if request.known.two_step_active:
        return reserve_again(request, EventKind.CODE_REFUSED)
    return Confirmation(codes.reserve(request), last=False)


def _looked_at(request: Request, account: Account, judge: Callable[[], T]) -> T:
    """Look at what was counted so; where nobody can, it is not counted (LG-19)."""
    if request.known.two_step_active:
        return looked_at_again(request, judge)
    return codes.carried_out(request, account, judge)


def carried_out(request: Request, account: Account, act: Callable[[], bool]) -> bool:
    """What follows such a right code; where the store fails in it, it was not a wrong one (LG-19)."""
    if request.known.two_step_active:
        return carried_out_again(request, act)
    return codes.carried_out(request, account, act)


def _refused(request: Request, counted: Confirmation, cause: str) -> Refusal:
    if request.known.two_step_active:
        kind = EventKind.CODE_REFUSED
        return refused_again(request, kind, Code.INVALID_CODE, cause, ends=counted.last)
    return codes.refused(request, counted.account, cause)


def errors(request: Request, refusal: Refusal) -> dict[str, str]:
    """What a person reads at the field of such a code."""
    if refusal.code is not Code.INVALID_CODE:
        return confirmation_errors(request, refusal)
    return {"code": request.say(OF_ANOTHER_TIME if refusal.cause == WRONG_CLOCK else WRONG)}


def facts(request: Request, seed: str) -> dict[str, object]:
    """The key as a program is given it."""
    uri = otpauth_uri(seed, request.known.address, request.settings.brand.name)
    return {"secret": seed, "otpauth_uri": uri, "qr_svg": qr_svg(uri)}


def shown(given: dict[str, object]) -> dict[str, object]:
    """The same for its page."""
    return given | {"qr_svg": Markup(given["qr_svg"])}  # noqa: S704 - made by segno from our own text
