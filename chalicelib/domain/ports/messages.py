"""Messages."""

from typing import Protocol

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.domain.tokens import Digest


class MessageActs(Protocol):
    """Messages, to whoever they are for."""

    def send(self, message: Message, event: Event, actor: Actor | None = None) -> None:
        """Store a message with its notice; raises CONFLICT when the actor may no longer."""

    def keep_unsent(self, message: Message, account_id: AccountId, session: Digest) -> bool:
        """Keep what was typed under a session that is or was one, in place of what was kept before; False otherwise."""

    def of_account(self, account_id: AccountId) -> list[Message]:
        """The messages of an account."""

    def page(self, account_id: AccountId, before: str | None, limit: int) -> list[Message]:
        """So many messages of an account, newest first, those that were sent before one of its ids."""

    def lines(
        self, account_id: AccountId, beyond: str | None, limit: int, *, back: bool = False
    ) -> list[Message]:
        """So many of them without bodies, newest first, before one of its ids; `back`: oldest first, after it."""

    def read(self, account_id: AccountId, message_id: str) -> Message | None:
        """One message of this account."""

    def mark_read(self, message: Message, event: Event) -> bool:
        """Note the first reading; False for a message that was recalled meanwhile."""

    def mail_went(self, message: tuple[AccountId, str], fate: str, at: float) -> None:
        """Note on a message that its notice was "delivered" or "bounced"; one that is gone stays gone."""
