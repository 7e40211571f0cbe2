"""Console: let mail go again to an address that bounced or complained; the worker lifts SES's own suppression."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.refusals import Refusal
from chalicelib.portal import Portal
from chalicelib.web.console import MAX_REASON, carry_out, correct, reason_of, target
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="admin_delivery")
def admin_delivery(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def submit(form: Form, portal: Portal) -> Page:
    """Lift it, with a reason."""
    account, _ = target(form, portal)
    details = {"reason": reason_of(form)}
    measure = administration.lift_undeliverable(account, portal.clock())
    return carry_out(form, portal, account, measure, "deliverable", details)


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The form again."""
    return correct(form, portal, refusal, "admin_delivery", {"reason": form.text("reason")})


ROUTES = {
    "POST /admin/users/{email}/deliverable": Route(submit, {"reason": Field(most=MAX_REASON)}, show_refused)
}
