"""The criteria of a new password: as a list for anybody, with verdicts for somebody who may set one.

It may not say anything of an account to a stranger: verdicts need a session or a live link (contract, section 6).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Purpose
from chalicelib.domain.sessions import Next
from chalicelib.flows.links import find, held, reset_cookie
from chalicelib.flows.new_password import PASSWORD_FIELDS, as_facts, open_criteria, verdicts
from chalicelib.flows.strength import strength
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__)


@step.lambda_function(name="password_criteria")
def password_criteria(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The list."""
    criteria = open_criteria(request)
    return Page(facts={"criteria": [{"id": one["id"], "label": one["label"]} for one in criteria]})


def submit(request: Request) -> Page:
    """The list with what is met, and the hint to whoever asks for it.

    "Different from the current one" is only known when the password is set.
    """
    address = _address(request)
    criteria = as_facts(request, verdicts(request, address))
    if not request.fields.get("strength"):
        return Page(facts={"criteria": criteria})
    return Page(facts={"criteria": criteria, "strength": strength(request, criteria, address)})


def _address(request: Request) -> str:
    caller = request.caller
    if caller is not None and caller.next in {Next.CHANGE_PASSWORD, Next.PORTAL}:
        return caller.address
    if "token" not in request.fields and not reset_cookie(request):
        raise Refusal(Code.SESSION_REQUIRED, "criteria_without_session_or_link")
    return find(request, Purpose.RESET, held(request).token).address


ROUTES = {
    "GET /password/criteria": Route(show),
    "POST /password/criteria": Route(
        submit,
        {
            **PASSWORD_FIELDS,
            "token": Field(required=False, most=200),
            "strength": Field(bool, required=False),
        },
    ),
}
