"""2-step verification of one's own account: propose a seed, confirm it by a code, renew recovery codes, remove it.

A seed is shown once, to the logon that proposed it, and is not active until a code of it was entered there. Both want a
fresh password, and no step of a logon is skipped by it (TF-05, TF-13).
"""

from collections.abc import Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from chalice import Blueprint
from markupsafe import Markup

from chalicelib.domain.accounts import Account, next_epoch
from chalicelib.domain.events import EventKind
from chalicelib.domain.next_step import next_step
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.sessions import Next, Session
from chalicelib.domain.tokens import Token
from chalicelib.domain.two_step import matching_step, new_seed, otpauth_uri
from chalicelib.flows import codes
from chalicelib.flows.confirm import carried_out, confirm_password, confirmation_errors
from chalicelib.flows.events import event_of
from chalicelib.flows.recovery import digests, drawn, given_out
from chalicelib.flows.sessions import follow_up, session_again, session_page
from chalicelib.presentation.qr import qr_svg
from chalicelib.web.page import Page
from chalicelib.web.paths import PAGES, after
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

PENDING_SECONDS = 600

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
    """A new seed, shown this once; it dies in ten minutes unless a code of it is entered.

    Asked for again, it is another one: to show the first again would show it to whoever holds a copy of this session,
    and that seed may be in force a moment later (ADR 21).
    """
    caller = request.known
    seed = new_seed(request.portal.random)
    sealed = codes.seal_pending(request.portal, caller, seed)
    until = request.now() + PENDING_SECONDS
    if not request.store.two_steps.propose(caller.account_id, caller.epoch, sealed, until):
        raise Refusal(Code.CONFLICT, "already_enrolled")
    return _shown(request, seed)


def confirm(request: Request) -> Page:
    """Make the seed active by a right code; every other session ends, and ten recovery codes are shown once."""
    caller = request.known
    account = codes.reserve(request)
    seed = _pending(request, account)
    step_number = matching_step(seed, request.text("code"), request.now())
    if step_number is None:
        raise codes.refused(request, account, "code_wrong")
    recovery = drawn(request)
    stage = next_step(
        account._replace(two_step=account.two_step._replace(seed=account.two_step.pending_seed)),
        opened_with=caller.opened_with,
        code_entered=True,
        two_step_required=caller.two_step_required,
    )
    epoch = next_epoch(caller.epoch, request.now())
    secret, session = follow_up(
        request, account, stage, epoch=epoch, opened_with=caller.opened_with, code_entered=True
    )
    # Only of a logon that is not whole yet: a whole one may have been stolen since its owner read the mail (ML-09).
    details: Details = {} if caller.whole else {"logon": caller.logon}
    event = event_of(request, EventKind.TWO_STEP_ENROLLED, account.id, details=details)
    stored = digests(recovery)
    sealed = codes.seal_seed(request.portal, account.id, seed)
    acts = request.store.two_steps
    enrol = partial(acts.enrol, account, sealed, step_number, stored, caller.digest, session, event)
    if not codes.carried_out(request, account, enrol):
        raise Refusal(Code.CONFLICT, "changed_meanwhile", hint=Hint.OVERTAKEN)
    return _codes_page(request, secret, session, recovery)


def _wanted(request: Request) -> str | None:
    """Where the person wanted to go, unless it was to this very page, which is done."""
    wanted = request.query.get("next")
    return None if wanted == PAGES[Next.ENROL_TWO_STEP] else wanted


def renew(request: Request) -> Page:
    """Ten other recovery codes by password and code together, or by a recovery code; the old ones are dead at once."""
    caller, proof = request.known, _proven(request)
    secret, session = follow_up(
        request,
        proof.account,
        Next.PORTAL,
        epoch=caller.epoch,
        opened_with=caller.opened_with,
        code_entered=caller.code_entered,
        typed=True,
    )
    event = event_of(request, EventKind.RECOVERY_CODES_RENEWED, caller.account_id)
    recovery = drawn(request)
    acts, stored = request.store.two_steps, digests(recovery)
    renewal = partial(acts.renew, proof.account, proof.step, stored, caller.digest, session, event)
    if not carried_out(request, renewal):
        raise codes.used_meanwhile(request, proof.account)
    return _codes_page(request, secret, session, recovery)


def again(request: Request) -> Page | None:
    """The same codes for the same form, sent twice: nobody has seen the first answer."""
    given = given_out(request)
    if given is None:
        return None
    if not given.codes:
        return session_page(request, given.secret, given.session)._replace(location="/account/two-step")
    there = request._replace(caller=request.known._replace(next=given.session.next))
    return _codes_page(there, *given)


