"""Session: who is there, for another application of the same owner. JSON for everybody; changes and reads nothing.

Another service asks it with the session of its own request, so a session that is over is 401 here and no redirect to a
page that ends in 200.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import iso
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)


@step.lambda_function(name="session")
def session(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """What the authorizer read; `next` says whether the logon is whole."""
    caller = request.known
    return Page(
        facts={
            "account_id": caller.account_id,
            "email": caller.address,
            "kind": caller.kind.value,
            "next": caller.next.value,
            "two_step": caller.two_step_active,
            "started_at": iso(caller.started_at),
            "expires_at": iso(caller.expires_at),
        }
    )


ROUTES = {"GET /session": Route(show, always_json=True)}
