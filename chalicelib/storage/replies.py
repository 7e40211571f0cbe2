"""The acts on replies: written once, to whoever still reads them; listed and read by them alone."""

from collections.abc import Sequence

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.messages import Message, reply_drawer
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.replies import MANY, REPLIES_HOURLY, Reply
from chalicelib.storage.database import Database
from chalicelib.storage.message_rows import message_of, message_row
from chalicelib.storage.repeats import committed, once_in
from chalicelib.storage.rows import event_row
from chalicelib.storage.tables import AccountRow, MessageRow
from chalicelib.storage.throttles import reserve_in, throttled


class Replies:
    """Acts on what recipients write back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, reply: Reply) -> None:
        """Store it beside the message that it answers, which must be there still, and its reader who reads there.

        Raises THROTTLED, NO_REPLY where nobody would read it, NOT_FOUND where the message is gone by now, and OVERTAKEN
        for the repeat of a form.
        """
        about, at = reply.about, reply.row.sent_at
        transaction, row, reader = self._database.transaction(), MessageRow, AccountRow
        if reply.once is not None:
            once_in(transaction, reply.once)
        reserve_in(transaction, "rate", REPLIES_HOURLY, about.account_id, at)
        reads = (reader.status == Status.ACTIVE.value) & (reader.kind == Kind.ADMINISTRATOR.value)
        transaction.check("reader", reader(about.answers_to), reads)
        there = (row.recalled_at.does_not_exist()) & (row.expires_at > int(at))
        there &= row.answers_to == about.answers_to
        transaction.update("about", row(about.account_id, about.id), [row.answered_at.set(at)], there)
        transaction.put("reply", message_row(reply.row), row.id.does_not_exist())
        for number, event in enumerate(reply.events):
            transaction.add(f"event {number}", event_row(event))
        failed = committed(transaction)
        if "about" in failed:
            raise Refusal(Code.NOT_FOUND, "no_such_message")
        if "reader" in failed:
            raise Refusal(Code.NO_REPLY, "reader_reads_no_more")
        if "rate" in failed:
            raise throttled(REPLIES_HOURLY, at)

    def lines(self, reader: AccountId, first: str, last: str, limit: int) -> list[Message]:
        """So many of those to the messages between two ids, of the newest message first, without what they say."""
        place = MessageRow.id.between(first, f"{last}-{MANY}")
        rows = self._database.query(
            MessageRow,
            reply_drawer(reader),
            index=MessageRow.by_recipient,
            range_key_condition=place,
            scan_index_forward=False,
            limit=limit,
        )
        return [message_of(row) for row in rows]

    def page(self, reader: AccountId, message_id: str, before: str | None, limit: int) -> list[Message]:
        """So many of those to one message, newest first, before one of their ids."""
        first, last = f"{message_id}-", before or f"{message_id}-{MANY}"
        if last < first:
            return []  # DynamoDB refuses a range that ends before it begins
        rows = self._database.query(
            MessageRow,
            reply_drawer(reader),
            range_key_condition=MessageRow.id.between(first, last),
            scan_index_forward=False,
            limit=limit + 1,
        )
        return [message_of(row) for row in rows if row.id != before][:limit]

    def written(self, places: Sequence[tuple[AccountId, str]]) -> list[Message]:
        """Those of these that are there still, in one trip; a hundred at most."""
        rows = self._database.read_together(
            *((MessageRow, reply_drawer(reader), reply) for reader, reply in places)
        )
        return [message_of(row) for row in rows if row]

    def mark_read(self, replies: Sequence[Message], at: float) -> None:
        """Note that they were read; what is gone by then is not read into being."""
        for one in replies:
            row = MessageRow
            self._database.update(
                row(one.account_id, one.id),
                [row.read_at.set(at)],
                row.id.exists() & row.read_at.does_not_exist(),
            )
