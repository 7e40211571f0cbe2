"""Reset by link: the mail's link, the form behind it, and the one post that spends it.

GET and HEAD spend nothing, however often and by whom: scanners open links, and some run scripts. It opens no session:
whoever set the password logs on with it, second step and all (RS-10, RS-11).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.accounts import NewPassword
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Purpose
from chalicelib.domain.tokens import token_of_link
from chalicelib.flows.events import event_of
from chalicelib.flows.links import find, owner, reset_token, unusable
from chalicelib.flows.new_password import PASSWORD_FIELDS, hashed, open_criteria
from chalicelib.flows.strength import judged
from chalicelib.web.cookies import clear_reset, set_reset
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=True, store=("passwords",))


@step.lambda_function(name="password_reset")
def password_reset(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def follow(request: Request) -> Page:
    """The mail's link: out of the URL at once, into a short-lived cookie, before any page could leak it (RS-04)."""
    token = token_of_link(request.params.get("token", ""))
    secure = request.settings.secure
    cookie = set_reset(token, secure=secure) if token else clear_reset(secure=secure)
    return Page(status=303, location="/password/reset", cookies=(cookie,))


def show(request: Request) -> Page:
    """The form while the link is good; what became of it otherwise. One read."""
    if request.query.get("done") == "1":
        return Page(facts={"next": "log_on"}, template="password_reset", view={"done": True})
    find(request, Purpose.RESET, reset_token(request))
    criteria = open_criteria(request)
    facts = {"fields": ["new_password", "confirm_password"], "criteria": _labels(criteria)}
    return Page(facts=facts, template="password_reset", view={"done": False, "criteria": criteria})


def submit(request: Request) -> Page:
    """Spend the link on an acceptable password, in one transaction; a refused password leaves it unspent (RS-12)."""
    link = find(request, Purpose.RESET, reset_token(request))
    account = owner(request, link)
    new_hash = hashed(
        request, account.address, lambda new: request.portal.hasher.verify(account.password_hash, new)
    )
    event = event_of(
        request, EventKind.PASSWORD_RESET, account.id, email=account.address, details={"by": "link"}
    )
    if not request.store.passwords.set_by_link(link, NewPassword(new_hash, event.at), event):
        raise unusable(request, account.id, "used_meanwhile")
    cookie = clear_reset(secure=request.settings.secure)
    return Page(facts={"next": "log_on"}, location="/password/reset?done=1", cookies=(cookie,))


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The same form again, with what is still missing."""
    if refusal.code not in {Code.CRITERIA_NOT_MET, Code.INVALID_REQUEST}:
        return None
    view = {
        "done": False,
        "criteria": open_criteria(request),
        "problem": request.say("The new password was not accepted yet."),
        **judged(request, refusal, ""),  # whose link it is would cost a read; the list has asked that already
    }
    return Page(template="password_reset", view=view)


def _labels(criteria: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{"id": one["id"], "label": one["label"]} for one in criteria]


ROUTES = {
    "GET /password/reset/{token}": Route(follow),
    "GET /password/reset": Route(show),
    "POST /password/reset": Route(
        submit, {**PASSWORD_FIELDS, "token": Field(required=False, most=200)}, show_refused
    ),
}
