"""2-step verification of one's own account: set it up, move it to another phone, renew recovery codes, turn it off.

A seed is shown to the form that asked for it, and is not active until a code of it was entered in the same logon
(`flows/proposals.py`). It wants a fresh password, beside a seed in force a code of that one too, and no step of a
logon is skipped by it (TF-05, TF-13, TF-15).
"""

from collections.abc import Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.accounts import next_epoch
from chalicelib.domain.events import EventKind
from chalicelib.domain.next_step import next_step
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Token
from chalicelib.flows import codes, proposals
from chalicelib.flows.confirm import carried_out, confirmation_errors
from chalicelib.flows.events import event_of
from chalicelib.flows.recovery import FIRST, digests, drawn, given_out, onwards
from chalicelib.flows.repeats import NAMED, done_before
from chalicelib.flows.sessions import follow_up, session_again, session_page
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

PATH, CONFIRM = "/account/two-step", "/account/two-step/confirm"

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("pepper", "seeds", "devices"))


@step.lambda_function(name="account_two_step")
def account_two_step(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Whether it is on, and what can be done about it; where a seed waits for its code, the field for that."""
    caller = request.known
    facts = {"active": caller.two_step_active, "required": caller.two_step_required}
    return Page(facts=facts, template="account_two_step", view=_view(request, _state(request)))


def propose(request: Request) -> Page:
    """A new seed; it dies in ten minutes unless a code of it is entered. Its page, loaded again, shows the same one.

    Asked for otherwise, it is another one: to show the first again would show it to whoever holds a copy of this
    session, and that seed may be in force a moment later (ADR 21).
    """
    caller = request.known
    if caller.two_step_active:
        raise Refusal(Code.CONFLICT, "already_enrolled")
    if same := proposals.asked_before(request):
        return _shown(request, same.seed)
    new = proposals.new_proposal(request)
    sealed, until = proposals.sealed(request, new), proposals.until(request)
    if not request.store.two_steps.propose(caller.account_id, caller.epoch, sealed, until):
        raise Refusal(Code.CONFLICT, "already_enrolled")
    return _shown(request, new.seed)


def move(request: Request) -> Page:
    """A seed for another phone, by password and code together; the one in force stays it until its first code."""
    if request.known.two_step_active and (same := proposals.asked_before(request)):
        return _shown(request, same.seed, session_again(request))
    proof = codes.prove_both(request)
    secret, session = codes.goes_on(request, proof)
    new, until = proposals.new_proposal(request), proposals.until(request)
    told, old = codes.by_recovery_code(proof), request.known.digest
    event = event_of(request, EventKind.REAUTHENTICATED, proof.account.id, details=told)
    acts, pending = request.store.two_steps, (proposals.sealed(request, new), until)
    proved = proof.step, proof.recovery
    act = partial(acts.propose_move, proof.account, proved, pending, old, session, event)
    if not carried_out(request, act):
        raise codes.used_meanwhile(request, proof.account)
    return _shown(request, new.seed, session_page(request, secret, session))


def moved_again(request: Request) -> Page | None:
    """The same seed for the same form, sent twice, while it waits."""
    before = done_before(request)
    if before is None:
        return None
    made, session = before
    follows, same = session_page(request, made.token, session), proposals.of_twin(request, made)
    return _shown(request, same.seed, follows) if same else follows._replace(location=PATH)


def confirm(request: Request) -> Page:
    """Make the seed active by a right code, alone; other sessions end, and ten recovery codes are shown once."""
    caller = request.known
    account, seed, step_number = proposals.proven(request, request.text("code"))
    recovery = drawn(request)
    stage = next_step(
        account._replace(two_step=account.two_step._replace(seed=account.two_step.pending_seed)),
        opened_with=caller.opened_with,
        code_entered=True,
        two_step_required=caller.two_step_required,
    )
    done = "moved" if account.two_step.active else "on" if caller.whole else FIRST
    # Only of a logon that is not whole yet: a whole one may have been stolen since its owner read the mail (ML-09).
    details: Details = {} if caller.whole else {"logon": caller.logon}
    kind = EventKind.TWO_STEP_MOVED if account.two_step.active else EventKind.TWO_STEP_ENROLLED
    event = event_of(request, kind, account.id, details=details)
    epoch = next_epoch(caller.epoch, event.at)
    secret, session = follow_up(
        request, account, stage, epoch=epoch, opened_with=caller.opened_with, code_entered=True, said=done
    )
    acts, stored = request.store.two_steps, digests(recovery)
    sealed = codes.seal_seed(request.portal, account.id, seed)
    enrol = partial(acts.enrol, account, sealed, step_number, stored, caller.digest, session, event)
    if not proposals.carried_out(request, account, enrol):
        raise Refusal(Code.CONFLICT, "changed_meanwhile", hint=Hint.OVERTAKEN)
    return _codes_page(request, secret, session, recovery, done)


def renew(request: Request) -> Page:
    """Ten other recovery codes by password and code together, or by a recovery code; the old ones are dead at once."""
    proof = codes.prove_both(request)
    secret, session = codes.goes_on(request, proof)
    event = event_of(request, EventKind.RECOVERY_CODES_RENEWED, proof.account.id)
    recovery = drawn(request)
    acts, stored = request.store.two_steps, digests(recovery)
    renewal = partial(acts.renew, proof.account, proof.step, stored, request.known.digest, session, event)
    if not carried_out(request, renewal):
        raise codes.used_meanwhile(request, proof.account)
    return _codes_page(request, secret, session, recovery, "")


def again(request: Request) -> Page | None:
    """The same codes for the same form, sent twice: nobody has seen the first answer."""
    given = given_out(request)
    if given is None:
        return None
    if not given.codes:
        return session_page(request, given.secret, given.session)._replace(location=PATH)
    there = request._replace(caller=request.known._replace(next=given.session.next))
    return _codes_page(there, *given, given.session.answered.said if given.session.answered else "")


def _codes_page(
    request: Request, secret: Token, session: Session, recovery: Sequence[str], done: str
) -> Page:
    """The codes, this once, and the session that goes on."""
    page = session_page(request, secret, session, recovery_codes=list(recovery))
    whose = {"portal": request.settings.brand.name, "address": request.known.address}
    view = {
        "recovery_codes": recovery,
        "next_url": onwards(request, session, done),
        "done": "on" if done == FIRST else done or "renewed",
        "label": request.say("Recovery codes of {portal} for {address}", **whose),
        "at": request.now(),
    }
    return page._replace(location=None, template="account_two_step", view=_view(request, "codes") | view)


def show_removal(request: Request) -> Page:
    """The same page with its form, whatever waits: to turn 2-step off, to move again, or to leave it at that."""
    page = show(request)
    return page._replace(view=_view(request, "on")) if request.known.two_step_active else page


def remove(request: Request) -> Page:
    """Turn it off by password and code together; every other session ends (TF-06)."""
    caller = request.known
    if caller.two_step_required:
        raise Refusal(Code.TWO_STEP_REQUIRED, "two_step_is_required_of_this_account")
    proof = codes.prove_both(request)
    event = event_of(request, EventKind.TWO_STEP_REMOVED, caller.account_id)
    secret, session = codes.goes_on(request, proof, turned_off=event)
    act = partial(request.store.two_steps.remove, proof.account, proof.step, caller.digest, session, event)
    if not carried_out(request, act):
        raise codes.used_meanwhile(request, proof.account)
    return session_page(request, secret, session)._replace(location="/account")


def removed_again(request: Request) -> Page | None:
    """The same answer for the same form, sent twice."""
    page = session_again(request)
    return page._replace(location="/account") if page else None


def _state(request: Request) -> str:
    account = request.store.accounts.read(request.known.account_id)
    if proposals.waiting(request, account):
        return "code"
    return "on" if request.known.two_step_active else "off"


def _shown(request: Request, seed: str, follows: Page | None = None) -> Page:
    """The seed, and the session that goes on where another one does."""
    facts, follows = proposals.facts(request, seed), follows or Page()
    view = _view(request, "enrol") | proposals.shown(facts)
    given = {**facts, **(follows.facts or {})}
    return Page(facts=given, template="account_two_step", view=view, cookies=follows.cookies)


def _view(request: Request, state: str) -> dict[str, object]:
    caller = request.known
    return {
        "state": state,
        "required": caller.two_step_required,
        "moving": caller.two_step_active,
        "recovery_codes_left": caller.recovery_codes_left,
        "form": proposals.form_name(request),
    }


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The page again with what was wrong. A mistyped code costs nothing: its seed waits on, and is not shown again."""
    correctable = {Code.INVALID_CODE, Code.INVALID_LOGON, Code.INVALID_REQUEST, Code.CONFLICT}
    if request.caller is None or refusal.code not in correctable:
        return None
    confirming = request.resource == CONFIRM
    state = _state(request) if confirming or not request.known.two_step_active else "on"
    said = (proposals.errors if confirming else confirmation_errors)(request, refusal)
    # Its key is over, or something else has changed: there is no field to mend it in.
    gone = not said or state == "off" or (confirming and state == "on")
    problem = request.say("Something has changed. Please start again.")
    view = {"problem": problem} if gone else {"errors": said}
    return Page(template="account_two_step", view=_view(request, state) | view)


PROOF = MappingProxyType({"password": Field(most=8192), "code": Field(most=100)})
ROUTES = {
    "GET /account/two-step": Route(show),
    "POST /account/two-step": Route(propose, NAMED, show_refused),
    "POST /account/two-step/move": Route(move, {**PROOF, **NAMED}, show_refused, moved_again),
    "POST /account/two-step/confirm": Route(confirm, {"code": Field(most=100)}, show_refused, again),
    "POST /account/two-step/recovery-codes": Route(renew, PROOF, show_refused, again),
    "GET /account/two-step/remove": Route(show_removal),
    "POST /account/two-step/remove": Route(remove, PROOF, show_refused, removed_again),
}
