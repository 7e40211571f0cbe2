"""A secure message as its recipient has it: listed, and opened. May not say who may read it."""

import re

from chalicelib.domain.events import iso
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sealing import Sealer, Unsealable
from chalicelib.portal import Portal
from chalicelib.web.request import Request

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


def own_message(request: Request) -> Message:
    """The message the path names, of whoever asks; somebody else's, one that is over or none is the same (AD-02)."""
    asked = request.params.get("id", "")
    found = (
        request.store.messages.read(request.known.account_id, asked) if MESSAGE_ID.fullmatch(asked) else None
    )
    if found is None or not found.readable(request.now()):
        raise Refusal(Code.NOT_FOUND, "no_such_message")
    return found
