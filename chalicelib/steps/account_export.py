"""Own data: all that is held about oneself, as a JSON file, part by part until all of it was given.

What its owner wrote back to others is there too, from wherever it lies; what others wrote, as their own export has it.
It opens no message that was not opened before, and tells of the trail what `/account/activity` tells (TR-04). It is an
event: whoever finds it among their activity, and was not it, knows what was taken (TR-06).

And asking for all of it to be erased: that is an event alone, which the console's home shows until an administrator
has decided (ADR 53).
"""

import hashlib
from typing import Any
from urllib.parse import urlencode

from chalice import Blueprint

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import invalid
from chalicelib.domain.replies import REPLIES_HOURLY, answered_by
from chalicelib.domain.resets import Reset
from chalicelib.domain.trail import Lines, opaque, position
from chalicelib.flows.activity import owner_part
from chalicelib.flows.events import event_of
from chalicelib.flows.own_account import account_facts
from chalicelib.flows.own_messages import MESSAGE_ID, body_of, message_facts
from chalicelib.flows.own_sessions import live_sessions, session_facts
from chalicelib.flows.readings import reading
from chalicelib.flows.unsent import all_of_caller
from chalicelib.web.page import Page
from chalicelib.web.request import Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

PATH = "/account/export"
DAY = 86400
# Lambda answers with 6 MB at most. A body is at most 12,000 characters, which escaped twice are 84 KB, a reply's too; a
# line of the trail is half a kilobyte. So many rows are also what DynamoDB reads in one go, 1 MB. Of replies an hour
# has as many at most (`domain/replies.py`), and an hour is not cut.
MESSAGES, REPLIES, EVENTS = 40, REPLIES_HOURLY.most, 250

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("bodies",), store=("events", "messages", "moves", "replies", "sessions"))


@step.lambda_function(name="account_export")
def account_export(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def show(request: Request) -> Page:
    """The first part; or, of the lists that go on, what comes after the part before."""
    caller, now = request.known, request.now()
    events_before, messages_before = (
        request.query.get(name, "") for name in ("events_before", "messages_before")
    )
    first = not (events_before or messages_before)
    where, newest = position(events_before, "events_before"), _message_id(messages_before)
    with reading(request, EventKind.ACCOUNT_EXPORTED, {}):
        stored = request.store.sessions.of_account(caller.account_id)
        addresses = request.store.moves.of_owner(caller.account_id)
        messages = request.store.messages.page(caller.account_id, newest, MESSAGES) if first or newest else []
        unsent = all_of_caller(request) if first else []
        lines, wrote = _lines(request, where) if first or where else (Lines([], None), [])
        replies = request.store.replies.written([_place(one) for one in wrote]) if wrote else []
    further = {
        "messages_before": messages[-1].id if len(messages) == MESSAGES else None,
        "events_before": opaque(lines.before),
    }
    on = urlencode({name: value for name, value in further.items() if value})
    facts = {
        "exported_at": iso(now),
        "account": account_facts(caller, now) | {"language": caller.language, "time_zone": caller.zone},
        "sessions": [session_facts(one, request) for one in live_sessions(request, stored)],
        "former_addresses": list(addresses.formers),
        "address_change": _waiting(request, addresses.pending),
        "messages": [_told(one, request) for one in messages if one.readable(now)],
        "replies": [_reply(one, request) for one in replies if one.readable(now)],
        "unsent": unsent,
        "events": lines.facts,
        **further,
        "next": f"{PATH}?{on}" if on else None,
    }
    return Page(facts=facts, headers={"Content-Disposition": 'attachment; filename="account.json"'})


def ask_erasure(request: Request) -> Page:
    """Once a day, however often it is pressed: its key is made of account and day. Nothing is erased by it."""
    filed_at = request.now() // DAY * DAY
    event = event_of(request, EventKind.ERASURE_ASKED, request.known.account_id, email=request.known.address)
    name = hashlib.sha256(f"{event.account_id} erasure {filed_at}".encode()).hexdigest()[:32]
    request.store.events.record(event._replace(filed_at=filed_at, id=name))
    return Page(status=202, facts={"asked_at": iso(event.at)}, location="/account?done=erasure_asked")


def _lines(request: Request, before: str | None) -> tuple[Lines, list[Event]]:
    return owner_part(request.store.events, request.known.account_id, before, EVENTS, REPLIES, request.say)


def _place(wrote: Event) -> tuple[AccountId, str]:
    """Where a reply lies: with whoever reads it (ADR 50)."""
    return AccountId(wrote.told["reader"] or ""), wrote.told["reply"] or ""


def _waiting(request: Request, pending: Reset | None) -> dict[str, object] | None:
    """The change of the address that waits for its proof, while nothing has voided it."""
    caller, now = request.known, request.now()
    if pending is None or pending.spent_at is not None or pending.epoch != caller.epoch:
        return None
    return {"to": pending.address, "until": iso(pending.valid_until)} if now < pending.valid_until else None


def _told(message: Message, request: Request) -> dict[str, object]:
    """As it is listed, and its body where it was opened before: an export is no reading that its sender hears of."""
    facts = message_facts(message)
    return facts if message.read_at is None else facts | {"body": body_of(message, request.portal)}


def _reply(reply: Message, request: Request) -> dict[str, object]:
    """A reply as whoever wrote it has it; whether it was read is its reader's affair."""
    return {
        "id": reply.id,
        "message": answered_by(reply),
        "to": reply.recipient,
        "sent_at": iso(reply.sent_at),
        "expires_at": iso(reply.expires_at),
        "body": body_of(reply, request.portal),
    }


def _message_id(text: str) -> str | None:
    if text and not MESSAGE_ID.fullmatch(text):
        raise invalid("position", "messages_before")
    return text or None


ROUTES = {"GET /account/export": Route(show), "POST /account/erasure": Route(ask_erasure, {})}
