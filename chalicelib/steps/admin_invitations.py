"""Console: an invitation that nobody answered, sent again or withdrawn."""

from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain import membership
from chalicelib.domain.refusals import Refusal
from chalicelib.flows.console import MAX_REASON, carry_out, correct, reason_of, target
from chalicelib.flows.repeats import NAMED
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_invitations")
def admin_invitations(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def invite(request: Request) -> Page:
    """Once more, for whoever never came: a fresh temporary password, and the one before is void."""
    account, _ = target(request)
    told: Details = {"kind": account.kind.value, "again": True, **_why(request)}
    return carry_out(request, account, membership.invite_again(account, request.now()), "invited_again", told)


def withdraw(request: Request) -> Page:
    """Whatever was mailed opens nothing any more."""
    account, _ = target(request)
    return carry_out(
        request, account, membership.withdraw(account, request.now()), "withdrawn", _why(request)
    )


def _why(request: Request) -> "Details":
    """The reason, where one is given: what was never begun needs none."""
    return {"reason": reason_of(request)} if "reason" in request.fields else {}


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """Why it was not done."""
    view = {"action": request.resource.rpartition("/")[2], "reason": request.text("reason")}
    return correct(request, refusal, "admin_invitations", view)


FIELDS = {**NAMED, "reason": Field(required=False, most=MAX_REASON)}
ROUTES = {
    "POST /admin/users/{email}/invite": Route(invite, FIELDS, show_refused),
    "POST /admin/users/{email}/withdraw": Route(withdraw, FIELDS, show_refused),
}
