"""Log off: the session is dead, on the server first and then in the browser (SE-05)."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.portal import Portal
from chalicelib.web.cookies import clear_session
from chalicelib.web.form import Form
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="logoff")
def logoff(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def submit(form: Form, portal: Portal) -> Page:
    """End this session, whole or half-done."""
    caller = form.known
    event = happened(form, portal, EventKind.LOGGED_OFF, caller.account_id)
    portal.store.sessions.end(caller.account_id, [caller.digest], event)
    return Page(
        location="/logon?notice=logged_off",
        cookies=(clear_session(secure=portal.settings.secure),),
        headers={"Clear-Site-Data": '"cache", "storage"'},
    )


ROUTES = {"POST /logoff": Route(submit)}
