"""The acts of sending systems: a place in their rate, a request claimed once, a message sent, followed, taken back."""

from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import Limit
from chalicelib.domain.mails import NOTE
from chalicelib.domain.messages import Message, sent_drawer
from chalicelib.domain.sendings import CLAIM_SECONDS, Claim, Sent, event_id_of, pointer
from chalicelib.domain.services import Sender, void
from chalicelib.storage.accounts import check_recipient_in, lives_now_at, unreachable
from chalicelib.storage.database import Database
from chalicelib.storage.message_rows import message_of, message_row
from chalicelib.storage.rows import event_of, event_row
from chalicelib.storage.services import check_sender_in
from chalicelib.storage.tables import EventRow, MessageRow, ThrottleRow
from chalicelib.storage.throttles import reserve


class Sendings:
    """Atomic acts of services."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve(self, service: str, limit: Limit, now: float) -> None:
        """Take one place in the service's own window. Raises THROTTLED when it is full."""
        reserve(self._database, limit, service, now)

    def claim(self, claim: Claim) -> Claim | None:
        """Let the first request of an Idempotency-Key make the message; of any other, what the first has claimed.

        One conditional write. A retry whose first answer was lost finds its own claim, and goes on with it.
        """
        row = ThrottleRow
        taken = [
            row.claimed_by.set(claim.message_id),
            row.done.set(claim.said),
            row.key_id.set(claim.key_id),
            row.claimed_at.set(claim.at),
            row.expires_at.set(int(claim.at) + CLAIM_SECONDS),
        ]
        free = row.expires_at.does_not_exist() | (row.expires_at <= int(claim.at))
        done, item = self._database.update_and_read(row(claim.mark), taken, free)
        return None if done or item is None else _claim_of(ThrottleRow.from_raw_data(item))

    def send(self, sender: Sender, message: Message, event: Event) -> None:
        """Store a message, where it may be found again by its id, with the event that mails its notice: once.

        One that is there already was stored by another request of the same Idempotency-Key. Raises SESSION_REQUIRED
        where the key is no longer good.
        """
        transaction = self._database.transaction()
        check_sender_in(transaction, sender)
        check_recipient_in(transaction, message.account_id)
        transaction.put("message", message_row(message), MessageRow.id.does_not_exist())
        transaction.put("sent", message_row(pointer(sender.id, message)), MessageRow.id.does_not_exist())
        transaction.add("event", event_row(event))
        failed = transaction.commit()
        if "service" in failed:
            raise void()
        if "recipient" in failed:
            raise unreachable(self._database, message.account_id)

    def was_sent(self, service: str, message_id: str) -> bool:
        """Whether a message of this service is stored, strongly consistent."""
        return self._database.read(MessageRow, sent_drawer(service), message_id) is not None

    def sent(self, service: str, message_id: str) -> Sent | None:
        """A message of this service and what became of it, in two trips; another's is not found, as none is."""
        found = self._database.read(MessageRow, sent_drawer(service), message_id)
        if found is None:
            return None
        about = message_of(found)
        who = account_id(CanonicalAddress(about.recipient))
        told = Event(who, EventKind.MESSAGE_SENT, about.sent_at, event_id_of(message_id))
        message, note = self._database.read_together(
            (MessageRow, who, message_id), (EventRow, who, f"{told.sort_key}{NOTE}")
        )
        if message is None and (now := lives_now_at(self._database, who)) != who:
            # Under its former key again last: what is carried over in between is not missed.
            places = (
                (MessageRow, now, message_id),
                (MessageRow, who, message_id),
                (MessageRow, now, message_id),
            )
            message = next((row for place in places if (row := self._database.read(*place))), None)
        return Sent(about, message_of(message) if message else None, event_of(note) if note else None)

    def recall(self, sender: Sender, message: Message, event: Event) -> bool:
        """Take a message back; False for one that was read, or taken back already."""
        transaction = self._database.transaction()
        check_sender_in(transaction, sender)
        row = MessageRow
        unread = row.id.exists() & row.read_at.does_not_exist() & row.recalled_at.does_not_exist()
        transaction.update(
            "message", row(message.account_id, message.id), [row.recalled_at.set(event.at)], unread
        )
        # The message goes with its end; that it was taken back is told for as long as its sender may ask.
        where = row(sent_drawer(sender.id), message.id)
        transaction.update("sent", where, [row.recalled_at.set(event.at)], row.id.exists())
        transaction.add("event", event_row(event))
        failed = transaction.commit()
        if "service" in failed:
            raise void()
        return not failed


def _claim_of(row: ThrottleRow) -> Claim:
    return Claim(row.key, row.claimed_by or "", row.done or "", row.key_id or "", row.claimed_at or 0)
