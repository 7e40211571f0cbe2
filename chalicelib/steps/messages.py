"""Messages: the list, and one message. Only its recipient ever reads one; anybody else's is not there (AD-02)."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.flows.events import event_of
from chalicelib.flows.mailbox import mailbox
from chalicelib.flows.own_messages import body_of, message_facts, own_message
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("bodies",), store=("messages",))


@step.lambda_function(name="messages")
def messages(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """A page of the readable ones."""
    facts, ways = mailbox(request)
    view = {**facts, **ways, "last_logon_at": request.known.previous_logon_at}
    return Page(facts=facts, template="messages", view=view)


def read(request: Request) -> Page:
    """One message; the first reading is noted, but not a HEAD's, which nobody has read."""
    found = own_message(request)
    body = body_of(found, request.portal)
    if body is None:
        raise Refusal(Code.NOT_FOUND, "body_unsealable")
    if found.read_at is None and request.method == "GET":
        event = event_of(
            request, EventKind.MESSAGE_READ, request.known.account_id, details={"message": found.id}
        )
        found = found.read(event.at, request.settings.read_message_days)
        # Recalled between our reading and our note, it would be read although its sender was told that it was not.
        if not request.store.messages.mark_read(found, event):
            raise Refusal(Code.NOT_FOUND, "recalled_meanwhile")
    shown = message_facts(found) | {"body": body}
    view = {
        "message": shown,
        "can_reply": bool(found.answers_to),
        "replied_at": found.answered_at,
        "notice": request.query.get("done", ""),
    }
    return Page(facts=shown, template="message", view=view)


ROUTES = {"GET /messages": Route(show), "GET /messages/{id}": Route(read)}
