"""The password again (and the code, where there is one) before sensitive writes; good for ten minutes (SE-11).

An open session on a table in a café must not be enough to change who may log on.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Next
from chalicelib.portal import Portal
from chalicelib.web import codes
from chalicelib.web.confirm import confirm_password
from chalicelib.web.form import Field, Form
from chalicelib.web.logged_on import follow_up, logged_on
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="reauthenticate")
def reauthenticate(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:  # noqa: ARG001 - every step takes both
    """The form."""
    fields = ["password", "code"] if form.known.two_step_active else ["password"]
    return Page(facts={"fields": fields}, template="reauthenticate", view=_view(form))


def submit(form: Form, portal: Portal) -> Page:
    """Prove the password, and the code; the session goes on under a new secret."""
    caller = form.known
    confirm_password(form, portal, form.text("password"), EventKind.REAUTHENTICATION_REFUSED)
    secret, session = follow_up(
        form,
        portal,
        Next.PORTAL,
        epoch=caller.epoch,
        opened_with=caller.opened_with,
        code_entered=caller.code_entered,
    )
    event = happened(form, portal, EventKind.REAUTHENTICATED, caller.account_id)
    if caller.two_step_active:
        proof = codes.prove(form, portal, codes.reserve(form, portal), form.text("code"))
        accepted = codes.accept(portal, proof, caller.digest, session, event)
    else:
        accepted = portal.store.sessions.move_on(caller.digest, session, event)
    if not accepted:
        raise Refusal(Code.SESSION_REQUIRED, "changed_meanwhile")
    return logged_on(form, portal, session, secret)


def _view(form: Form) -> dict[str, object]:
    return {"two_step": form.known.two_step_active, "address": form.known.address}


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:  # noqa: ARG001 - as every refusal's page
    """The form again."""
    errors = {
        Code.INVALID_LOGON: {"password": form.say("This is not your password.")},
        Code.INVALID_CODE: {"code": form.say("This code is not valid.")},
        Code.INVALID_REQUEST: {"password": form.say("Enter your password.")},
    }.get(refusal.code)
    if errors is None or form.caller is None:
        return None
    return Page(template="reauthenticate", view=_view(form) | {"errors": errors})


ROUTES = {
    "GET /reauthenticate": Route(show),
    "POST /reauthenticate": Route(
        submit, {"password": Field(most=8192), "code": Field(required=False, most=100)}, show_refused
    ),
}
