"""Sealing (TF-04): what must be read again later (TOTP seeds, message bodies) is stored encrypted.

AES-256-GCM under a key from outside the table. A module of its own, so that a logon without a second
step never imports the encryption library.
"""

import base64
import binascii
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.domain.keys import Keyring

_NONCE_BYTES = 12
_SEALED = re.compile(r"s1\.([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]+)")


class Unsealable(ValueError):
    """Not sealed here, for this purpose and this owner; which of them is not told."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the ring's current key, opens with the key the sealed text names."""

    keyring: Keyring
    random: Callable[[int], bytes] = os.urandom

    def seal(self, plaintext: bytes, purpose: str, associated: bytes) -> str:
        """Encrypt as `s1.<key id>.<base64url of nonce and ciphertext>`.

        `associated` says whose it is (the account id). Attack: a stored seed is copied from one
        account's row into another's (TF-04). It then opens for neither purpose nor owner.
        """
        key_id, nonce = self.keyring.current, self.random(_NONCE_BYTES)
        encrypted = _cipher(self.keyring, purpose, key_id).encrypt(nonce, plaintext, associated)
        encoded = base64.urlsafe_b64encode(nonce + encrypted).decode("ascii").rstrip("=")
        return f"s1.{key_id}.{encoded}"

    def open(self, sealed: str, purpose: str, associated: bytes) -> bytes:
        """Give back what was sealed for the same purpose and owner, or raise Unsealable."""
        parts = _SEALED.fullmatch(sealed)
        if not parts or parts[1] not in self.keyring:
            raise Unsealable
        try:
            raw = base64.urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4))
            nonce, encrypted = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return _cipher(self.keyring, purpose, parts[1]).decrypt(nonce, encrypted, associated)
        except (InvalidTag, binascii.Error, ValueError):
            raise Unsealable from None


def _cipher(keyring: Keyring, purpose: str, key_id: str) -> AESGCM:
    return AESGCM(keyring.derive(f"seal:{purpose}", key_id))
