"""Console: let mail go again to an address that bounced or complained; the worker lifts SES's own suppression."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.refusals import Refusal
from chalicelib.flows.console import MAX_REASON, carry_out, correct, reason_of
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_delivery")
def admin_delivery(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def submit(request: Request) -> Page:
    """Lift it, with a reason."""
    account, _ = target(request)
    reason, measure = reason_of(request), administration.lift_undeliverable(account, request.now())
    return carry_out(request, account, measure, "deliverable", {"reason": reason})


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again."""
    return correct(request, refusal, "admin_delivery", {"reason": request.text("reason")})


ROUTES = {
    "POST /admin/users/{email}/deliverable": Route(
        submit, {**NAMED, "reason": Field(most=MAX_REASON)}, show_refused
    )
}
