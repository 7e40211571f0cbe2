"""Forgot your password: ask for a way back in. The answer is the same for every address, known or not (EN-04).

It may not read an account, nor change one: a stranger's asking must not harm the owner. The mail worker decides.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.networks import throttle_key
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.timing import until_next_tick
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import address_input, field_errors, way_back
from chalicelib.flows.repeats import NAMED, form_name, once_of
from chalicelib.web.cookies import ADDRESS_MOST, read_way_back
from chalicelib.web.page import Page
from chalicelib.web.paths import suffix
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, store=("events",))


@step.lambda_function(name="password_forgot")
def password_forgot(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form, or what was asked for a moment ago."""
    sent = request.query.get("sent") == "1"
    email, _ = read_way_back(request.cookies, secure=request.settings.secure)
    view = {"sent": sent, "email": email, "form_name": form_name(request)}
    view["dormant_days"] = request.settings.dormant_days
    return Page(facts={"fields": ["email"]}, template="password_forgot", view=view)


def submit(request: Request) -> Page:
    """One transaction, whoever it is about: the source's counter and the event. Known is decided elsewhere and later.

    Attack: what the event sets going for a known address, its mail above all, slows down the answer that is still on
    its way, and some hundred answers tell known from unknown. Defence: answers leave on ticks (EN-05).
    """
    began = request.now()
    email = request.text("email")
    who = account_id(address_input(email))
    event = event_of(request, EventKind.RESET_ASKED, who, email=email.strip())
    try:
        source, most = throttle_key(request.source), request.settings.reset_accounts
        request.store.events.ask_reset(source, event, once_of(request, "sent"), most)
    except Refusal as refusal:
        if refusal.hint is not Hint.OVERTAKEN:  # its button was pressed twice: it is on its way already
            raise
    request.portal.sleep(until_next_tick(request.now() - began))
    said = request.say("If there is an account for this address, a mail is on its way.")
    return Page(
        status=202,
        facts={"detail": said},
        location="/password/forgot?sent=1" + suffix(request.query.get("next")).replace("?", "&"),
        cookies=() if request.wants_json else (way_back(request),),  # a program knows what it sent
    )


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again for an address that cannot be one."""
    if refusal.code is not Code.INVALID_REQUEST:
        return None
    view = {
        "sent": False,
        "email": request.text("email")[:ADDRESS_MOST],
        "errors": field_errors(request, refusal),
        "form_name": form_name(request),
    }
    return Page(template="password_forgot", view=view)


ROUTES = {
    "GET /password/forgot": Route(show),
    "POST /password/forgot": Route(submit, {**NAMED, "email": Field(most=2000)}, show_refused),
}
