"""Console: contain a compromised account, all measures in one transaction, with a reason and a before and after.

Other systems hear of it through the event `account.contained` (`steps/publish_event.py`).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain import administration
from chalicelib.domain.administration import Containment
from chalicelib.domain.refusals import Refusal
from chalicelib.portal import Portal
from chalicelib.web.console import MAX_REASON, actor, carry_out, correct, reason_of, target
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.ranges import RANGES, RESTRICTION, given_ranges, sets_ranges
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="admin_contain")
def admin_contain(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def submit(form: Form, portal: Portal) -> Page:
    """Do all of it, or nothing."""
    account, _ = target(form, portal)
    asked = Containment(
        disable=bool(form.fields.get("disable", False)),
        require_two_step=bool(form.fields.get("require_two_step", False)),
        ranges=given_ranges(form) if sets_ranges(form) else None,
        sets_ranges=sets_ranges(form),
    )
    details: dict[str, object] = {"reason": reason_of(form)}
    measure = administration.contain(account, actor(form), asked)
    details["measures"] = administration.done(account, measure.new)
    return carry_out(form, portal, account, measure, "contained", details)


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    asked = {
        name: form.fields[name]
        for name in ("disable", "require_two_step", "restriction")
        if name in form.fields
    }
    asked |= {"ranges": form.fields.get("ranges") or [], "reason": form.text("reason")}
    return correct(form, portal, refusal, "admin_contain", {"asked": asked})


ROUTES = {
    "POST /admin/users/{email}/contain": Route(
        submit,
        {
            "disable": Field(bool, required=False),
            "require_two_step": Field(bool, required=False),
            "ranges": RANGES,
            "restriction": RESTRICTION,
            "reason": Field(most=MAX_REASON),
        },
        show_refused,
    )
}
