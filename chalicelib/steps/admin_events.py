"""Console: the audit trail of an account: who did what, from where, before and after. Reading it is itself an event."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import invalid
from chalicelib.domain.trail import opaque, position
from chalicelib.flows.console import console_view
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import address_input
from chalicelib.flows.paging import rows_of, turning
from chalicelib.flows.trail import change_lines, trail_lines
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_events")
def admin_events(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The trail of one account, page by page; of an address without an account too, since strangers type those."""
    email = address_input(request.query.get("email", ""))
    before, changes = position(request.query.get("before", "")), _changes_alone(request)
    read = event_of(request, EventKind.TRAIL_READ, request.known.account_id, details={"events_of": email})
    request.store.events.record(read)
    lines = change_lines if changes else trail_lines
    found = lines(request.store.events, account_id(email), before, rows_of(request))
    further = opaque(found.before)
    asked = {"email": email, "changes": "true" if changes else ""}
    turns = turning(request, "/admin/events", asked, further)
    view = {"email": email, "changes": changes, "events": found.facts, **turns, **console_view(request)}
    return Page(facts={"events": found.facts, "before": further}, template="admin_events", view=view)


def _changes_alone(request: Request) -> bool:
    asked = request.query.get("changes", "")
    if asked not in ("", "true", "false"):
        raise invalid("changes", "changes")
    return asked == "true"


ROUTES = {"GET /admin/events": Route(show)}
