"""Home: the portal's bare address leads to what a person came for, staff to the console."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Kind
from chalicelib.domain.sessions import Next
from chalicelib.web.page import Page
from chalicelib.web.paths import AWAY_FROM_CONSOLE, CONSOLE, HOME
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
    """To the messages, which ask for a logon where there is none; of staff to the console's overview, if it is open."""
    caller = request.caller
    if caller is None or caller.kind is Kind.RECIPIENT or caller.next is not Next.PORTAL:
        return Page(status=303, location=HOME)
    return Page(status=303, location=AWAY_FROM_CONSOLE if caller.console_shut else CONSOLE)


ROUTES = {"GET /": Route(show)}
