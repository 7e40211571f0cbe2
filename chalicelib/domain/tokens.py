"""Secrets that travel (session tokens, links) and the digests that stay (RS-01, section 4 of the design).

A `Token` is what the person holds; a `Digest` is all a table holds. Two types, so that one can never be
stored or mailed for the other.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import NewType

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.alphabet import UNMISTAKABLE, encode, grouped

Token = NewType("Token", str)
Digest = NewType("Digest", str)

TOKEN_BYTES = 32
HANDLE_LENGTH = 16

_256_BITS = r"[A-Za-z0-9_-]{43}"
_IN_A_LINK = rf"({_256_BITS})(?:[^A-Za-z0-9_-].*)?"
_SESSION_TOKEN = rf"([a-z2-7]{{40}})\.({_256_BITS})"
_REFERENCE_LENGTH = 8
_REFERENCE_TYPED_MAX = 32
_REFERENCE_BYTES = 16


def new_token(random: Callable[[int], bytes]) -> Token:
    """A fresh secret of 256 bits: 43 characters of base64url."""
    return _token(random(TOKEN_BYTES))


def derive_token(key: bytes, event_id: str, label: str) -> Token:
    """The secret that belongs to one event: the same each time, so a re-sent mail carries the same link.

    The label is hashed first, so no pair of label and id can be cut differently into another pair.
    """
    subkey = hmac.digest(key, label.encode("utf-8"), "sha256")
    return _token(hmac.digest(subkey, event_id.encode("utf-8"), "sha256"))


def parse_token(text: object) -> Token | None:
    """The text as a token if it has a token's exact shape, else nothing; decided before any look-up."""
    return Token(text) if isinstance(text, str) and re.fullmatch(_256_BITS, text) else None


def token_of_link(text: str) -> Token | None:
    """As `parse_token`, without what a mail program hangs on the end of an address: a dot, a bracket, an entity."""
    found = re.fullmatch(_IN_A_LINK, text, re.DOTALL)
    return Token(found[1]) if found else None


def split_link(text: str) -> tuple[AccountId | None, Token] | None:
    """A link's token as its cookie holds it: behind its account, as `session_token` writes it, or alone."""
    parts = re.fullmatch(_SESSION_TOKEN, text)
    if parts:
        return AccountId(parts[1]), Token(parts[2])
    alone = parse_token(text)
    return (None, alone) if alone else None


def digest(token: Token) -> Digest:
    """What is stored of a token: SHA-256, enough for 256 random bits."""
    return Digest(hashlib.sha256(token.encode("utf-8")).hexdigest())


def session_token(account_id: AccountId, secret: Token) -> str:
    """A session's token: `<account id>.<secret>`, so that one read by key finds session and account."""
    return f"{account_id}.{secret}"


def split_session_token(text: object) -> tuple[AccountId, Digest] | None:
    """The account and the digest of the secret, or nothing for any other shape."""
    parts = re.fullmatch(_SESSION_TOKEN, text) if isinstance(text, str) else None
    return (AccountId(parts[1]), digest(Token(parts[2]))) if parts else None


def session_handle(session: Digest) -> str:
    """What a person's list of sessions calls one: 16 characters that lead back to no digest and no token."""
    return _handle(b"session handle:", session)


def link_handle(link: Digest) -> str:
    """What a form calls the link it was opened by: 16 characters that lead back to no digest and no token."""
    return _handle(b"link handle:", link)


def new_reference(random: Callable[[int], bytes]) -> str:
    """A short reference to read out to the support desk: XXXX-XXXX."""
    return grouped(encode(random(_REFERENCE_BYTES), _REFERENCE_LENGTH).upper(), 4)


def parse_reference(typed: str) -> str | None:
    """A reference as somebody typed it (letter case, spaces and dashes forgiven), or nothing."""
    if len(typed) > _REFERENCE_TYPED_MAX or not typed.isascii():
        return None
    characters = "".join(typed.replace("-", " ").split()).lower()
    if len(characters) != _REFERENCE_LENGTH or not set(characters) <= set(UNMISTAKABLE):
        return None
    return grouped(characters.upper(), 4)


def _handle(label: bytes, of: Digest) -> str:
    hashed = hashlib.sha256(label + of.encode("utf-8")).digest()
    return base64.b32encode(hashed).decode("ascii").lower()[:HANDLE_LENGTH]


def _token(secret: bytes) -> Token:
    return Token(base64.urlsafe_b64encode(secret).decode("ascii").rstrip("="))
