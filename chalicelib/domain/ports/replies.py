"""Replies to messages."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.messages import Message
from chalicelib.domain.replies import Reply


class ReplyActs(Protocol):
    """What recipients write back, for whoever wrote to them."""

    def write(self, reply: Reply) -> None:
        """Store a reply; raises THROTTLED, NO_REPLY, NOT_FOUND, or OVERTAKEN for the repeat of a form."""

    def lines(self, reader: AccountId, first: str, last: str, limit: int) -> list[Message]:
        """So many replies to the messages between two ids, of the newest message first, without what they say."""

    def page(self, reader: AccountId, message_id: str, before: str | None, limit: int) -> list[Message]:
        """So many replies to one message, newest first, before one of their ids."""

    def written(self, places: Sequence[tuple[AccountId, str]]) -> list[Message]:
        """Those of these replies that are there still, each by its reader and its id; a hundred at most."""

    def mark_read(self, replies: Sequence[Message], at: float) -> None:
        """Note that they were read."""
