"""Log off: the session is dead, on the server first and then in the browser (SE-05)."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.flows.events import event_of
from chalicelib.web.cookies import clear_session, clear_unfinished
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)


@step.lambda_function(name="logoff")
def logoff(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def submit(request: Request) -> Page:
    """End this session, whole or half-done."""
    caller = request.known
    event = event_of(request, EventKind.LOGGED_OFF, caller.account_id)
    # Pressed twice, it was ended by the first: that is what was asked for, and one event tells of it.
    request.store.sessions.end(caller.account_id, [caller.digest], event, present=True)
    return Page(
        location="/logon?notice=logged_off",
        # What was typed here does not wait at a shared computer for whoever comes next.
        cookies=(
            clear_session(secure=request.settings.secure),
            clear_unfinished(secure=request.settings.secure),
        ),
        headers={"Clear-Site-Data": '"cache", "storage"'},
    )


ROUTES = {"POST /logoff": Route(submit)}
