"""Console: disable, enable and unlock a user. Nobody disables themselves, so an administrator always remains."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.refusals import Refusal
from chalicelib.flows.console import actor, carry_out, correct
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="admin_status")
def admin_status(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def disable(request: Request) -> Page:
    """No logon from now on; sessions, links and temporary passwords are void (AD-04)."""
    account, _ = target(request)
    return carry_out(
        request, account, administration.disable(account, actor(request), request.now()), "disabled"
    )


def enable(request: Request) -> Page:
    """Logon again; nothing that was void comes back."""
    account, _ = target(request)
    return carry_out(request, account, administration.enable(account, request.now()), "enabled")


def unlock(request: Request) -> Page:
    """Forget the wrong passwords and codes."""
    account, _ = target(request)
    return carry_out(request, account, administration.unlock(account), "unlocked")


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """Why it was not done."""
    return correct(request, refusal, "admin_status", {"action": request.resource.rpartition("/")[2]})


CONFIRM = {**NAMED, "confirm": Field(bool, required=False)}  # what a person ticks; a client need not
ROUTES = {
    "POST /admin/users/{email}/disable": Route(disable, CONFIRM, show_refused),
    "POST /admin/users/{email}/enable": Route(enable, NAMED, show_refused),
    "POST /admin/users/{email}/unlock": Route(unlock, NAMED, show_refused),
}
