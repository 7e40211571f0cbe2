"""Change the password inside a session: after a temporary one, when an administrator asks for it, or by own wish.

Every other session and everything mailed is void with it, in the same write (SE-07, TP-04). In a full session the
current password is asked for; a wrong one counts in this session, not for the account (PW-08, LG-13).
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account, NewPassword, next_epoch
from chalicelib.domain.events import EventKind
from chalicelib.domain.next_step import next_step
from chalicelib.domain.refusals import Code, Hint, Reason, Refusal, invalid
from chalicelib.domain.sessions import Caller, Credential, Next, Session
from chalicelib.domain.tokens import Token
from chalicelib.flows.confirm import carried_out, confirm_password
from chalicelib.flows.events import event_of
from chalicelib.flows.new_password import PASSWORD_FIELDS, hashed, open_criteria, password_errors
from chalicelib.flows.repeats import done_before
from chalicelib.flows.sessions import follow_up, session_page
from chalicelib.flows.strength import judged
from chalicelib.portal import Portal
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("pepper", "devices"))
DONE = "/password/change?done=1"
OWN_WISH = "own_wish"


@step.lambda_function(name="password_change")
def password_change(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form; or, after a change of one's own wish, that it is done."""
    done = request.query.get("done") == "1" and request.known.next is Next.PORTAL
    view = {"done": True} if done else _view(request, open_criteria(request))
    return Page(facts=_facts(request), template="password_change", view=view)


def submit(request: Request) -> Page:
    """Set the password and go on: under a new secret and a new epoch."""
    caller = request.known
    if caller.next is Next.PORTAL:
        account, new_hash = _by_wish(request)
    else:
        account = _still_there(caller, request.portal)
        new_hash = hashed(
            request, caller.address, lambda new: request.portal.hasher.verify(account.password_hash, new)
        )
    stage = next_step(
        _changed(account),
        opened_with=Credential.PASSWORD,
        code_entered=caller.code_entered,
        two_step_required=caller.two_step_required,
    )
    details: Details = {"from": caller.next.value}
    if account.new:
        details |= {"first": True, "next": stage.value, "logon": caller.logon}
    event = event_of(request, EventKind.PASSWORD_CHANGED, account.id, email=account.address, details=details)
    secret, session = follow_up(
        request,
        account,
        stage,
        epoch=next_epoch(caller.epoch, event.at),
        opened_with=Credential.PASSWORD,
        code_entered=caller.code_entered,
        typed=True,
        said=OWN_WISH if caller.next is Next.PORTAL and stage is Next.PORTAL else "",
    )
    new = NewPassword(new_hash, event.at)
    change = partial(request.store.passwords.change, account, caller.digest, session, new, event)
    if not carried_out(request, change):
        raise Refusal(Code.SESSION_REQUIRED, "changed_meanwhile", hint=Hint.OVERTAKEN)
    return _gone_on(request, secret, session)


def again(request: Request) -> Page | None:
    """The same answer for the same form, sent twice."""
    before = done_before(request)
    if before is None:
        return None
    made, session = before
    return _gone_on(request, made.token, session)


def _gone_on(request: Request, secret: Token, session: Session) -> Page:
    """Whoever changed it by own wish is told that it is done; in a logon, the next step tells."""
    page = session_page(request, secret, session)
    own_wish = session.answered is not None and session.answered.said == OWN_WISH
    return page._replace(location=DONE) if own_wish else page


def _by_wish(request: Request) -> tuple[Account, str]:
    """The account, its current password proved, and the new one's hash."""
    current = request.text("current_password")
    if not current:
        raise invalid("missing_field", "current_password")
    account = confirm_password(request, current, EventKind.LOGON_REFUSED).account
    try:
        return account, hashed(request, account.address, lambda new: new == current)
    except Refusal:
        # The current one was right: a new one that needs several tries is no guessing.
        request.store.sessions.confirmed(account.id, request.known.digest)
        raise


def _still_there(caller: Caller, portal: Portal) -> Account:
    account, _ = portal.store.accounts.find(caller.account_id)
    if account is None or account.epoch != caller.epoch:
        raise Refusal(Code.SESSION_REQUIRED, Reason.CHANGED_MEANWHILE, hint=Hint.OVERTAKEN)
    return account


def _changed(account: Account) -> Account:
    return account._replace(must_change_password=False)


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The same form again, with what is still missing."""
    if refusal.code is Code.INVALID_LOGON:
        errors = {"current_password": request.say("This is not your current password.")}
    elif refusal.code in {Code.CRITERIA_NOT_MET, Code.INVALID_REQUEST}:
        errors = password_errors(request, refusal) or _at_the_current_one(request)
    else:
        return None
    view = _view(request, open_criteria(request)) | {"errors": errors}
    return Page(template="password_change", view=view | judged(request, refusal, request.known.address))


def _at_the_current_one(request: Request) -> dict[str, str]:
    if request.text("current_password"):  # what nobody can have as a password
        return {"current_password": request.say("This is not your current password.")}
    return {"current_password": request.say("Please fill in this field.")}


def _facts(request: Request) -> dict[str, object]:
    fields = ["new_password", "confirm_password"]
    return {"fields": [*fields, "current_password"] if request.known.next is Next.PORTAL else fields}


def _view(request: Request, criteria: list[dict[str, object]]) -> dict[str, object]:
    caller = request.known
    full = caller.next is Next.PORTAL
    reason = "" if full else "temporary" if caller.opened_with is Credential.TEMPORARY else "forced"
    return {"criteria": criteria, "needs_current": full, "reason": reason, "address": caller.address}


ROUTES = {
    "GET /password/change": Route(show),
    "POST /password/change": Route(
        submit,
        {**PASSWORD_FIELDS, "current_password": Field(required=False, most=8192)},
        show_refused,
        again,
    ),
}
