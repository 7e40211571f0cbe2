"""The acts on messages: sent, listed and read."""

from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.messages import DELIVERED, MOVING, Message, sent_drawer
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.tokens import Digest
from chalicelib.storage.database import Database
from chalicelib.storage.message_rows import message_of, message_row
from chalicelib.storage.rows import event_row
from chalicelib.storage.tables import MessageRow, SessionRow

if TYPE_CHECKING:
    from chalicelib.domain.administration import Actor


class Messages:
    """Acts on the messages table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def send(self, message: Message, event: Event, actor: "Actor | None" = None) -> None:
        """Store a message with the event that mails its notice. An `actor` must still be an administrator (SE-10)."""
        from chalicelib.storage.accounts import (  # noqa: PLC0415 - for who sends, as few do
            check_actor_in,
            check_recipient_in,
            unreachable,
        )
        from chalicelib.storage.repeats import committed  # noqa: PLC0415 - as above

        transaction = self._database.transaction()
        if actor is not None:
            check_actor_in(transaction, actor)
        if actor is None or actor.account_id != message.account_id:  # of one row a transaction asks once
            check_recipient_in(transaction, message.account_id)
        transaction.put("message", message_row(message), MessageRow.id.does_not_exist())
        transaction.add("event", event_row(event))
        failed = committed(transaction)
        if "actor" in failed:
            raise Refusal(Code.CONFLICT, "changed_meanwhile")
        if "recipient" in failed:
            raise unreachable(self._database, message.account_id)

    def keep_unsent(self, message: Message, account_id: AccountId, session: Digest) -> bool:
        """Keep what was typed, where the session it was sent under is still in its table, dead or alive.

        Attack: a stranger fills the table under an administrator's name. Defence: only who holds a session's secret.
        """
        transaction = self._database.transaction()
        transaction.check("session", SessionRow(account_id, session), SessionRow.digest.exists())
        transaction.put("unsent", message_row(message))
        return not transaction.commit()

    def of_account(self, account_id: AccountId) -> list[Message]:
        """Every stored message of an account, newest first; ids sort by time."""
        return self.page(account_id, None, None)

    def page(self, account_id: AccountId, before: str | None, limit: int | None) -> list[Message]:
        """So many of them, those that were sent before one of its ids; of a list that is being carried over from a
        former address all the same, with a second and a third query (ADR 55).
        """
        with self._database.all_beside(lambda: self._rows(account_id, before, limit)) as (reading,):
            former = self._former(account_id)
        if former is None:
            return [message_of(row) for row in reading.result()]
        # In this order: what is carried over in between is found twice, and not never.
        found = [*self._rows(former, before, limit), *self._rows(account_id, before, limit)]
        rows = {row.id: row for row in found}
        return [message_of(rows[id_]) for id_ in sorted(rows, reverse=True)[:limit]]

    def _rows(self, key: str, before: str | None, limit: int | None) -> list[MessageRow]:
        condition = None if before is None else MessageRow.id < before
        return self._database.query(
            MessageRow, key, scan_index_forward=False, limit=limit, range_key_condition=condition
        )

    def _former(self, account_id: AccountId) -> AccountId | None:
        """The id under which messages of this account still lie, until `move_accounts` has carried all of them over."""
        row = self._database.read(MessageRow, MOVING, account_id)
        return AccountId(row.recipient) if row and row.recipient else None

    def lines(
        self, account_id: AccountId, beyond: str | None, limit: int, *, back: bool = False
    ) -> list[Message]:
        """So many of them without bodies, newest first, before one of its ids; or `back`, oldest first, after it."""
        asked = partial(self._lines, beyond=beyond, limit=limit, back=back)
        with self._database.all_beside(lambda: asked(account_id)) as (reading,):
            former = self._former(account_id)
        if former is None:
            return [message_of(row) for row in reading.result()]
        rows = {row.id: row for row in (*asked(former), *asked(account_id))}
        return [message_of(rows[id_]) for id_ in sorted(rows, reverse=not back)[:limit]]

    def _lines(self, key: str, *, beyond: str | None, limit: int, back: bool) -> list[MessageRow]:
        condition = None
        if beyond is not None:
            condition = MessageRow.id > beyond if back else MessageRow.id < beyond
        return self._database.query(
            MessageRow,
            key,
            index=MessageRow.by_recipient,
            range_key_condition=condition,
            scan_index_forward=back,
            limit=limit,
        )

    def read(self, account_id: AccountId, message_id: str) -> Message | None:
        """One message of this account; somebody else's is not found, since the account is half of the key (AD-02)."""
        with self._database.all_beside(lambda: self._database.read(MessageRow, account_id, message_id)) as (
            reading,
        ):
            former = self._former(account_id)
        row = reading.result()
        if row is None and former is not None:
            row = self._database.read(MessageRow, former, message_id) or self._database.read(
                MessageRow, account_id, message_id
            )
        return message_of(row) if row else None

    def mark_read(self, message: Message, event: Event) -> bool:
        """Note the first reading; a second one changes nothing. False for one that was recalled meanwhile."""
        failed = self._note_reading(message, event, told=bool(message.service))
        if failed.keys() == {
            "sent"
        }:  # what its sender finds it by is gone: nobody reads it the less for that
            failed = self._note_reading(message, event, told=False)
        return "message" not in failed or MessageRow.read_at.attr_name in (failed["message"] or {})

    def _note_reading(
        self, message: Message, event: Event, *, told: bool
    ) -> dict[str, dict[str, Any] | None]:
        """On the message, and where it is `told` to its service for as long as that may ask."""
        transaction, row = self._database.transaction(), MessageRow
        transaction.update(
            "message",
            row(message.account_id, message.id),
            [row.read_at.set(event.at), row.expires_at.set(int(message.expires_at))],
            row.id.exists() & row.read_at.does_not_exist() & row.recalled_at.does_not_exist(),
            shown=True,
        )
        if told:
            where = row(sent_drawer(message.service), message.id)
            transaction.update("sent", where, [row.read_at.set(event.at)], row.id.exists())
        transaction.add("event", event_row(event))
        return transaction.commit()

    def mail_went(self, message: tuple[AccountId, str], fate: str, at: float) -> None:
        """Note what SES tells of its notice; what bounced once has bounced, whatever comes before or after."""
        row = MessageRow
        there = row.id.exists()
        if fate == DELIVERED:
            there &= row.mail.does_not_exist()
        told = [row.mail.set(fate), row.mail_at.set(at)]
        if not self._database.update(row(*message), told, there):
            from chalicelib.storage.accounts import lives_now_at  # noqa: PLC0415 - where it has gone elsewhere

            who, message_id = message
            if (now := lives_now_at(self._database, who)) != who:
                self._database.update(row(now, message_id), told, there)
