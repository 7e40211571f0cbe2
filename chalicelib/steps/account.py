"""Account: what the portal knows of one's own account. The authorizer read it already; this reads nothing more.

But for an administrator: whether there is another, who could help this one back in (AD-12).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import Kind
from chalicelib.domain.events import iso
from chalicelib.presentation.languages import LANGUAGES
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="account")
def account(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """Address, last logon, password age and 2-step state."""
    caller = request.known
    changed = caller.password_changed_at
    age = None if changed is None else int(max(0, request.now() - changed) // 86400)
    facts = {
        "address": caller.address,
        "kind": caller.kind.value,
        "last_logon_at": None if caller.previous_logon_at is None else iso(caller.previous_logon_at),
        "password_changed_at": None if changed is None else iso(changed),
        "password_age_days": age,
        "two_step": {
            "active": caller.two_step_active,
            "required": caller.two_step_required,
            "recovery_codes_left": caller.recovery_codes_left,
        },
    }
    view = {
        "address": caller.address,
        "last_logon_at": caller.previous_logon_at,
        "password_changed_at": changed,
        "two_step": caller.two_step_active,
        "two_step_required": caller.two_step_required,
        "recovery_codes_left": caller.recovery_codes_left,
        "language": LANGUAGES.get(caller.language, ""),
        "time_zone": caller.zone,
        "alone": caller.kind is Kind.ADMINISTRATOR
        and request.store.directory.stands_alone(caller.account_id),
    }
    return Page(facts=facts, template="account", view=view)


ROUTES = {"GET /account": Route(show)}
