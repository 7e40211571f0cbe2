"""A secure message as its recipient has it: listed, and opened. May not say who may read it."""

import re

from chalicelib.domain.events import iso
from chalicelib.domain.messages import Message
from chalicelib.domain.sealing import Sealer, Unsealable
from chalicelib.portal import Portal

MESSAGE_ID = re.compile(r"[0-9a-z-]{1,64}", re.ASCII)


def message_facts(message: Message) -> dict[str, object]:
    """One of the list, as the contract has it."""
    return {
        "id": message.id,
        "from": message.sender,
        "subject": message.subject,
        "sent_at": iso(message.sent_at),
        "read_at": None if message.read_at is None else iso(message.read_at),
        "expires_at": iso(message.expires_at),
    }


def body_of(message: Message, portal: Portal) -> str | None:
    """The body. A row that was moved here from another account opens for nobody: None, as if not there (AD-02)."""
    sealer = Sealer(portal.keyring("bodies"), portal.random)
    try:
        return sealer.open(message.sealed_body, message.associated()).decode("utf-8")
    except Unsealable:
        return None
