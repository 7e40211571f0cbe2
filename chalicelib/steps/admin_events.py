"""Console: the audit trail of an account: who did what, from where, before and after. Reading it is itself an event."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import EventKind
from chalicelib.flows.attempts import event_facts
from chalicelib.flows.console import console_view, one_page
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import address_input
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_events")
def admin_events(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(request: Request) -> Page:
    """The newest events of one account; of an address without an account too, since strangers type those."""
    email = address_input(request.query.get("email", ""))
    who = account_id(email)
    read = event_of(request, EventKind.TRAIL_READ, request.known.account_id, details={"events_of": email})
    request.store.events.record(read)
    listed = [event_facts(event) for event in request.store.events.of_account(who, 200)]
    shown = one_page(request, "/admin/events", "events", listed)
    view = {"email": email, **shown, **console_view(request)}
    return Page(facts={"events": listed}, template="admin_events", view=view)


ROUTES = {"GET /admin/events": Route(show)}
