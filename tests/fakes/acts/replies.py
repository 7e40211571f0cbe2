"""The fake store's acts on replies."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.messages import Message, reply_drawer
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.replies import MANY, REPLIES_HOURLY, Reply
from tests.fakes.tables import Family, act


class Replies(Family):
    """`ports.ReplyActs`."""

    @act
    def write(self, reply: Reply) -> None:
        tables, about, at = self._tables, reply.about, reply.row.sent_at
        tables.demand_first(reply.once)
        stored = tables.messages.get((about.account_id, about.id))
        if stored is None or not stored.readable(at) or stored.answers_to != about.answers_to:
            raise Refusal(Code.NOT_FOUND, "no_such_message")
        reader = tables.accounts.get(AccountId(about.answers_to))
        if reader is None or reader.status is not Status.ACTIVE or reader.kind is not Kind.ADMINISTRATOR:
            raise Refusal(Code.NO_REPLY, "reader_reads_no_more")
        tables.reserve(REPLIES_HOURLY, about.account_id, at)
        tables.messages[about.account_id, about.id] = stored._replace(answered_at=at)
        tables.messages[reply.row.account_id, reply.row.id] = reply.row
        for event in reply.events:
            tables.put_event(event)
        tables.note(reply.once)

    @act
    def lines(self, reader: AccountId, first: str, last: str, limit: int) -> list[Message]:
        found = [one for one in self._of(reader) if first <= one.id <= f"{last}-{MANY}"]
        return [one._replace(sealed_body="", recipient="") for one in found[::-1][:limit]]

    @act
    def page(self, reader: AccountId, message_id: str, before: str | None, limit: int) -> list[Message]:
        found = [one for one in self._of(reader) if one.id.startswith(f"{message_id}-")]
        return [one for one in found[::-1] if before is None or one.id < before][:limit]

    @act
    def written(self, places: Sequence[tuple[AccountId, str]]) -> list[Message]:
        stored = self._tables.messages
        keys = [(reply_drawer(reader), reply) for reader, reply in places]
        return [stored[key] for key in keys if key in stored]

    @act
    def mark_read(self, replies: Sequence[Message], at: float) -> None:
        for one in replies:
            stored = self._tables.messages.get((one.account_id, one.id))
            if stored and stored.read_at is None:
                self._tables.messages[one.account_id, one.id] = stored._replace(read_at=at)

    def _of(self, reader: AccountId) -> list[Message]:
        where = reply_drawer(reader)
        return [one for key, one in sorted(self._tables.messages.items()) if key[0] == where]
