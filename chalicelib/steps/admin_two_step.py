"""Console: require a user's second step, or reset it for a lost authenticator, with a recorded reason (TF-09)."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.accounts import Kind
from chalicelib.domain.dual_control import Act
from chalicelib.domain.refusals import Refusal
from chalicelib.flows.console import MAX_REASON, carry_out, correct, reason_of
from chalicelib.flows.dual_control import second_opinion
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_two_step")
def admin_two_step(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def require(request: Request) -> Page:
    """Ask for it from the next request on, or no longer."""
    account, _ = target(request)
    required = bool(request.fields["required"])
    measure = administration.require_two_step(account, required=required)
    return carry_out(request, account, measure, "two_step_required" if required else "two_step_not_required")


def reset(request: Request) -> Page:
    """Take seed and recovery codes away; sessions end, and the next logon enrols again."""
    account, _ = target(request)
    reason, measure = reason_of(request), administration.reset_two_step(account, request.now())
    if account.kind is not Kind.ADMINISTRATOR:
        return carry_out(request, account, measure, "two_step_reset", {"reason": reason})
    opinion = second_opinion(request, Act.RESET_TWO_STEP, account, reason)
    return opinion.page or carry_out(
        request, account, measure, "two_step_reset", {"reason": reason}, opinion.first
    )


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again."""
    action = "reset" if request.resource.endswith("reset") else "require"
    view = {"action": action, "required": False, "reason": request.text("reason")}
    return correct(request, refusal, "admin_two_step", view)


CONFIRM = Field(bool, required=False)  # what a person ticks; a client need not
ROUTES = {
    "POST /admin/users/{email}/two-step": Route(require, {**NAMED, "required": Field(bool)}, show_refused),
    "POST /admin/users/{email}/two-step/reset": Route(
        reset, {**NAMED, "reason": Field(most=MAX_REASON), "confirm": CONFIRM}, show_refused
    ),
}
