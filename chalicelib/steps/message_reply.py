"""Reply: what a recipient writes back to the administrator who sent a message, sealed for that one (ADR 50).

May not write to anybody else, nor say whether somebody else's message exists.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.domain.replies import reply_to
from chalicelib.domain.sealing import Sealer
from chalicelib.flows import unsent
from chalicelib.flows.events import event_of
from chalicelib.flows.messages import body_text
from chalicelib.flows.own_messages import message_facts, own_message
from chalicelib.flows.repeats import NAMED, form_name, once_of
from chalicelib.web.answer import refusal_page
from chalicelib.web.page import Page
from chalicelib.web.paths import filled
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

LONGEST = 12000

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("bodies",), store=("messages", "replies"))


@step.lambda_function(name="message_reply")
def message_reply(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The form, with what was typed in it when a session ended."""
    view, found = _view(request, _answerable(request)), unsent.given_back(request)
    view |= {**found.view, "typed": (found.typed or {}).get("body", "")}
    return Page(facts={"fields": ["body"]}, template="message_reply", view=view, cookies=found.cookies)


def submit(request: Request) -> Page:
    """Seal it for its reader, and have them told that it waits. A form that is sent twice writes one."""
    about, caller = _answerable(request), request.known
    body = body_text(request, "body")
    sealer = Sealer(request.portal.keyring("bodies"), request.portal.random)
    now, random = request.now(), request.portal.random
    days = request.settings.trail_days
    reply = reply_to(about, caller.address, body, sealer=sealer, now=now, random=random, trail_days=days)
    own = event_of(
        request,
        EventKind.MESSAGE_ANSWERED,
        caller.account_id,
        details={"message": about.id, "reply": reply.row.id, "reader": about.answers_to},
    )
    told = event_of(
        request,
        EventKind.REPLY_RECEIVED,
        AccountId(about.answers_to),
        email=about.sender,
        details={"message": about.id, "from": caller.address},
    )
    try:
        request.store.replies.write(reply._replace(events=(own, told), once=once_of(request, "replied")))
    except Refusal as refusal:
        if refusal.hint is not Hint.OVERTAKEN:
            raise
    return Page(
        status=201,
        facts={"id": reply.row.id},
        location=_path("/messages/{id}", about) + "?done=replied",
        cookies=unsent.once_sent(request),
    )


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    if refusal.code is Code.TOO_LARGE or refusal.hint is Hint.TOO_LONG:
        said = request.say("This is too long. Shorten it, or send it in parts.")
    elif refusal.code is Code.INVALID_REQUEST and refusal.facts.get("field") == "body":
        said = request.say("Enter a message.")
    else:
        return None
    try:
        view = _view(request, _answerable(request))
    except Refusal:  # there is nothing to correct
        return None
    return Page(
        template="message_reply", view=view | {"typed": request.text("body"), "errors": {"body": said}}
    )


def keep(request: Request, refusal: Refusal) -> Page | None:
    """Where the session ended while somebody wrote: the way back, and what was typed, sealed until they are back."""
    return unsent.kept(request, refusal, refusal_page(request, refusal))


def _answerable(request: Request) -> Message:
    """The message the path names, if somebody reads what is written back.

    Of a service's nobody does: the contract gives a service no way to it, and an address it speaks for need not be
    anybody's account.
    """
    found = own_message(request)
    if not found.answers_to:
        raise Refusal(Code.NO_REPLY, "nobody_reads_replies")
    return found


def _view(request: Request, about: Message) -> dict[str, object]:
    return {
        "message": message_facts(about),
        "action": _path("/messages/{id}/reply", about),
        "form_name": form_name(request),
        "typed": "",
    }


def _path(resource: str, about: Message) -> str:
    return filled(resource, {"id": about.id})


ROUTES = {
    "GET /messages/{id}/reply": Route(show),
    "POST /messages/{id}/reply": Route(
        submit, {**NAMED, "body": Field(most=LONGEST)}, show_refused, turned_away=keep
    ),
}
