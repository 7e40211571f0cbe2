"""The acts on accounts being made and messages being sent and read."""

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId, domain_id_of, domain_of
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.storage.database import Database
from chalicelib.storage.rows import account_row, event_row, message_of, message_row
from chalicelib.storage.tables import AccountRow, MessageRow, PolicyRow
from chalicelib.storage.transaction import Transaction


class Messages:
    """Acts on the messages table, and on the accounts that messages bring about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def invite(self, account: Account, event: Event) -> bool:
        """Make an account with its invitation; False when there is one already. Of many at once one wins (IN-03)."""
        transaction = self._database.transaction()
        invite_in(transaction, account, event)
        return not transaction.commit()

    def send(self, message: Message, event: Event) -> None:
        """Store a message with the event that mails its notice."""
        transaction = self._database.transaction()
        transaction.put("message", message_row(message), MessageRow.id.does_not_exist())
        transaction.put("event", event_row(event))
        transaction.commit()

    def of_account(self, account_id: AccountId) -> list[Message]:
        """Every stored message of an account, newest first; ids sort by time."""
        rows = self._database.query(MessageRow, account_id, scan_index_forward=False)
        return [message_of(row) for row in rows]

    def read(self, account_id: AccountId, message_id: str) -> Message | None:
        """One message of this account; somebody else's is not found, since the account is half of the key (AD-02)."""
        row = self._database.read(MessageRow, account_id, message_id)
        return message_of(row) if row else None

    def mark_read(self, message: Message, event: Event) -> bool:
        """Note the first reading; a second one changes nothing. False for one that was recalled meanwhile."""
        transaction = self._database.transaction()
        row = MessageRow
        transaction.update(
            "message",
            MessageRow(message.account_id, message.id),
            [row.read_at.set(event.at)],
            row.id.exists() & row.read_at.does_not_exist() & row.recalled_at.does_not_exist(),
        )
        transaction.put("event", event_row(event))
        failed = transaction.commit()
        return "message" not in failed or row.read_at.attr_name in (failed["message"] or {})


def invite_in(transaction: Transaction, account: Account, event: Event) -> None:
    """The account, its event, and its domain in the list of domains where it is new there: all or nothing."""
    row, domain = PolicyRow, domain_of(account.address)
    named = [row.name.set(row.name | domain), row.listed.set(row.listed | "domain")]
    transaction.update("domain", PolicyRow(domain_id_of(account.id)), named)
    transaction.put("account", account_row(account), AccountRow.id.does_not_exist())
    transaction.put("event", event_row(event))
