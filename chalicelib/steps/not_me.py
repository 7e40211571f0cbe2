"""“This was not me”: the link in every notice of a changed password. Its GET changes nothing; its post freezes.

The link in the notice of a second step that was set up also takes that one away, while it is young and unused (TF-12).

Attack: a mail scanner that submits every form it finds would freeze an account whose owner never asked for it. Defence:
a person copies three digits from the page (`flows/digits.py`). A frozen account has no password, no session and no
credential left; whoever reads its mail gets it back.
"""

from typing import TYPE_CHECKING, Any

from chalice import Blueprint

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Purpose, Reset, link_key
from chalicelib.domain.tokens import digest, token_of_link
from chalicelib.flows.digits import check_typed, number_of, typed
from chalicelib.flows.events import event_of
from chalicelib.flows.links import find, unusable
from chalicelib.web.cookies import clear_session
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

if TYPE_CHECKING:
    from chalicelib.domain.details import Details

LABEL = "not me"
step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="not_me")
def not_me(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def ask(request: Request) -> Page:
    """Explain what the button will do; no change, whoever opens it (RS-03)."""
    opened = request.params.get("token", "")
    token = token_of_link(opened) or opened
    link, account = _usable(request, token)
    return Page(facts={"fields": ["token"]}, template="not_me", view=_question(request, token, link, account))


def submit(request: Request) -> Page:
    """Freeze the account: its sessions and credentials are void in one write, and a second step that it undoes."""
    link, account = _usable(request, request.text("token"))
    check_typed(request, LABEL, request.text("token"))
    removed = link.undoes(account, request.now()) and _freeze(request, link, account, "removed")
    kept = None if link.enrolled_at is None else "kept"
    if not removed and not _freeze(request, link, account, kept):
        find(request, Purpose.NOT_ME, request.text("token"))  # raises what it is now: pressed twice, or used
        raise unusable(request, link.account_id, "void")
    return _frozen(request, "removed" if removed else kept)


def again(request: Request) -> Page | None:
    """The same answer for the same button, pressed twice, while the account is as it left it (WB-20)."""
    link, account = _named_by(request, request.text("token"))
    frozen = account is not None and account.status is Status.FROZEN
    if link is None or account is None or not frozen or not typed(request, LABEL, request.text("token")):
        return None
    about = None if link.enrolled_at is None else "kept" if account.two_step.disputed_at else "removed"
    return _frozen(request, about)


def _frozen(request: Request, two_step: str | None) -> Page:
    facts = {"status": "frozen"} | ({"two_step": two_step} if two_step else {})
    cookie = clear_session(secure=request.settings.secure)
    view = {"state": "done", "two_step": two_step or ""}
    return Page(facts=facts, template="not_me", view=view, cookies=(cookie,))


def _freeze(request: Request, link: Reset, account: Account, two_step: str | None) -> bool:
    details: Details = {"by": "not_me_link"}
    if account.kind is not Kind.RECIPIENT:
        details["kind"] = account.kind.value
    if two_step is not None:
        details["two_step"] = two_step
    event = event_of(request, EventKind.ACCOUNT_FROZEN, link.account_id, email=link.address, details=details)
    return request.store.passwords.freeze(link, event, undoes=two_step == "removed")


def _usable(request: Request, token: str) -> tuple[Reset, Account]:
    """A link that would freeze its account now, and the account; raises LINK_UNUSABLE.

    The page asks this too: a question whose button can do nothing any more would keep somebody from the newer notice.
    """
    link = find(request, Purpose.NOT_ME, token)
    account, now = request.store.accounts.read(link.account_id), request.now()
    cause = link.unusable(account, now)
    if account is None or cause:
        raise unusable(request, link.account_id, cause or "no_account")
    if account.status is not Status.ACTIVE and not link.undoes(account, now):
        raise unusable(request, link.account_id, f"account_{account.status}")
    return link, account


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The same question again, when its digits were not typed; for a link that is over, where things stand."""
    token = request.text("token") or request.params.get("token", "")
    if refusal.code is Code.LINK_UNUSABLE:
        return Page(template="not_me", view=_standing(request, token))
    if refusal.code is not Code.INVALID_REQUEST or refusal.facts.get("field") != "number":
        return None
    said = request.say("Type the three digits to freeze your account. Nothing has happened yet.")
    try:
        view = _question(request, token, *_usable(request, token))
    except Refusal:  # digits that no form sends, with a link that is over
        return Page(template="not_me", view=_standing(request, token))
    return Page(template="not_me", view=view | {"errors": {"number": said}})


def _standing(request: Request, token: str) -> dict[str, object]:
    """Whoever holds the link of a frozen account is told that it is frozen; anybody else, what may be wrong with it."""
    _, account = _named_by(request, token)
    if account is None or account.status is not Status.FROZEN:
        return {"state": "void"}
    return {"state": "frozen", "two_step": "kept" if account.two_step.disputed_at else ""}


def _named_by(request: Request, token: str) -> tuple[Reset | None, Account | None]:
    """What a link says, however over it is."""
    parsed = token_of_link(token)
    link = request.store.passwords.by_link(link_key(Purpose.NOT_ME, digest(parsed))) if parsed else None
    return link, request.store.accounts.read(link.account_id) if link else None


def _question(request: Request, token: str, link: Reset, account: Account) -> dict[str, object]:
    two_step = ""
    if link.enrolled_at is not None:
        two_step = "removed" if link.undoes(account, request.now()) else "kept"
    return {"state": "ask", "token": token, "number": number_of(LABEL, token), "two_step": two_step}


ROUTES = {
    "GET /not-me/{token}": Route(ask, {}, show_refused),
    "POST /not-me": Route(
        submit, {"token": Field(most=200), "number": Field(required=False, most=20)}, show_refused, again
    ),
}
