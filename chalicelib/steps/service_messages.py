"""Service messages: what a sending system may do with its key. Send, ask what became of it, take it back unread.

Nothing else of the portal is open to a service, and nothing here to a person (ADR 46). May not say whether a message
of another service exists.
"""

from typing import Any

from chalice import Blueprint

from chalicelib.domain.addresses import domain_of
from chalicelib.domain.delivery import Draft, prepared
from chalicelib.domain.events import EventKind, iso
from chalicelib.domain.messages import message_id
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.sealing import Sealer
from chalicelib.domain.sendings import Claim, Sent, claim_of, event_id_of, rate, same_request, state_of
from chalicelib.domain.services import speaks_for
from chalicelib.flows.events import event_of
from chalicelib.flows.inputs import address_input
from chalicelib.flows.messages import DEFAULT_DAYS, MOST_DAYS, body_text, one_line
from chalicelib.flows.own_messages import MESSAGE_ID
from chalicelib.web.page import Page
from chalicelib.web.request import Field, Request
from chalicelib.web.serve import Route, serve
from chalicelib.wiring import needs, portal

YOUNG_SECONDS = 10
PAUSES = (0.1, 0.2, 0.4, 0.8)

step = Blueprint(__name__)
NEEDS = needs(__name__, keys=("bodies",), store=("sendings", "accounts"))


@step.lambda_function(name="service_messages")
def service_messages(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one request."""
    return serve(event, context, portal(), ROUTES)


def submit(request: Request) -> Page:
    """Send one message. The same request again, by its Idempotency-Key, is the same message and the same answer."""
    _within_rate(request)
    draft = _draft(request)
    identity = message_id(request.now(), request.portal.random)
    if request.idempotency_key is not None:
        first = _first(request, request.idempotency_key, identity)
        if first is not None:
            identity = first.message_id
            if _is_done(request, first):
                return _made(identity)
    _send(request, draft, identity)
    return _made(identity)


def show(request: Request) -> Page:
    """What became of a message: another service's is not there, as none is."""
    _within_rate(request)
    return _state(_sent(request), request.now())


def recall(request: Request) -> Page:
    """Take a message back that nobody has read. One that was taken back already is: that is what was asked for."""
    _within_rate(request)
    sent = _sent(request)
    message = sent.message
    # Over is over, whether DynamoDB has taken the row away by then or not.
    if message is not None and sent.recalled_at is None and request.now() < sent.until:
        told = event_of(
            request, EventKind.MESSAGE_RECALLED, message.account_id, details={"message": message.id}
        )
        done = request.store.sendings.recall(request.sending, message, told)
        sent = sent._replace(message=message._replace(recalled_at=told.at)) if done else _sent(request)
    if sent.read_at is not None:
        raise Refusal(Code.ALREADY_READ, "read_before_recall")
    return _state(sent, request.now())


def _within_rate(request: Request) -> None:
    """Attack: a sending system that runs wild mails thousands and floods the trail. Defence: a rate of its own, in
    which refused requests are counted too; another service's requests are not.
    """
    limit = rate(request.settings.service_requests)
    request.store.sendings.reserve(request.sending.id, limit, request.now())


def _draft(request: Request) -> Draft:
    days = request.fields.get("expires_in_days", DEFAULT_DAYS)
    if not 1 <= days <= MOST_DAYS:
        raise invalid("expires_in_days", "expires_in_days")
    sender = address_input(request.text("from"), "from")
    draft = Draft(
        sender=sender,
        to=address_input(request.text("to"), "to"),
        subject=one_line(request, "subject"),
        body=body_text(request, "body"),
        lifetime_seconds=days * 86400,
        actor=request.sending.actor,
        request=request.portal.request_id,
    )
    speaks_for(request.sending, domain_of(sender))
    return draft


def _first(request: Request, key: str, identity: str) -> Claim | None:
    """The claim of the first request that came with this key, which said the same; None where this is the first."""
    ring, said = request.portal.keyring("bodies"), request.fields
    first = request.store.sendings.claim(
        claim_of(ring, request.sending.id, key, said, identity, request.now())
    )
    if first is not None:
        same_request(ring, first, said)
    return first


def _is_done(request: Request, first: Claim) -> bool:
    """Whether the first has stored its message. A moment ago it may be about to: twenty that all did its work at once
    would only be in its way. What it could not finish, the next one does, under the same id.
    """
    young = request.now() - first.at < YOUNG_SECONDS
    for seconds in (0, *PAUSES) if young else (0,):
        request.portal.sleep(seconds)
        if request.store.sendings.was_sent(request.sending.id, first.message_id):
            return True
    return False


def _send(request: Request, draft: Draft, identity: str) -> None:
    """Attack: a key revoked while this runs. Defence: each write asks whether it is still good."""
    sealer = Sealer(request.portal.keyring("bodies"), request.portal.random)
    now, random = request.now(), request.portal.random
    invited, message, event = prepared(sealer, draft, now=now, random=random, identity=identity)
    request.store.accounts.invite(*invited, request.sending)
    message = message._replace(service=request.sending.id)
    request.store.sendings.send(request.sending, message, event._replace(id=event_id_of(identity)))


def _made(identity: str) -> Page:
    return Page(status=201, facts={"id": identity})


def _sent(request: Request) -> Sent:
    asked = request.params.get("id", "")
    found = request.store.sendings.sent(request.sending.id, asked) if MESSAGE_ID.fullmatch(asked) else None
    if found is None:
        raise Refusal(Code.NOT_FOUND, "no_such_message")
    return found


def _state(sent: Sent, now: float) -> Page:
    state, at = state_of(sent, now)
    return Page(facts={"id": sent.about.id, "state": state, "at": iso(at)})


ROUTES = {
    "POST /service/messages": Route(
        submit,
        {
            "from": Field(most=2000),
            "to": Field(most=2000),
            "subject": Field(most=200),
            "body": Field(most=12000),
            "expires_in_days": Field(int, required=False),
        },
        always_json=True,
    ),
    "GET /service/messages/{id}": Route(show, always_json=True),
    "POST /service/messages/{id}/recall": Route(recall, always_json=True),
}
