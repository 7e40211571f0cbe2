"""A new address proves itself: the link of its mail, the page behind it, and the one post that moves the account.

GET and HEAD change nothing, however often and by whom. It opens no session: the account is the same one, and its owner
logs on under the new address with the password and the second step that there were (ADR 55).
"""

from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account, Kind, effective_ranges
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.moves import Standing, moved, why_not
from chalicelib.domain.networks import permitted
from chalicelib.domain.refusals import Code, Hint, Refusal, Unavailable
from chalicelib.domain.repeats import repeatable
from chalicelib.domain.resets import Purpose, Reset, link_key
from chalicelib.domain.tokens import HANDLE_LENGTH, digest, link_handle, parse_token, token_of_link
from chalicelib.flows.codes import open_seed, seal_seed
from chalicelib.flows.digits import check_typed, number_of, typed
from chalicelib.flows.events import event_of
from chalicelib.flows.links import unusable
from chalicelib.web.cookies import (
    address_name,
    clear_address,
    clear_session,
    read_cookie,
    set_address,
)
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

LABEL = "address"
TRIES = 4  # somebody types a wrong password at this very moment, and the row is another than it was read
step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("seeds",), store=("moves",))


@step.lambda_function(name="address_change")
def address_change(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def follow(request: Request) -> Page:
    """The mail's link: out of the URL at once, into a short-lived cookie, before any page could leak it (RS-04)."""
    token, secure = token_of_link(request.params.get("token", "")), request.settings.secure
    cookie = set_address(token, secure=secure) if token else clear_address(secure=secure)
    return Page(status=303, location="/address", cookies=(cookie,))


def show(request: Request) -> Page:
    """What the button will do, while the link is good; it changes nothing, whoever opens it (RS-03)."""
    if request.query.get("done"):
        return Page(facts={"fields": []}, template="address_change", view={"state": "done"})
    token = _token(request)
    link, _ = _usable(request, token)
    return Page(facts={"fields": ["token"]}, template="address_change", view=_question(token, link.address))


def submit(request: Request) -> Page:
    """Move the account, in one transaction; whoever changes its row meanwhile is not undone by it."""
    token = _token(request)
    link, standing = _usable(request, token)
    check_typed(request, LABEL, token)
    for _ in range(TRIES):
        account = standing.account
        if account is None:  # never: `_usable` has seen it
            break
        new, events = _moved(request, account, link)
        if request.store.moves.confirm(link, account, new, events, standing.limit):
            return _done(request)
        link, standing = _usable(request, token)  # raises what it is now: used, void, or the address is taken
    raise Unavailable("account_changes_all_the_time")


def again(request: Request) -> Page:
    """The same answer for the same button, pressed twice: `_usable` has seen that it was used a moment ago."""
    return _done(request)


def _done(request: Request) -> Page:
    secure = request.settings.secure
    gone = (clear_address(secure=secure), clear_session(secure=secure))
    return Page(facts={"next": "log_on"}, location="/address?done=1", cookies=gone)


def _moved(request: Request, account: Account, link: Reset) -> "tuple[Account, list[Any]]":
    """The account as it shall be, its second step sealed for its new id, and the event on both trails."""
    to, seed = CanonicalAddress(link.address), account.two_step.seed
    if seed is not None:
        seed = seal_seed(request.portal, account_id(to), open_seed(request.portal, account, seed))
    facts: Details = {"from": account.address, "to": to}
    left = event_of(request, EventKind.ADDRESS_CHANGED, account.id, email=account.address, details=facts)
    new = moved(account, to, left.at, seed)
    if account.kind is not Kind.RECIPIENT:
        facts = {
            **facts,
            "kind": account.kind.value,
        }  # once: the other administrators hear of it by one of the two
    return new, [left, left._replace(account_id=new.id, email=to, details=facts)]


def _usable(request: Request, token: str) -> tuple[Reset, Standing]:
    """A link that would move its account now, and what stands around it; raises LINK_UNUSABLE, always alike."""
    parsed = parse_token(token)
    link = request.store.passwords.by_link(link_key(Purpose.ADDRESS, digest(parsed))) if parsed else None
    if link is None or link.purpose is not Purpose.ADDRESS:
        raise unusable(request, None, "unknown")
    pressed = request.method == "POST" and not request.wants_json and typed(request, LABEL, token)
    if pressed and repeatable(link.spent_at, request.now()):
        raise Refusal(Code.LINK_UNUSABLE, "link_used", hint=Hint.OVERTAKEN)
    standing = request.store.moves.standing(link)
    cause = why_not(link, standing, request.now())
    if standing.account is not None and not cause:
        inside = permitted(request.source, effective_ranges(standing.account, standing.policy))
        cause = None if inside else "ip_denied"
    if cause:
        raise unusable(request, link.account_id, cause)
    return link, standing


def _token(request: Request) -> str:
    """The link's token: the field if a client sent one, else the cookie that the link left (RS-16).

    Attack: a stranger has the reader's browser open another link beside this page, and the button moves an account of
    theirs. Defence: its post says by which link the page was opened.
    """
    if "token" in request.fields:
        return request.text("token")
    held = read_cookie(request.cookies, address_name(request.settings.secure)) or ""
    parsed, form = parse_token(held), request.text("link")
    if parsed is None:
        raise Refusal(Code.LINK_UNUSABLE, "link_missing", hint=Hint.PAGE_EXPIRED)
    if request.method == "POST" and form != link_handle(digest(parsed)):
        raise Refusal(Code.LINK_UNUSABLE, "link_of_another_form", hint=Hint.ANOTHER_LINK)
    return held


def _question(token: str, address: str) -> dict[str, object]:
    parsed = parse_token(token)
    handle = link_handle(digest(parsed)) if parsed else ""
    return {"state": "ask", "address": address, "number": number_of(LABEL, token), "link": handle}


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The same question again, when its digits were not typed; for a link that is over, that nothing has happened."""
    if refusal.code is Code.LINK_UNUSABLE:
        why = refusal.hint.value if refusal.hint else ""
        return Page(template="address_change", view={"state": "void", "why": why})
    if refusal.code is not Code.INVALID_REQUEST or refusal.facts.get("field") != "number":
        return None
    said = request.say("Type the three digits to confirm the address. Nothing has happened yet.")
    try:
        token = _token(request)
        link, _ = _usable(request, token)
    except Refusal:  # digits that no form sends, with a link that is over
        return Page(template="address_change", view={"state": "void", "why": ""})
    view = _question(token, link.address) | {"errors": {"number": said}}
    return Page(template="address_change", view=view)


ROUTES = {
    "GET /address/{token}": Route(follow),
    "GET /address": Route(show, {}, show_refused),
    "POST /address": Route(
        submit,
        {
            "token": Field(required=False, most=200),
            "number": Field(required=False, most=20),
            "link": Field(required=False, most=HANDLE_LENGTH),
        },
        show_refused,
        again,
    ),
}
