"""A message as a row, and back. Apart from the other rows: most functions never see a message."""

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import SERVICE_TRAIL
from chalicelib.domain.messages import REPLIES, Message, sent_drawer
from chalicelib.storage.tables import MessageRow


def message_of(row: MessageRow) -> Message:
    """The row as the domain's value."""
    of_service = bool(row.speaks_as) and row.sender.startswith(SERVICE_TRAIL)
    return Message(
        account_id=AccountId(row.account_id),
        id=row.id,
        sender=row.speaks_as or row.sender,
        service=row.sender.removeprefix(SERVICE_TRAIL) if of_service else "",
        recipient=row.recipient or "",
        subject=row.subject,
        sealed_body=row.sealed_body or "",
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        read_at=row.read_at,
        recalled_at=row.recalled_at,
        mail=row.mail,
        mail_at=row.mail_at,
        answers_to=row.answers_to or "",
        answered_at=row.answered_at,
    )


def message_row(message: Message) -> MessageRow:
    """The value as a row.

    Attack: a service sends as an administrator, whose own list then tells of what they never wrote. Defence: the
    index of senders has it under the service; a reply, under its drawer.
    """
    apart = sent_drawer(message.service) if message.service else None
    if message.account_id.startswith(REPLIES):
        apart = message.account_id
    return MessageRow(
        message.account_id,
        message.id,
        sender=apart or message.sender,
        speaks_as=message.sender if apart else None,
        recipient=message.recipient,
        subject=message.subject,
        sealed_body=message.sealed_body,
        sent_at=message.sent_at,
        expires_at=int(message.expires_at),
        answers_to=message.answers_to or None,
    )


def whole_message_row(message: Message) -> MessageRow:
    """The same of one to which something has happened already."""
    row = message_row(message)
    row.read_at, row.recalled_at = message.read_at, message.recalled_at
    row.mail, row.mail_at = message.mail, message.mail_at
    row.answered_at = message.answered_at
    return row
