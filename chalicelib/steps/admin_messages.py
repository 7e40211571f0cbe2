"""Console: send a secure message, see what became of it, take one back that nobody has read yet."""

from collections.abc import Sequence
from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.administration import Actor
from chalicelib.domain.delivery import Draft, send_message
from chalicelib.domain.events import EventKind
from chalicelib.domain.messages import Message
from chalicelib.domain.reach import refuse_outside
from chalicelib.domain.refusals import Code, Hint, Refusal, invalid
from chalicelib.domain.sealing import Sealer
from chalicelib.flows import many_recipients, unsent
from chalicelib.flows.console import acted, console_view, correct, shown_in_both_spellings
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import address_input, respelled
from chalicelib.flows.messages import DEFAULT_DAYS, MOST_DAYS, body_text, one_line
from chalicelib.flows.repeats import NAMED
from chalicelib.flows.sent_messages import replies, sent_messages
from chalicelib.web.answer import refusal_page
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

step = Blueprint(__name__)
NEEDS = needs(__name__, page=True, keys=("bodies",))


@step.lambda_function(name="admin_messages")
def admin_messages(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """What this administrator sent, newest first, with its read receipt; never a body."""
    sent = _sent(request)
    facts = {name: sent[name] for name in ("messages", "before")}
    found = unsent.given_back(request)
    view = {**sent, **found.view, **({"typed": found.typed} if found.typed else {})}
    return Page(facts=facts, template="admin_messages", view=view, cookies=found.cookies)


def show_replies(request: Request) -> Page:
    """What was written back to one of them, for its sender alone."""
    found = replies(request)
    facts = {name: found[name] for name in ("replies", "before")}
    return Page(facts=facts, template="admin_replies", view=found | console_view(request))


def submit(request: Request) -> Page:
    """Seal it for its recipient, who is invited if new, and have the notice mailed; of several, for each."""
    lines = many_recipients.recipients(request)
    draft = _draft(request, lines)
    many_recipients.refuse_outside_of(request, lines)
    refuse_outside(request.known, account_id(draft.to))
    again = many_recipients.respelled(lines)
    if again or (not lines and respelled(request, request.text("to"), draft.to)):
        return shown_in_both_spellings(request, "admin_messages", _sent(request), "to", again or draft.to)
    sealer = Sealer(request.portal.keyring("bodies"), request.portal.random)
    sent: list[Message] = []

    def send(to: CanonicalAddress, by: Actor) -> bool:
        now, random = request.now(), request.portal.random
        message = send_message(request.store, sealer, draft._replace(to=to), now=now, random=random, by=by)
        sent.append(message)
        return True

    cookies = unsent.once_sent(request)
    if lines:
        return _results(request, many_recipients.send_to_each(request, lines, send), cookies)
    done = acted(request, lambda by: send(draft.to, by), "message_sent")
    facts = {"id": sent[0].id} if sent else None
    return Page(status=201, facts=facts, location=f"/admin/messages?done={done}", cookies=cookies)


def _draft(request: Request, lines: Sequence[many_recipients.Line]) -> Draft:
    days = request.fields.get("expires_in_days", DEFAULT_DAYS)
    if not 1 <= days <= MOST_DAYS:
        raise invalid("expires_in_days", "expires_in_days")
    named = next((one.address for one in lines if one.address), None)
    return Draft(
        sender=request.known.address,
        to=named or address_input(request.text("to"), "to"),
        subject=one_line(request, "subject"),
        body=body_text(request, "body"),
        lifetime_seconds=days * 86400,
        actor=request.known.address,
        answers_to=request.known.account_id,
        request=request.portal.request_id,
    )


def _results(request: Request, lines: Sequence[many_recipients.Line], cookies: tuple[str, ...]) -> Page:
    """What became of each; and the form again for those who have nothing yet, if there are any."""
    left = [one.typed for one in lines if one.result not in {"sent", "twice"}]
    view = {"results": [{"to": one.address or one.typed, "result": one.result} for one in lines]}
    if left:
        view["typed"] = dict(request.fields) | {"to": "\n".join(left)}  # type: ignore[assignment]
    return Page(status=201, template="admin_messages", view=_sent(request) | view, cookies=cookies)


def recall(request: Request) -> Page:
    """Take it back; one that was read, or is not this sender's, stays as it is."""
    who = account_id(address_input(request.text("to"), "to"))
    refuse_outside(request.known, who)
    found = request.store.messages.read(who, request.params.get("id", "")[:64] or "-")
    if found is None or found.service or found.sender != request.known.address:
        raise Refusal(Code.NOT_FOUND, "no_such_message")
    event = event_of(request, EventKind.MESSAGE_RECALLED, who, details={"message": found.id})
    late = Refusal(Code.CONFLICT, "already_read_or_recalled", hint=Hint.ALREADY_READ)
    recalled = request.store.administration.recall
    done = acted(request, lambda who: recalled(who, found, event), "message_recalled", late)
    return Page(facts={"id": found.id, "state": "recalled"}, location=f"/admin/messages?done={done}")


def _sent(request: Request) -> dict[str, object]:
    return sent_messages(request) | console_view(request)


def show_refused(request: Request, refusal: Refusal) -> Page | None:
    """The form again, as it was filled in."""
    if request.caller is None:
        return None
    if refusal.code is Code.TOO_LARGE:  # of all that is typed there, the message
        refusal = Refusal(Code.INVALID_REQUEST, refusal.cause, hint=Hint.TOO_LONG, facts={"field": "body"})
    return correct(request, refusal, "admin_messages", _sent(request) | {"typed": dict(request.fields)})


def keep(request: Request, refusal: Refusal) -> Page | None:
    """Where the session ended while somebody wrote: the way back, and what was typed, sealed until they are back."""
    return unsent.kept(request, refusal, refusal_page(request, refusal))


ROUTES = {
    "GET /admin/messages": Route(show),
    "POST /admin/messages": Route(
        submit,
        {
            **NAMED,
            "to": Field(most=2000),
            "subject": Field(most=200),
            "body": Field(most=12000),
            "expires_in_days": Field(int, required=False),
        },
        show_refused,
        turned_away=keep,
    ),
    "GET /admin/messages/{id}/replies": Route(show_replies),
    "POST /admin/messages/{id}/recall": Route(recall, {**NAMED, "to": Field(most=2000)}, show_refused),
}
