"""Health: tells that a step can be reached. The authorizer before it has read the store, so it tells that too."""

from typing import Any

from chalice import Blueprint

from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)


@step.lambda_function(name="health")
def health(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer for monitoring."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The same two words, always."""
    return Page(facts={"status": "ok"})


ROUTES = {"GET /health": Route(show)}
