"""Console: the audit trail of an account: who did what, from where, before and after. Reading it is itself an event."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import EventKind
from chalicelib.portal import Portal
from chalicelib.web.attempts import event_facts
from chalicelib.web.console import console_view, one_page
from chalicelib.web.form import Form
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.web.typed import typed_address
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="admin_events")
def admin_events(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:
    """The newest events of one account; of an address without an account too, since strangers type those."""
    email = form.query.get("email", "").strip()
    who = account_id(typed_address(email))
    read = happened(
        form, portal, EventKind.TRAIL_READ, form.known.account_id, details={"events_of": email[:254]}
    )
    portal.store.events.record(read)
    listed = [event_facts(event) for event in portal.store.events.of_account(who, 200)]
    shown = one_page(form, "/admin/events", "events", listed)
    view = {"email": email, **shown, **console_view(form, portal)}
    return Page(facts={"events": listed}, template="admin_events", view=view)


ROUTES = {"GET /admin/events": Route(show)}
