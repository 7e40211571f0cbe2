"""The secret keys (PORTAL_KEYS): held outside the tables, several at once so that they can be changed.

One key is current and makes everything new; the others still open what they made. No key is ever used
as it is: each purpose gets a key of its own. May not print, log or repr a key.
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY_BYTES = 32

_KEY_ID = r"[A-Za-z0-9_-]{1,16}"
_EXTRACT_SALT = b"secure messaging portal keys"


class InvalidKeys(ValueError):
    """PORTAL_KEYS is not what it should be. The message names the fault, never a key."""


class UnknownKey(LookupError):
    """A stored value names a key that is no longer, or was never, on the ring."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys by their ids; `current` is the id of the one that makes everything new."""

    current: str
    _keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_json(cls, text: str) -> "Keyring":
        """Read {"current":"k1","keys":{"k1":"<base64 of 32 bytes>"}}; refuse anything else."""
        document = _document(text)
        keys = {key_id: _key(key_id, encoded) for key_id, encoded in document["keys"].items()}
        if document["current"] not in keys:
            raise InvalidKeys("the current key is not among the keys")
        return cls(document["current"], keys)

    def __contains__(self, key_id: object) -> bool:
        """Whether a key of that id is on the ring."""
        return key_id in self._keys

    def derive(self, purpose: str, key_id: str | None = None) -> bytes:
        """A 32-byte key for one purpose: HKDF-SHA256 (RFC 5869) of one key, the current unless named.

        Attack: a value made for one purpose is presented for another (a sealed seed as a message body).
        With a key per purpose it opens nothing.
        """
        chosen = self.current if key_id is None else key_id
        if chosen not in self._keys:
            raise UnknownKey("no such key on the ring")
        extracted = hmac.digest(_EXTRACT_SALT, self._keys[chosen], "sha256")
        return hmac.digest(extracted, purpose.encode("utf-8") + b"\x01", "sha256")


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_pairs_hook=_without_duplicates)
    except (json.JSONDecodeError, RecursionError):
        # "from None": a JSON error quotes the document, and the document is the secret (LO-01).
        raise InvalidKeys("not JSON") from None
    if not isinstance(document, dict) or document.keys() != {"current", "keys"}:
        raise InvalidKeys('an object with "current" and "keys" is expected')
    if not isinstance(document["current"], str) or not isinstance(document["keys"], dict):
        raise InvalidKeys('"current" must be a string and "keys" an object')
    return document


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise InvalidKeys("a name occurs twice")
    return dict(pairs)


def _key(key_id: str, encoded: object) -> bytes:
    # The id is written next to hashes and into sealed texts, so it must not hold their separators.
    if not re.fullmatch(_KEY_ID, key_id):
        raise InvalidKeys("a key id has 1 to 16 letters, digits, dashes or underscores")
    if not isinstance(encoded, str):
        raise InvalidKeys("a key must be a base64 string")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidKeys("a key is not base64") from None
    if len(key) != KEY_BYTES:
        raise InvalidKeys(f"a key must have {KEY_BYTES} bytes")
    if not any(key):
        raise InvalidKeys("a key of nothing but zeros is no secret")
    return key
