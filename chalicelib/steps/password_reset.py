"""Reset by link: the mail's link, the form behind it, and the one post that spends it.

GET and HEAD spend nothing, however often and by whom: scanners open links, and some run scripts. It opens no session:
whoever set the password logs on with it, second step and all (RS-10, RS-11).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.accounts import NewPassword
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal, Unavailable
from chalicelib.domain.resets import Purpose, link_key
from chalicelib.domain.tokens import HANDLE_LENGTH, Token, digest, session_token, token_of_link
from chalicelib.flows.events import event_of
from chalicelib.flows.links import (
    DONE,
    Held,
    held,
    link_in_cookie,
    reset_cookie,
    said_done,
    unusable,
    usable,
)
from chalicelib.flows.new_password import PASSWORD_FIELDS, hashed, open_criteria, password_errors
from chalicelib.flows.strength import judged
from chalicelib.web.cookies import clear_reset, read_way_back, set_reset
from chalicelib.web.page import Page
from chalicelib.web.paths import suffix
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

step = Blueprint(__name__)
DONE_FACTS: Mapping[str, object] = {"next": "log_on"}
NEEDS = needs(__name__, page=True, keys=("pepper",), store=("passwords",))


@step.lambda_function(name="password_reset")
def password_reset(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def follow(request: Request) -> Page:
    """The mail's link: out of the URL at once, into a short-lived cookie, before any page could leak it (RS-04)."""
    token = token_of_link(request.params.get("token", ""))
    secure = request.settings.secure
    cookie = (
        set_reset(_with_its_owner(request, token), secure=secure) if token else clear_reset(secure=secure)
    )
    return Page(status=303, location="/password/reset", cookies=(cookie,))


def show(request: Request) -> Page:
    """The form while the link is good; what became of it otherwise. One trip.

    That a password was set is said once, to whoever set it in this browser, not to everybody who opens that address.
    """
    said = request.query.get("done")
    done, cookie = said in {"1", "first"}, reset_cookie(request)
    if done and said_done(request):
        gone = clear_reset(secure=request.settings.secure)
        _, wanted = read_way_back(request.cookies, secure=request.settings.secure)
        view = {"done": True, "first": said == "first", "path_next": suffix(wanted)}
        return Page(facts=DONE_FACTS, template="password_reset", view=view, cookies=(gone,))
    if done and not cookie:  # the same page, loaded again
        return Page(facts=DONE_FACTS, location="/logon")
    link = held(request)
    _, account = usable(request, link)
    criteria = open_criteria(request)
    facts = {"fields": ["new_password", "confirm_password"], "criteria": _labels(criteria)}
    view = _form(link, account.address) | {"criteria": criteria}
    return Page(facts=facts, template="password_reset", view=view)


def submit(request: Request) -> Page:
    """Spend the link on an acceptable password, in one transaction; a refused password leaves it unspent (RS-12)."""
    opened = held(request)
    link, account = usable(request, opened)
    new_hash = hashed(
        request, account.address, lambda new: request.portal.hasher.verify(account.password_hash, new)
    )
    details: Details = {"by": "link"}
    if account.new:
        details["first"] = True
    event = event_of(request, EventKind.PASSWORD_RESET, account.id, email=account.address, details=details)
    if not request.store.passwords.set_by_link(link, NewPassword(new_hash, event.at), event):
        usable(request, opened)  # raises what it is now: used by this very form, sent twice, or by another
        raise unusable(request, account.id, "used_meanwhile")
    return _set(request, first=account.new)


def again(request: Request) -> Page:
    """The same answer for the same form, sent twice: `usable` has seen that its password is set."""
    return _set(request, first=False)


def _set(request: Request, *, first: bool) -> Page:
    """That it is done, and the link along with it: the form may come once more before its page is gone."""
    kept = link_in_cookie(request)
    cookie = set_reset(f"{DONE}.{kept}" if kept else DONE, secure=request.settings.secure)
    location = f"/password/reset?done={'first' if first else '1'}"
    return Page(facts=DONE_FACTS, location=location, cookies=(cookie,))


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The same form again, with what is still missing, if the link is still good for it."""
    if refusal.code not in {Code.CRITERIA_NOT_MET, Code.INVALID_REQUEST}:
        return None
    try:
        link = held(request)
        address = usable(request, link)[1].address
    except Refusal:
        return None
    errors = password_errors(request, refusal)
    view = {
        **_form(link, address),
        "criteria": open_criteria(request),
        "errors": errors,
        "problem": "" if errors else request.say("The new password was not accepted yet."),
        **judged(request, refusal, address),
    }
    return Page(template="password_reset", view=view)


def _with_its_owner(request: Request, token: Token) -> str:
    """The link as the cookie holds it: behind its account, so that the form finds both in one trip."""
    try:
        row = request.store.passwords.by_link(link_key(Purpose.RESET, digest(token)))
    except Unavailable:  # the redirect needs nothing; the form looks again
        return token
    return session_token(row.account_id, token) if row else token


def _form(link: Held, address: str) -> dict[str, object]:
    return {"done": False, "address": address, "link": link.handle}


def _labels(criteria: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{"id": one["id"], "label": one["label"]} for one in criteria]


ROUTES = {
    "GET /password/reset/{token}": Route(follow),
    "GET /password/reset": Route(show),
    "POST /password/reset": Route(
        submit,
        {
            **PASSWORD_FIELDS,
            "token": Field(required=False, most=200),
            "link": Field(required=False, most=HANDLE_LENGTH),
        },
        show_refused,
        again,
    ),
}
