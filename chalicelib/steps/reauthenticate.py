"""The password again (and the code, where there is one) before sensitive writes; good for ten minutes (SE-11).

An open session on a table in a café must not be enough to change who may log on.
"""

from functools import partial
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.flows import codes
from chalicelib.flows.confirm import carried_out, confirm_password, confirmation_errors
from chalicelib.flows.events import event_of
from chalicelib.flows.sessions import follow_up, session_again, session_page
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("pepper", "seeds", "devices"))


@step.lambda_function(name="reauthenticate")
def reauthenticate(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form."""
    fields = ["password", "code"] if request.known.two_step_active else ["password"]
    return Page(facts={"fields": fields}, template="reauthenticate", view=_view(request))


def submit(request: Request) -> Page:
    """Prove the password, and the code; the session goes on under a new secret."""
    caller = request.known
    confirmation = confirm_password(request, request.text("password"), EventKind.REAUTHENTICATION_REFUSED)
    secret, session = follow_up(
        request,
        confirmation.account,
        caller.next,
        epoch=caller.epoch,
        opened_with=caller.opened_with,
        code_entered=caller.code_entered,
        typed=True,
    )
    event = event_of(request, EventKind.REAUTHENTICATED, caller.account_id)
    if caller.two_step_active:
        proof = codes.prove_again(request, confirmation, request.text("code"))
        event = event._replace(details=codes.by_recovery_code(proof))
        act = partial(codes.accept, request.portal, proof, caller.digest, session, event)
    else:
        act = partial(request.store.sessions.move_on, caller.digest, session, event)
    if not carried_out(request, act):
        raise Refusal(Code.SESSION_REQUIRED, "changed_meanwhile", hint=Hint.OVERTAKEN)
    return session_page(request, secret, session)


def _view(request: Request) -> dict[str, object]:
    return {"two_step": request.known.two_step_active, "address": request.known.address}


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again."""
    errors = confirmation_errors(request, refusal)
    if not errors or request.caller is None:
        return None
    return Page(template="reauthenticate", view=_view(request) | {"errors": errors})


ROUTES = {
    "GET /reauthenticate": Route(show),
    "POST /reauthenticate": Route(
        submit,
        {"password": Field(most=8192), "code": Field(required=False, most=100)},
        show_refused,
        session_again,
    ),
}
