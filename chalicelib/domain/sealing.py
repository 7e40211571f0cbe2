"""Sealing (TF-04): what must be read again later (TOTP seeds, message bodies) is stored encrypted.

XChaCha20-Poly1305 under a key from outside the table (docs/adr/0009). A module of its own, so that a logon
without a second step never imports the encryption library.
"""

import base64
import binascii
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from chalicelib.domain.keys import Ring

# So long that random ones never repeat, however much is sealed under one key.
_NONCE_BYTES, _TAG_BYTES = 24, 16
_SEALED = re.compile(r"s1\.([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]+)")


class Unsealable(ValueError):
    """Not sealed here, for this use and this owner; which of them is not told."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the ring's current key, opens with the key the sealed text names."""

    keyring: Ring
    random: Callable[[int], bytes] = os.urandom

    def seal(self, plaintext: bytes, associated: bytes) -> str:
        """Encrypt as `s1.<key id>.<base64url of nonce and ciphertext>`.

        `associated` says whose it is (the account id). Attack: a stored seed is copied from one
        account's row into another's (TF-04). It then does not open for that owner.
        """
        key_id, nonce = self.keyring.current, self.random(_NONCE_BYTES)
        key = self.keyring.key(key_id)
        encrypted = crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associated, nonce, key)
        encoded = base64.urlsafe_b64encode(nonce + encrypted).decode("ascii").rstrip("=")
        return f"s1.{key_id}.{encoded}"

    def open(self, sealed: str, associated: bytes) -> bytes:
        """Give back what was sealed by this ring for the same owner, or raise Unsealable."""
        parts = _SEALED.fullmatch(sealed)
        if not parts or parts[1] not in self.keyring:
            raise Unsealable
        try:
            raw = base64.urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4))
            if len(raw) < _NONCE_BYTES + _TAG_BYTES:
                raise Unsealable
            nonce, encrypted = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            key = self.keyring.key(parts[1])
            return crypto_aead_xchacha20poly1305_ietf_decrypt(encrypted, associated, nonce, key)
        except (CryptoError, binascii.Error):
            raise Unsealable from None
