"""Reset by link: the mail's link, the form behind it, and the one post that spends it.

GET and HEAD spend nothing, however often and by whom: scanners open links, and some run scripts. It opens no session:
whoever set the password logs on with it, second step and all (RS-10, RS-11).
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.findings import NewPassword
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Purpose
from chalicelib.domain.tokens import token_of_link
from chalicelib.portal import Portal
from chalicelib.web.cookies import clear_reset, set_reset
from chalicelib.web.form import Field, Form
from chalicelib.web.links import find, owner, reset_token, unusable
from chalicelib.web.new_password import PASSWORD_FIELDS, hashed, open_criteria
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.web.strength import judged
from chalicelib.wiring import portal

step = Blueprint(__name__)


@step.lambda_function(name="password_reset")
def password_reset(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def follow(form: Form, portal: Portal) -> Page:
    """The mail's link: out of the URL at once, into a short-lived cookie, before any page could leak it (RS-04)."""
    token = token_of_link(form.params.get("token", ""))
    secure = portal.settings.secure
    cookie = set_reset(token, secure=secure) if token else clear_reset(secure=secure)
    return Page(status=303, location="/password/reset", cookies=(cookie,))


def show(form: Form, portal: Portal) -> Page:
    """The form while the link is good; what became of it otherwise. One read."""
    if form.query.get("done") == "1":
        return Page(facts={"next": "log_on"}, template="password_reset", view={"done": True})
    find(form, portal, Purpose.RESET, reset_token(form, portal))
    criteria = open_criteria(form, portal)
    facts = {"fields": ["new_password", "confirm_password"], "criteria": _labels(criteria)}
    return Page(facts=facts, template="password_reset", view={"done": False, "criteria": criteria})


def submit(form: Form, portal: Portal) -> Page:
    """Spend the link on an acceptable password, in one transaction; a refused password leaves it unspent (RS-12)."""
    link = find(form, portal, Purpose.RESET, reset_token(form, portal))
    account = owner(form, portal, link)
    new_hash = hashed(
        form, portal, account.address, lambda new: portal.hasher.verify(account.password_hash, new)
    )
    event = happened(
        form, portal, EventKind.PASSWORD_RESET, account.id, email=account.address, details={"by": "link"}
    )
    if not portal.store.passwords.set_by_link(link, NewPassword(new_hash, event.at), event):
        raise unusable(form, portal, account.id, "used_meanwhile")
    cookie = clear_reset(secure=portal.settings.secure)
    return Page(facts={"next": "log_on"}, location="/password/reset?done=1", cookies=(cookie,))


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The same form again, with what is still missing."""
    if refusal.code not in {Code.CRITERIA_NOT_MET, Code.INVALID_REQUEST}:
        return None
    view = {
        "done": False,
        "criteria": open_criteria(form, portal),
        "problem": form.say("The new password was not accepted yet."),
        **judged(form, refusal, ""),  # whose link it is would cost a read; the list has asked that already
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
