"""Console: contain a compromised account, all measures in one transaction, with a reason and a before and after.

Other systems hear of it through the event `account.contained` (`steps/publish_event.py`).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.administration import Containment
from chalicelib.domain.refusals import Refusal
from chalicelib.flows.console import MAX_REASON, actor, carry_out, correct, reason_of
from chalicelib.flows.ranges import RANGES, RESTRICTION, given_ranges, sets_ranges
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_contain")
def admin_contain(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def submit(request: Request) -> Page:
    """Do all of it, or nothing."""
    account, _ = target(request)
    asked = Containment(
        disable=bool(request.fields.get("disable", False)),
        require_two_step=bool(request.fields.get("require_two_step", False)),
        ranges=given_ranges(request) if sets_ranges(request) else None,
        sets_ranges=sets_ranges(request),
    )
    reason, measure = (
        reason_of(request),
        administration.contain(account, actor(request), asked, request.now()),
    )
    measures = administration.done(account, measure.new)
    return carry_out(request, account, measure, "contained", {"reason": reason, "measures": measures})


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    asked = {
        name: request.fields[name]
        for name in ("disable", "require_two_step", "restriction")
        if name in request.fields
    }
    asked |= {"ranges": request.fields.get("ranges") or [], "reason": request.text("reason")}
    return correct(request, refusal, "admin_contain", {"asked": asked})


ROUTES = {
    "POST /admin/users/{email}/contain": Route(
        submit,
        {
            **NAMED,
            "disable": Field(bool, required=False),
            "require_two_step": Field(bool, required=False),
            "ranges": RANGES,
            "restriction": RESTRICTION,
            "reason": Field(most=MAX_REASON),
        },
        show_refused,
    )
}
