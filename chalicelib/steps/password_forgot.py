"""Forgot your password: ask for a way back in. The answer is the same for every address, known or not (EN-04).

It may not read an account, nor change one: a stranger's asking must not harm the owner. The mail worker decides.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.networks import parse_address, throttle_key
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.portal import Portal
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.web.typed import field_errors, typed_address
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="password_forgot")
def password_forgot(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:  # noqa: ARG001 - every step takes both
    """The form, or what was asked for a moment ago."""
    sent = form.query.get("sent") == "1"
    return Page(facts={"fields": ["email"]}, template="password_forgot", view={"sent": sent})


def submit(form: Form, portal: Portal) -> Page:
    """Two writes, whoever it is about: the source's counter and the event. Known is decided elsewhere and later."""
    email = form.text("email")
    who = account_id(typed_address(email))
    event = happened(form, portal, EventKind.RESET_ASKED, who, email=email.strip())
    portal.store.events.ask_reset(throttle_key(parse_address(form.source)), event)
    said = form.say("If there is an account for this address, a mail is on its way.")
    return Page(status=202, facts={"detail": said}, location="/password/forgot?sent=1")


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:  # noqa: ARG001 - as every refusal's page
    """The form again for an address that cannot be one."""
    if refusal.code is not Code.INVALID_REQUEST:
        return None
    view = {"sent": False, "email": form.text("email")[:254], "errors": field_errors(form, refusal)}
    return Page(template="password_forgot", view=view)


ROUTES = {
    "GET /password/forgot": Route(show),
    "POST /password/forgot": Route(submit, {"email": Field(most=2000)}, show_refused),
}
