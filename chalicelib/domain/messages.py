"""A secure message: what its recipient comes for."""

from collections.abc import Callable
from typing import NamedTuple

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import SERVICE_TRAIL

UNSENT = "unsent:"
REPLIES = "replies:"
# Under which key lies what is still to be carried over from a former address, by the id that it goes to (ADR 55).
MOVING = AccountId("moving:")
DELIVERED, BOUNCED = "delivered", "bounced"  # what became of the mail that brought its notice
UNSENT_SECONDS = 3600  # to log on again, by a new password if need be


class Message(NamedTuple):
    """One message to one account. `sealed_body` is encrypted for its recipient and id; `recalled_at` takes it back.

    `mail` is what became of the mail that brought its notice: "delivered" or "bounced", since `mail_at`.
    `service` is the id of the sending system that sent it as `sender`; "" where its sender did.
    `answers_to` is the account that reads what its recipient writes back, "" for nobody; `answered_at`: when they did.
    """

    account_id: AccountId
    id: str
    sender: str
    subject: str
    sealed_body: str
    sent_at: float
    expires_at: float
    read_at: float | None = None
    recalled_at: float | None = None
    recipient: str = ""
    mail: str | None = None
    mail_at: float | None = None
    service: str = ""
    answers_to: str = ""
    answered_at: float | None = None

    def readable(self, now: float) -> bool:
        """Expired or recalled is answered like one that never was."""
        return now < self.expires_at and self.recalled_at is None

    def read(self, at: float, days: int) -> "Message":
        """As its first reading leaves it: gone so many days later, where that is before its time; 0 for its time."""
        return self._replace(expires_at=min(self.expires_at, int(at) + days * 86400)) if days else self

    def associated(self) -> bytes:
        """What the body is bound to, so a row moved to another account cannot be opened there."""
        return f"{self.account_id}/{self.id}".encode()


def fate_of(message: Message, now: float) -> str:
    """What became of it, in one word: "read", "recalled", "expired" unread, or "waiting" to be read."""
    if message.recalled_at is not None:
        return "recalled"
    if message.read_at is not None:
        return "read"
    return "waiting" if now < message.expires_at else "expired"


def drawer(account_id: AccountId) -> AccountId:
    """Under which key lies what an account had typed when its session ended: no list of messages reads it (ADR 30)."""
    return AccountId(f"{UNSENT}{account_id}")


def reply_drawer(account_id: AccountId) -> AccountId:
    """Under which key lies what was written back to an account: no list of messages reads it (ADR 50)."""
    return AccountId(f"{REPLIES}{account_id}")


def sent_drawer(service: str) -> AccountId:
    """Under which key lies what a service sent: to whom each of its messages went. No recipient's list reads it."""
    return AccountId(f"{SERVICE_TRAIL}{service}")


def unsent(account_id: AccountId, name: str, now: float) -> Message:
    """What was typed, not sealed yet: to nobody, of no sender whose messages are listed, for an hour."""
    where = drawer(account_id)
    return Message(where, name, where, "", "", now, int(now) + UNSENT_SECONDS)


def message_id(at: float, random: Callable[[int], bytes]) -> str:
    """Time first, so that ids sort as messages were sent; the rest cannot be guessed."""
    return f"{int(at * 1000):011x}-{random(8).hex()}"
