"""Own activity: logons, refusals and changes, with what to do about one that was not oneself. It changes nothing.

Nothing is recorded of reading it: whoever looks every day would fill their own trail.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.trail import opaque, position
from chalicelib.flows.activity import owner_lines
from chalicelib.flows.paging import rows_of, turning
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="account_activity")
def account_activity(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """One page of it, the newest first, back to the first event of all."""
    before = position(request.query.get("before", ""))
    who, most = request.known.account_id, rows_of(request)
    found = owner_lines(request.store.events, who, before, most, request.say)
    further = opaque(found.before)
    view = {"events": found.facts, **turning(request, "/account/activity", {}, further)}
    return Page(facts={"events": found.facts, "before": further}, template="account_activity", view=view)


ROUTES = {"GET /account/activity": Route(show)}
