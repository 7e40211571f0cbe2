"""The second step of a logon: a code of the authenticator app, or a recovery code, each accepted once.

It comes before the change page (TP-05). Wrong codes count for the account, over all sessions and addresses together.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.domain.next_step import next_step
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Caller, Next
from chalicelib.portal import Portal
from chalicelib.web import codes
from chalicelib.web.form import Field, Form
from chalicelib.web.logged_on import follow_up, logged_on
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="logon_code")
def logon_code(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:  # noqa: ARG001 - every step takes both
    """The form."""
    return Page(facts={"fields": ["code"]}, template="logon_code", view={"state": "fresh"})


def submit(form: Form, portal: Portal) -> Page:
    """Accept the code once and go on under a new secret."""
    caller = form.known
    account = codes.reserve(form, portal)
    proof = codes.prove(form, portal, account, form.text("code"))
    stage = _after(account, caller)
    secret, session = follow_up(
        form, portal, stage, epoch=caller.epoch, opened_with=caller.opened_with, code_entered=True
    )
    kind = EventKind.RECOVERY_CODE_USED if proof.recovery else EventKind.LOGON_SUCCEEDED
    details = {"next": stage.value, "second_step": "recovery_code" if proof.recovery else "code"}
    event = happened(form, portal, kind, account.id, email=account.address, details=details)
    if not codes.accept(portal, proof, caller.digest, session, event):
        raise codes.refused(form, portal, account, "code_used_meanwhile")
    return logged_on(form, portal, session, secret)


def _after(account: Account, caller: Caller) -> Next:
    return next_step(
        account, opened_with=caller.opened_with, code_entered=True, two_step_required=caller.two_step_required
    )


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:  # noqa: ARG001 - as every refusal's page
    """The form again."""
    states = {Code.INVALID_CODE: "refused", Code.INVALID_REQUEST: "refused", Code.THROTTLED: "throttled"}
    if refusal.code not in states:
        return None
    return Page(
        template="logon_code", view={"state": states[refusal.code], "retry_after": refusal.retry_after}
    )


ROUTES = {
    "GET /logon/code": Route(show),
    "POST /logon/code": Route(submit, {"code": Field(most=100)}, show_refused),
}