def _codes_page(request: Request, secret: Token, session: Session, recovery: Sequence[str]) -> Page:
    """The codes, this once, and the session that goes on."""
    renewed = request.resource.endswith("/recovery-codes")
    next_url = "/account/two-step" if renewed else after(session.next, _wanted(request))
    page = session_page(request, secret, session, recovery_codes=list(recovery))
    view = {"recovery_codes": recovery, "next_url": next_url, "renewed": renewed}
    return page._replace(location=None, template="account_two_step", view=_view(request, "codes") | view)


def show_removal(request: Request) -> Page:
    """The same page; its form for turning 2-step off asks for password and code."""
    return show(request)


def remove(request: Request) -> Page:
    """Turn it off by password and code together; every other session ends (TF-06)."""
    caller = request.known
    if caller.two_step_required:
        raise Refusal(Code.TWO_STEP_REQUIRED, "two_step_is_required_of_this_account")
    proof = _proven(request)
    secret, session = follow_up(
        request,
        proof.account,
        Next.PORTAL,
        epoch=next_epoch(caller.epoch, request.now()),
        opened_with=caller.opened_with,
        code_entered=False,
        typed=True,
    )
    event = event_of(request, EventKind.TWO_STEP_REMOVED, caller.account_id)
    act = partial(request.store.two_steps.remove, proof.account, proof.step, caller.digest, session, event)
    if not carried_out(request, act):
        raise codes.used_meanwhile(request, proof.account)
    return session_page(request, secret, session)._replace(location="/account")


def removed_again(request: Request) -> Page | None:
    """The same answer for the same form, sent twice."""
    page = session_again(request)
    return page._replace(location="/account") if page else None


def _proven(request: Request) -> codes.Proof:
    """Password and code together, of somebody whose 2-step is on; a recovery code is a code."""
    if not request.known.two_step_active:
        raise Refusal(Code.CONFLICT, "not_enrolled")
    confirmation = confirm_password(request, request.text("password"), EventKind.REAUTHENTICATION_REFUSED)
    return codes.prove_again(request, confirmation, request.text("code"))


def _pending(request: Request, account: Account) -> str:
    seed = _waiting(request, account)
    if seed is None:
        raise codes.refused(request, account, "no_pending_seed")
    return seed


def _waiting(request: Request, account: Account) -> str | None:
    """The seed that this logon has proposed and not confirmed yet, while there is time."""
    two_step = account.two_step
    if two_step.active or two_step.pending_seed is None or request.now() >= two_step.pending_until:
        return None
    return codes.open_pending(request.portal, request.known, two_step.pending_seed)


def _state(request: Request) -> str:
    if request.known.two_step_active:
        return "on"
    account = request.store.accounts.read(request.known.account_id)
    return "code" if account and _waiting(request, account) else "off"


def _shown(request: Request, seed: str) -> Page:
    uri = otpauth_uri(seed, request.known.address, request.settings.brand.name)
    svg = qr_svg(uri)
    facts = {"secret": seed, "otpauth_uri": uri, "qr_svg": svg}
    view = _view(request, "enrol") | {"secret": seed, "qr_svg": Markup(svg)}  # noqa: S704 - made by segno from our own text
    return Page(facts=facts, template="account_two_step", view=view)


def _view(request: Request, state: str) -> dict[str, object]:
    caller = request.known
    return {
        "state": state,
        "required": caller.two_step_required,
        "recovery_codes_left": caller.recovery_codes_left,
    }


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The page again with what was wrong. A mistyped code costs nothing: its seed waits on, and is not shown again."""
    correctable = {Code.INVALID_CODE, Code.INVALID_LOGON, Code.INVALID_REQUEST, Code.CONFLICT}
    if request.caller is None or refusal.code not in correctable:
        return None
    state, said = _state(request), confirmation_errors(request, refusal)
    if state == "off" or not said:  # its key is over, or else has changed: there is no field to mend it in
        view: dict[str, object] = {"problem": request.say("Something has changed. Please start again.")}
    else:
        view = {"errors": said}
    return Page(template="account_two_step", view=_view(request, state) | view)


PROOF = MappingProxyType({"password": Field(most=8192), "code": Field(most=100)})
ROUTES = {
    "GET /account/two-step": Route(show),
    "POST /account/two-step": Route(propose, {}, show_refused),
    "POST /account/two-step/confirm": Route(confirm, {"code": Field(most=100)}, show_refused, again),
    "POST /account/two-step/recovery-codes": Route(renew, PROOF, show_refused, again),
    "GET /account/two-step/remove": Route(show_removal),
    "POST /account/two-step/remove": Route(remove, PROOF, show_refused, removed_again),
}
