"""How a secure message reaches its recipient: sealed for them, with an invitation first for whoever is new."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.invitations import invitation
from chalicelib.domain.messages import Message, message_id
from chalicelib.domain.sealing import Sealer

if TYPE_CHECKING:
    from chalicelib.domain.administration import Actor
    from chalicelib.domain.ports import Store


class Draft(NamedTuple):
    """A message as its sender hands it in; `answers_to` is the account that reads what is written back, "" for none."""

    sender: str
    to: CanonicalAddress
    subject: str
    body: str
    lifetime_seconds: int
    actor: str | None = None
    request: str | None = None
    answers_to: str = ""


class Prepared(NamedTuple):
    """A message ready to be stored, with the event that mails its notice; and the invitation of a new recipient."""

    invitation: tuple[Account, Event]
    message: Message
    event: Event


def prepared(
    sealer: Sealer,
    draft: Draft,
    *,
    now: float,
    random: Callable[[int], bytes],
    identity: str | None = None,
) -> Prepared:
    """The message under a fresh id, or under this one, sealed for its recipient."""
    who, identity = account_id(draft.to), identity or message_id(now, random)
    until = now + draft.lifetime_seconds
    bare = Message(who, identity, draft.sender, draft.subject, "", now, until, recipient=draft.to)
    bare = bare._replace(answers_to=draft.answers_to)
    invited = invitation(
        draft.to,
        Kind.RECIPIENT,
        at=now,
        event_id=random(16).hex(),
        actor=draft.actor,
        message=bare,
        request=draft.request,
    )
    message = bare._replace(sealed_body=sealer.seal(draft.body.encode("utf-8"), bare.associated()))
    event = Event(
        who,
        EventKind.MESSAGE_SENT,
        now,
        random(16).hex(),
        email=draft.to,
        actor=draft.actor,
        details={"message": identity, "from": draft.sender, "expires_at": until},
        request=draft.request,
    )
    return Prepared(invited, message, event)


def send_message(
    store: "Store",
    sealer: Sealer,
    draft: Draft,
    *,
    now: float,
    random: Callable[[int], bytes],
    by: "Actor | None" = None,
) -> Message:
    """Store the message for its recipient; a recipient without an account is invited, in a mail of its own.

    `by` must still be an active administrator in the very writes that invite and send (SE-10); else raises CONFLICT.
    """
    invited, message, event = prepared(sealer, draft, now=now, random=random)
    # The form's act is the message: an invitation that went out before a failure is no message sent (WB-20).
    store.accounts.invite(*invited, by and by._replace(once=None))
    store.messages.send(message, event, by)
    return message
