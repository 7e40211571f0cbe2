"""What sending systems send."""

from typing import Protocol

from chalicelib.domain.events import Event
from chalicelib.domain.limits import Limit
from chalicelib.domain.messages import Message
from chalicelib.domain.sendings import Claim, Sent
from chalicelib.domain.services import Sender


class SendingActs(Protocol):
    """Acts of services, and of who tells them what became of it."""

    def reserve(self, service: str, limit: Limit, now: float) -> None:
        """Take a place in the service's rate; raises THROTTLED."""

    def claim(self, claim: Claim) -> Claim | None:
        """None for the first request of its key, else what the first has claimed."""

    def send(self, sender: Sender, message: Message, event: Event) -> None:
        """Store a message with its notice, once; raises SESSION_REQUIRED where the key is no longer good."""

    def was_sent(self, service: str, message_id: str) -> bool:
        """Whether a message of this service is stored."""

    def sent(self, service: str, message_id: str) -> Sent | None:
        """A message of this service, and what became of it."""

    def recall(self, sender: Sender, message: Message, event: Event) -> bool:
        """Take a message back that nobody has read; raises SESSION_REQUIRED where the key is no longer good."""
