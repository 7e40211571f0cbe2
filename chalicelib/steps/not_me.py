"""“This was not me”: the link in every notice of a changed password. Its GET changes nothing; its post freezes.

Attack: a mail scanner that runs scripts submits every form it finds, and would freeze an account whose owner never
asked for it. Defence: a person copies three digits from the page, which an untouched form lacks. A program that sends
JSON means it. A frozen account has no password, no session and no credential left; whoever reads its mail gets it back.
"""

import hashlib
from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.resets import Purpose
from chalicelib.domain.tokens import token_of_link
from chalicelib.flows.events import event_of
from chalicelib.flows.links import find, unusable
from chalicelib.web.cookies import clear_session
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True)


@step.lambda_function(name="not_me")
def not_me(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def ask(request: Request) -> Page:
    """Explain what the button will do; one read, no change, whoever opens it (RS-03)."""
    opened = request.params.get("token", "")
    token = token_of_link(opened) or opened
    find(request, Purpose.NOT_ME, token)
    return Page(facts={"fields": ["token"]}, template="not_me", view=_question(token))


def submit(request: Request) -> Page:
    """Freeze the account: its sessions and credentials are void in one write."""
    link = find(request, Purpose.NOT_ME, request.text("token"))
    _check_typed(request)
    event = event_of(
        request,
        EventKind.ACCOUNT_FROZEN,
        link.account_id,
        email=link.address,
        details={"by": "not_me_link"},
    )
    if not request.store.passwords.freeze(link, event):
        raise unusable(request, link.account_id, "void")
    cookie = clear_session(secure=request.settings.secure)
    return Page(facts={"status": "frozen"}, template="not_me", view={"state": "done"}, cookies=(cookie,))


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The same question again, when its digits were not typed."""
    if refusal.code is not Code.INVALID_REQUEST or refusal.facts.get("field") != "number":
        return None
    said = request.say("Type the three digits to freeze your account. Nothing has happened yet.")
    return Page(template="not_me", view=_question(request.text("token")) | {"errors": {"number": said}})


def _question(token: str) -> dict[str, object]:
    return {"state": "ask", "token": token, "number": _number(token)}


def _number(token: str) -> str:
    """Three digits of this link's own: no secret, only something to do that no form does by itself."""
    drawn = int.from_bytes(hashlib.sha256(b"not me:" + token.encode("utf-8")).digest()[:4], "big")
    return str(100 + drawn % 900)


def _check_typed(request: Request) -> None:
    if request.wants_json and "number" not in request.fields:
        return
    digits = "".join(str(int(one)) for one in request.text("number") if one.isdecimal())
    if digits != _number(request.text("token")):
        raise invalid("number_not_typed", "number")


ROUTES = {
    "GET /not-me/{token}": Route(ask),
    "POST /not-me": Route(
        submit, {"token": Field(most=200), "number": Field(required=False, most=20)}, show_refused
    ),
}
