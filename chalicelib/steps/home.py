"""Home: the portal's bare address leads to what a person came for."""

from typing import Any

from chalice import Blueprint

from chalicelib.web.page import Page
from chalicelib.web.paths import HOME
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
    """To the messages, which ask for a logon where there is none."""
    return Page(status=303, location=HOME)


ROUTES = {"GET /": Route(show)}
