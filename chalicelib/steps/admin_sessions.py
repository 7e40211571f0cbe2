"""Console: end every session of a user by moving the epoch, half-done logons and outstanding links included."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.refusals import Refusal
from chalicelib.flows.console import carry_out, correct
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_sessions")
def admin_sessions(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def revoke(request: Request) -> Page:
    """One write, true at the next request; no loop that could stop half-way (SE-08)."""
    account, _ = target(request)
    return carry_out(
        request, account, administration.revoke_sessions(account, request.now()), "sessions_revoked"
    )


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """Why it was not done."""
    return correct(request, refusal, "admin_sessions", {})


ROUTES = {"POST /admin/users/{email}/sessions/revoke": Route(revoke, NAMED, show_refused)}
