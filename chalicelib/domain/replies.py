"""A reply: what the recipient of a message writes back, for the administrator who sent it and for nobody else (ADR 50).

It lies in a drawer of whoever reads it, behind the id of the message that it answers. May not read a clock or a table.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.limits import Limit
from chalicelib.domain.messages import Message, message_id, reply_drawer
from chalicelib.domain.sealing import Sealer

if TYPE_CHECKING:
    from chalicelib.domain.events import Event
    from chalicelib.domain.repeats import Once

# Attack: a recipient, or a thief in their session, floods an administrator's mailbox. Defence: so many of each account.
REPLIES_HOURLY = Limit("reply", 20, 3600)
KEPT_SECONDS = 90 * 86400
MANY = "\uffff"  # behind every id


class Reply(NamedTuple):
    """A reply that is ready to be stored, the message it answers, and its events: the writer's own and the reader's."""

    row: Message
    about: Message
    events: "tuple[Event, ...]" = ()
    once: "Once | None" = None


def reply_to(
    about: Message,
    writer: str,
    body: str,
    *,
    sealer: Sealer,
    now: float,
    random: Callable[[int], bytes],
    trail_days: int = 0,
) -> Reply:
    """Sealed for whoever sent the message; the id of that stands before its own.

    Kept no longer than its event, where events are kept for so many days: by that an erasure finds it (ADR 53).
    """
    kept = min(KEPT_SECONDS, trail_days * 86400) if trail_days else KEPT_SECONDS
    bare = Message(
        reply_drawer(AccountId(about.answers_to)),
        f"{about.id}-{message_id(now, random)}",
        writer,
        "",
        "",
        now,
        int(now) + kept,
        recipient=about.sender,
    )
    return Reply(bare._replace(sealed_body=sealer.seal(body.encode("utf-8"), bare.associated())), about)


def answered_by(reply: Message) -> str:
    """The id of the message that a reply answers: two parts of four."""
    return "-".join(reply.id.split("-")[:2])
