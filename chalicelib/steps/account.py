"""Account: what the portal knows of one's own account. The authorizer read it already; this reads nothing more.

But for an administrator: whether there is another, who could help this one back in (AD-12).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Kind
from chalicelib.domain.sessions import recently_reauthenticated
from chalicelib.flows.own_account import account_facts
from chalicelib.presentation.languages import LANGUAGES, marked
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

ASKED = marked("You asked for your account to be erased. An administrator decides, and may ask you first.")

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="account")
def account(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Address, last logon, password age and 2-step state."""
    caller = request.known
    view = {
        "address": caller.address,
        "last_logon_at": caller.previous_logon_at,
        "password_changed_at": caller.password_changed_at,
        "two_step": caller.two_step_active,
        "two_step_required": caller.two_step_required,
        "recovery_codes_left": caller.recovery_codes_left,
        "language": LANGUAGES.get(caller.language, ""),
        "time_zone": caller.zone,
        "alone": caller.kind is Kind.ADMINISTRATOR
        and caller.domains is None
        and request.store.directory.stands_alone(caller.account_id),
        "console_shut": caller.console_shut,
        "notice": request.say(ASKED) if request.query.get("done") == "erasure_asked" else "",
        "fresh": recently_reauthenticated(caller, request.now()),
    }
    return Page(facts=account_facts(caller, request.now()), template="account", view=view)


ROUTES = {"GET /account": Route(show)}
