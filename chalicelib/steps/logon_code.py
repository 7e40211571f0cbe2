"""The second step of a logon: a code of the authenticator app, or a recovery code, each accepted once.

It comes before the change page (TP-05). Wrong codes count for the account, over all sessions and addresses together.
"""

from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account
from chalicelib.domain.devices import network_key
from chalicelib.domain.events import EventKind
from chalicelib.domain.networks import throttle_key
from chalicelib.domain.next_step import next_step
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Caller, Next
from chalicelib.domain.two_step import looks_like_recovery_code
from chalicelib.flows import codes
from chalicelib.flows.events import event_of, say
from chalicelib.flows.sessions import follow_up, session_again, session_page
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("seeds", "devices"))


@step.lambda_function(name="logon_code")
def logon_code(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form."""
    return Page(facts={"fields": ["code"]}, template="logon_code", view={"state": "fresh"})


def submit(request: Request) -> Page:
    """Accept the code once and go on under a new secret."""
    caller = request.known
    account = codes.reserve(request)
    proof = codes.prove(request, account, request.text("code"))
    stage = _after(account, caller)
    secret, session = follow_up(
        request, account, stage, epoch=caller.epoch, opened_with=caller.opened_with, code_entered=True
    )
    kind = EventKind.RECOVERY_CODE_USED if proof.recovery else EventKind.LOGON_SUCCEEDED
    event = event_of(
        request,
        kind,
        account.id,
        email=account.address,
        details={
            "next": stage.value,
            "logon": caller.logon,
            "second_step": "recovery_code" if proof.recovery else "code",
        },
    )
    network = _network(request, stage)
    accept = partial(codes.accept, request.portal, proof, caller.digest, session, event, network=network)
    if not codes.carried_out(request, account, accept):
        raise codes.used_meanwhile(request, account)
    say(event)
    return session_page(request, secret, session)


def _network(request: Request, stage: Next) -> str | None:
    """Where a whole logon came from, if the account does not know that yet (LG-14)."""
    if stage is not Next.PORTAL or request.known.known:
        return None
    return network_key(request.known.account_id, throttle_key(request.source))


def _after(account: Account, caller: Caller) -> Next:
    return next_step(
        account, opened_with=caller.opened_with, code_entered=True, two_step_required=caller.two_step_required
    )


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, with what is wrong at the field that was used: the panel of recovery codes is open then."""
    if refusal.code is Code.THROTTLED:
        return Page(template="logon_code", view={"state": "throttled", "retry_after": refusal.retry_after})
    if refusal.code not in {Code.INVALID_CODE, Code.INVALID_REQUEST}:
        return None
    return Page(template="logon_code", view={"state": "refused", "errors": _said(request)})


def _said(request: Request) -> dict[str, str]:
    if looks_like_recovery_code(request.text("code")):
        return {
            "recovery": request.say(
                "That recovery code is not right, or it was used before. Each of the ten works once."
            )
        }
    return {
        "code": request.say(
            "That code is not right, or it was used before. Wait for the next one and enter it."
            " Codes follow the clock of your phone: is it set automatically?"
        )
    }


ROUTES = {
    "GET /logon/code": Route(show),
    "POST /logon/code": Route(submit, {"code": Field(most=100)}, show_refused, session_again),
}
