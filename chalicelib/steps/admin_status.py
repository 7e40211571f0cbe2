"""Console: disable, enable and unlock a user. Nobody disables themselves, so an administrator always remains."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.refusals import Refusal
from chalicelib.portal import Portal
from chalicelib.web.console import actor, carry_out, correct, target
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="admin_status")
def admin_status(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def disable(form: Form, portal: Portal) -> Page:
    """No logon from now on; sessions, links and temporary passwords are void (AD-04)."""
    account, _ = target(form, portal)
    return carry_out(form, portal, account, administration.disable(account, actor(form)), "disabled")


def enable(form: Form, portal: Portal) -> Page:
    """Logon again; nothing that was void comes back."""
    account, _ = target(form, portal)
    return carry_out(form, portal, account, administration.enable(account), "enabled")


def unlock(form: Form, portal: Portal) -> Page:
    """Forget the wrong passwords and codes."""
    account, _ = target(form, portal)
    return carry_out(form, portal, account, administration.unlock(account), "unlocked")


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """Why it was not done."""
    return correct(form, portal, refusal, "admin_status", {"action": form.resource.rpartition("/")[2]})


CONFIRM = {"confirm": Field(bool, required=False)}  # what a person ticks; a client need not
ROUTES = {
    "POST /admin/users/{email}/disable": Route(disable, CONFIRM, show_refused),
    "POST /admin/users/{email}/enable": Route(enable, {}, show_refused),
    "POST /admin/users/{email}/unlock": Route(unlock, {}, show_refused),
}
