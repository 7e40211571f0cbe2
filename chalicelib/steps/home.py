"""Home: the portal's bare address leads to what a person came for, staff to the console."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Kind
from chalicelib.domain.sessions import Next
from chalicelib.web.page import Page
from chalicelib.web.paths import CONSOLE, HOME
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)


@step.lambda_function(name="home")
def home(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """To the messages, which ask for a logon where there is none; of staff to the console's overview."""
    caller = request.caller
    staff = caller is not None and caller.kind is not Kind.RECIPIENT and caller.next is Next.PORTAL
    return Page(status=303, location=CONSOLE if staff else HOME)


ROUTES = {"GET /": Route(show)}
