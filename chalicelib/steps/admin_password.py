"""Console: set a user's password, typed or made and mailed, or have it changed at the next logon.

Every session of the user is dead with it, at the next request, by the one write that sets the password.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.accounts import Account
from chalicelib.domain.passwords import all_met, check
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.portal import Portal
from chalicelib.web.console import carry_out, correct, target
from chalicelib.web.form import Field, Form
from chalicelib.web.new_password import as_facts, context_words, unless_breached
from chalicelib.web.page import Page
from chalicelib.web.serve import Route, serve
from chalicelib.web.strength import judged
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="admin_password")
def admin_password(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def submit(form: Form, portal: Portal) -> Page:
    """Set what was typed, or have one made and mailed."""
    account, _ = target(form, portal)
    if "new_password" not in form.fields:
        return carry_out(form, portal, account, administration.issue_password(account), "password_mailed")
    if not portal.settings.admin_may_choose_passwords:
        raise Refusal(Code.NOT_PERMITTED, "administrators_may_not_choose_passwords")  # AD-05, ASVS 6.4.6
    forced = bool(form.fields.get("force_change", True))
    new_hash = portal.hasher.hash(_acceptable(form, portal, account))
    measure = administration.set_password(account, new_hash, portal.clock(), force_change=forced)
    return carry_out(form, portal, account, measure, "password_set", {"force_change": forced})


def force_change(form: Form, portal: Portal) -> Page:
    """Nothing is set; the next logon must choose a new password."""
    account, _ = target(form, portal)
    return carry_out(form, portal, account, administration.force_change(account), "change_forced")


def _acceptable(form: Form, portal: Portal, account: Account) -> str:
    new = form.text("new_password")
    words, least = context_words(portal), portal.settings.password_min_length
    judged = check(new, new, address=account.address, min_length=least, context_words=words)
    given = unless_breached(judged, new, portal)
    if not all_met(given):
        raise Refusal(Code.CRITERIA_NOT_MET, "criteria", facts={"criteria": as_facts(form, portal, given)})
    return new


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The form again, with the criteria that are not met."""
    view = {
        "action": "force_change" if form.resource.endswith("force-change") else "password",
        "may_choose_password": portal.settings.admin_may_choose_passwords,
        "force_change": form.fields.get("force_change", True),
        **judged(form, refusal, form.params["email"]),
    }
    return correct(form, portal, refusal, "admin_password", view)


FIELDS = {"new_password": Field(required=False, most=8192), "force_change": Field(bool, required=False)}
ROUTES = {
    "POST /admin/users/{email}/password": Route(submit, FIELDS, show_refused),
    "POST /admin/users/{email}/force-change": Route(force_change, {}, show_refused),
}
