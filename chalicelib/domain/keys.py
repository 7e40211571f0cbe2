"""The secret keys: held outside the tables, a ring for each use, several keys on each so that they can be changed.

One key of a ring is current and makes everything new; the others still open what they made. Attack: a value made for
one use is presented for another (a sealed seed as a message body). Defence: no key has two uses. May not print, log or
repr a key.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args

# What a key can be for: the pepper of password hashes, the seeds of authenticator apps, the bodies of messages, links
# and temporary passwords in mails, the cookie of a browser that was here before, the canary's account, and the seal
# under the digests of the trail's copy. Each is a secret of its own, which only those functions read that name it in
# their NEEDS (LO-06, docs/adr/0026).
Use = Literal["pepper", "seeds", "bodies", "mailed", "devices", "canary", "trail"]
USES: tuple[Use, ...] = get_args(Use)
KEY_BYTES = 32

KEY_ID = r"[A-Za-z0-9_-]{1,16}"


class InvalidKeys(ValueError):
    """A ring is not what it should be. The message names the fault, never a key."""


class UnknownKey(LookupError):
    """A stored value names a key that is no longer, or was never, on the ring."""


class UndeclaredUse(LookupError):
    """A step asked for keys that its NEEDS do not name: on AWS its role could not have read them."""


class Ring(Protocol):
    """The keys of one use as they were read once, or as they are now (`domain/held_keys.py`)."""

    @property
    def current(self) -> str:
        """The id of the one that makes everything new."""

    def __contains__(self, key_id: object) -> bool:
        """Whether a key of that id is on the ring."""

    @property
    def fresh(self) -> bool:
        """Whether it is as it was read a moment ago; False while it serves because the secrets are away."""

    def __hash__(self) -> int:
        """A ring is itself, whatever is on it: a container has one hasher for each."""

    def key(self, key_id: str | None = None) -> bytes:
        """One key of 32 bytes, the current unless named; raises UnknownKey."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyring:
    """The keys of one use by their ids, as one reading of the secret had them."""

    current: str
    _keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def from_json(cls, text: str) -> "Keyring":
        """Read {"current":"k1","keys":{"k1":"<base64 of 32 bytes>"}}; refuse anything else."""
        return cls._of(_parsed(text))

    @classmethod
    def _of(cls, document: object) -> "Keyring":
        if not isinstance(document, dict) or document.keys() != {"current", "keys"}:
            raise InvalidKeys('an object with "current" and "keys" is expected')
        if not isinstance(document["current"], str) or not isinstance(document["keys"], dict):
            raise InvalidKeys('"current" must be a string and "keys" an object')
        keys = {key_id: _key(key_id, encoded) for key_id, encoded in document["keys"].items()}
        if document["current"] not in keys:
            raise InvalidKeys("the current key is not among the keys")
        return cls(document["current"], keys)

    @classmethod
    def one_for_each_use(cls, text: str) -> "dict[Use, Keyring]":
        """Read {"pepper": RING, "seeds": RING, ...}, the form of PORTAL_KEYS; refuse one that lacks a use."""
        document = _parsed(text)
        if not isinstance(document, dict) or document.keys() != set(USES):
            raise InvalidKeys(f"an object with a ring for each of {', '.join(USES)} is expected")
        rings = {use: cls._named(use, document[use]) for use in USES}
        held = [rings[use].key(key_id) for use in USES for key_id in document[use]["keys"]]
        # Attack: one key pasted into two rings makes two roles one: who may read either opens what both have sealed.
        if len(set(held)) < len(held):
            raise InvalidKeys("two rings, or two ids, share a key")
        return rings

    @classmethod
    def _named(cls, use: Use, document: object) -> "Keyring":
        try:
            return cls._of(document)
        except InvalidKeys as invalid:
            raise InvalidKeys(f"{use}: {invalid}") from None

    def __contains__(self, key_id: object) -> bool:
        """Whether a key of that id is on the ring."""
        return key_id in self._keys

    @property
    def fresh(self) -> bool:
        """Always: it was read once, and for good."""
        return True

    def key(self, key_id: str | None = None) -> bytes:
        """One key of 32 bytes, the current unless named."""
        chosen = self.current if key_id is None else key_id
        if chosen not in self._keys:
            raise UnknownKey("no such key on the ring")
        return self._keys[chosen]


def _parsed(text: str) -> object:
    try:
        document: object = json.loads(text, object_pairs_hook=_without_duplicates)
    except (json.JSONDecodeError, RecursionError):
        # "from None": a JSON error quotes the document, and the document is the secret (LO-01).
        raise InvalidKeys("not JSON") from None
    return document


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise InvalidKeys("a name occurs twice")
    return dict(pairs)


def _key(key_id: str, encoded: object) -> bytes:
    # The id is written next to hashes and into sealed texts, so it must not hold their separators.
    if not re.fullmatch(KEY_ID, key_id):
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
