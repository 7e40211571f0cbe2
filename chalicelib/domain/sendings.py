"""What a service sent: one request that is made once, and what became of its message."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.keys import Ring, UnknownKey
from chalicelib.domain.limits import Limit
from chalicelib.domain.messages import BOUNCED, Message, sent_drawer
from chalicelib.domain.refusals import Code, Refusal, invalid

CLAIM_SECONDS = 86400
KEPT_SECONDS = 30 * 86400  # after its end, what became of a message can still be asked for
HEADER = "Idempotency-Key"
_KEY = r"[\x21-\x7e]{1,255}"
_NEVER_SENT = frozenset({EventKind.MAIL_FAILED})


class Claim(NamedTuple):
    """The first request that came with an Idempotency-Key: the message it makes, and a digest of what it said.

    `mark` is the row; `key_id` names the key of ours that the digest was made with.
    """

    mark: str
    message_id: str
    said: str
    key_id: str
    at: float


class Sent(NamedTuple):
    """A message of a service; `message` is None once its row is gone, `note` until its mail has one.

    What its recipient or its sender did stands with `about` too, which outlives the message by a month.
    """

    about: Message
    message: Message | None
    note: Event | None

    @property
    def until(self) -> float:
        """When its days are over."""
        return self.about.expires_at - KEPT_SECONDS

    @property
    def read_at(self) -> float | None:
        """When it was read."""
        return self.about.read_at or (self.message and self.message.read_at)

    @property
    def recalled_at(self) -> float | None:
        """When it was taken back."""
        return self.about.recalled_at or (self.message and self.message.recalled_at)


def rate(per_minute: int) -> Limit:
    """How many requests each service may make."""
    return Limit("service", per_minute, 60)


def pointer(service: str, message: Message) -> Message:
    """To whom a message went, by its id alone, for whoever sent it and for nobody else."""
    where = sent_drawer(service)
    return message._replace(
        account_id=where,
        sender=where,
        service="",
        subject="",
        sealed_body="",
        expires_at=message.expires_at + KEPT_SECONDS,
    )


def claim_of(
    ring: Ring, service: str, key: str, said: Mapping[str, object], message_id: str, at: float
) -> Claim:
    """The claim of a request that said this.

    Attack: whoever reads the tables tries bodies until their digest is the one that is kept. Defence: it is made with
    a key that is in no table.
    """
    if not re.fullmatch(_KEY, key):
        raise invalid("idempotency_key", HEADER)
    mark = f"idempotency#{service}#{hashlib.sha256(key.encode('ascii')).hexdigest()}"
    current = ring.current
    return Claim(mark, message_id, _digest(ring, current, mark, said), current, at)


def same_request(ring: Ring, first: Claim, said: Mapping[str, object]) -> None:
    """Raise IDEMPOTENCY_MISMATCH where the first request of this key said something else."""
    try:
        expected = _digest(ring, first.key_id, first.mark, said)
    except UnknownKey:
        expected = ""
    if not hmac.compare_digest(expected, first.said):
        raise Refusal(Code.IDEMPOTENCY_MISMATCH, "another_body")


def _digest(ring: Ring, key_id: str, mark: str, said: Mapping[str, object]) -> str:
    # A subkey: what seals bodies signs nothing.
    subkey = hmac.digest(ring.key(key_id), b"what a service said", "sha256")
    return hmac.digest(subkey, json.dumps([mark, dict(said)], sort_keys=True).encode(), "sha256").hex()


def event_id_of(message_id: str) -> str:
    """The id of the event that tells of a service's message: made from the message's, so that the note is found."""
    return f"{message_id}~service"


def state_of(sent: Sent, now: float) -> tuple[str, float]:
    """What became of a message, and since when: what its recipient did counts before what its mail did."""
    message = sent.message
    mail: tuple[str, float | None] = (message.mail or "", message.mail_at) if message else ("", None)
    if mail[0] == "" and sent.note is not None and sent.note.kind in _NEVER_SENT:
        mail = BOUNCED, sent.note.at
    over = sent.until if now >= sent.until else None
    told = (("recalled", sent.recalled_at), ("read", sent.read_at), ("expired", over), mail)
    return next(
        ((state, at) for state, at in told if at is not None),
        ("waiting", sent.about.sent_at),
    )
