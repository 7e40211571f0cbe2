"""What a mail must carry, made from its event: the same each time, so a mail sent twice carries the same link.

Only the worker mints, and only digests and hashes of it are stored.
"""

import hmac
from typing import TYPE_CHECKING

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import Event
from chalicelib.domain.keys import Keyring
from chalicelib.domain.resets import Purpose, Reset, link_key, temporary_key
from chalicelib.domain.temporary import make_temporary, parse_temporary
from chalicelib.domain.tokens import Token, derive_token, digest

if TYPE_CHECKING:
    from chalicelib.domain.ports import PasswordHasher

_KEY = "mailed-secrets"


def issue_link(
    keyring: Keyring, event: Event, account: Account, purpose: Purpose, lifetime: int
) -> tuple[Token, Reset]:
    """A link's token and its row; valid from the event on, not from when the mail got out."""
    token = derive_token(keyring.derive(_KEY), event.id, purpose.value)
    row = Reset(
        key=link_key(purpose, digest(token)),
        account_id=account.id,
        purpose=purpose,
        epoch=account.epoch,
        valid_until=event.at + lifetime,
        address=account.address,
    )
    return token, row


def issue_temporary(
    keyring: Keyring, hasher: "PasswordHasher", event: Event, account: Account, lifetime: int
) -> tuple[str, Reset]:
    """A temporary password and its row (TP-01)."""
    text = make_temporary(hmac.digest(keyring.derive(_KEY), f"temporary:{event.id}".encode(), "sha512"))
    parsed = parse_temporary(text)
    if parsed is None:  # never: it was made in that form
        raise ValueError("temporary")
    row = Reset(
        key=temporary_key(account.id, parsed.name),
        account_id=account.id,
        purpose=Purpose.TEMPORARY,
        epoch=account.epoch,
        valid_until=event.at + lifetime,
        address=account.address,
        password_hash=hasher.hash(text),
    )
    return text, row
