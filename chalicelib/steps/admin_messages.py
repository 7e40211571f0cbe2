"""Console: send a secure message, see what became of it, take one back that nobody has read yet."""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import account_id
from chalicelib.domain.delivery import Draft, send_message
from chalicelib.domain.events import EventKind, iso
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sealing import Sealer
from chalicelib.portal import Portal
from chalicelib.web.console import actor, console_view, correct, one_page
from chalicelib.web.form import Field, Form
from chalicelib.web.page import Page
from chalicelib.web.record import happened
from chalicelib.web.serve import Route, serve
from chalicelib.web.typed import typed_address
from chalicelib.wiring import portal

MOST_DAYS = 365
DEFAULT_DAYS = 30

step = Blueprint(__name__)


@step.lambda_function(name="admin_messages")
def admin_messages(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request."""
    return serve(event, portal(), ROUTES)


def show(form: Form, portal: Portal) -> Page:
    """What this administrator sent, newest first, with its read receipt; never a body."""
    now = portal.clock()
    listed = [_facts(one, now) for one in portal.store.directory.sent_by(form.known.address, 100)]
    return Page(facts={"messages": listed}, template="admin_messages", view=_view(form, portal, listed))


def submit(form: Form, portal: Portal) -> Page:
    """Seal it for its recipient, who is invited if new, and have the notice mailed."""
    days = form.fields.get("expires_in_days", DEFAULT_DAYS)
    if not 1 <= days <= MOST_DAYS:
        raise invalid("expires_in_days", "expires_in_days")
    draft = Draft(
        sender=form.known.address,
        to=typed_address(form.text("to"), "to"),
        subject=_one_line(form, "subject"),
        body=_text(form, "body"),
        lifetime_seconds=days * 86400,
        actor=form.known.address,
    )
    sealer = Sealer(portal.keyring, portal.random)
    message = send_message(portal.store.messages, sealer, draft, now=portal.clock(), random=portal.random)
    return Page(status=201, facts={"id": message.id}, location="/admin/messages?done=message_sent")


def recall(form: Form, portal: Portal) -> Page:
    """Take it back; one that was read, or is not this sender's, stays as it is."""
    who = account_id(typed_address(form.text("to"), "to"))
    found = portal.store.messages.read(who, form.params.get("id", "")[:64] or "-")
    if found is None or found.sender != form.known.address:
        raise Refusal(Code.NOT_FOUND, "no_such_message")
    event = happened(form, portal, EventKind.MESSAGE_RECALLED, who, details={"message": found.id})
    if not portal.store.administration.recall(actor(form), found, event):
        raise Refusal(Code.CONFLICT, "already_read_or_recalled")
    return Page(facts={"id": found.id, "state": "recalled"}, location="/admin/messages?done=message_recalled")


def _one_line(form: Form, name: str) -> str:
    text = form.text(name).strip()
    if not text or not text.isprintable():
        raise invalid("one_line_of_text", name)
    return text


def _text(form: Form, name: str) -> str:
    text = form.text(name).replace("\r\n", "\n")
    if not text.strip() or any(not c.isprintable() and c not in "\n\t" for c in text):
        raise invalid("text", name)
    return text


def _facts(message: Message, now: float) -> dict[str, object]:
    state = "read" if message.read_at is not None else "sent"
    if message.recalled_at is not None:
        state = "recalled"
    elif state == "sent" and now >= message.expires_at:
        state = "expired"
    return {
        "id": message.id,
        "to": message.recipient,
        "subject": message.subject,
        "state": state,
        "sent_at": iso(message.sent_at),
        "read_at": None if message.read_at is None else iso(message.read_at),
        "expires_at": iso(message.expires_at),
    }


def _view(form: Form, portal: Portal, listed: list[dict[str, object]]) -> dict[str, object]:
    return {**one_page(form, "/admin/messages", "messages", listed), **console_view(form, portal)}


def show_refused(form: Form, portal: Portal, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    if form.caller is None:
        return None
    now = portal.clock()
    listed = [_facts(one, now) for one in portal.store.directory.sent_by(form.known.address, 100)]
    view = _view(form, portal, listed) | {"typed": dict(form.fields)}
    return correct(form, portal, refusal, "admin_messages", view)


ROUTES = {
    "GET /admin/messages": Route(show),
    "POST /admin/messages": Route(
        submit,
        {
            "to": Field(most=2000),
            "subject": Field(most=200),
            "body": Field(most=12000),
            "expires_in_days": Field(int, required=False),
        },
        show_refused,
    ),
    "POST /admin/messages/{id}/recall": Route(recall, {"to": Field(most=2000)}, show_refused),
}
