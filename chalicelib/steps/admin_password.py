"""Console: set a user's password, typed or made and mailed, or have it changed at the next logon.

Every session of the user is dead with it, at the next request, by the one write that sets the password.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.accounts import Account
from chalicelib.domain.passwords import all_met, check
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.flows.console import carry_out, correct
from chalicelib.flows.dual_control import not_taken_over
from chalicelib.flows.new_password import as_facts, context_words, unless_breached
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.strength import judged
from chalicelib.flows.targets import target
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("pepper",))


@step.lambda_function(name="admin_password")
def admin_password(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def submit(request: Request) -> Page:
    """Set what was typed, or have one made and mailed."""
    account, _ = target(request)
    if "new_password" not in request.fields:
        return carry_out(
            request, account, administration.issue_password(account, request.now()), "password_mailed"
        )
    if not request.settings.admin_may_choose_passwords:
        cause = "administrators_may_not_choose_passwords"  # AD-05, ASVS 6.4.6
        raise Refusal(Code.NOT_PERMITTED, cause, hint=Hint.PASSWORDS_ARE_MADE)
    not_taken_over(request, account, Hint.PASSWORDS_ARE_MADE)
    forced = bool(request.fields.get("force_change", True))
    new_hash = request.portal.hasher.hash(_acceptable(request, account))
    measure = administration.set_password(account, new_hash, request.now(), force_change=forced)
    return carry_out(request, account, measure, "password_set", {"force_change": forced})


def force_change(request: Request) -> Page:
    """Nothing is set; the next logon must choose a new password."""
    account, _ = target(request)
    return carry_out(request, account, administration.force_change(account, request.now()), "change_forced")


def _acceptable(request: Request, account: Account) -> str:
    new = request.text("new_password")
    words, least = context_words(request.portal), request.settings.password_min_length
    judged = check(new, new, address=account.address, min_length=least, context_words=words)
    given = unless_breached(judged, new, request.portal)
    if not all_met(given):
        raise Refusal(Code.CRITERIA_NOT_MET, "criteria", facts={"criteria": as_facts(request, given)})
    return new


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, with the criteria that are not met."""
    view = {
        "action": "force_change" if request.resource.endswith("force-change") else "password",
        "may_choose_password": request.settings.admin_may_choose_passwords,
        "force_change": request.fields.get("force_change", True),
        **judged(request, refusal, request.params["email"]),
    }
    return correct(request, refusal, "admin_password", view)


FIELDS = {
    **NAMED,
    "new_password": Field(required=False, most=8192),
    "force_change": Field(bool, required=False),
}
ROUTES = {
    "POST /admin/users/{email}/password": Route(submit, FIELDS, show_refused),
    "POST /admin/users/{email}/force-change": Route(force_change, NAMED, show_refused),
}
