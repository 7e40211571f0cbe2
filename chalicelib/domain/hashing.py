"""Password hashing (PW-02, PW-03, PW-11, PW-12, EN-02): Argon2id over a peppered pre-hash.

What Argon2 hashes is HMAC-SHA256(pepper, NFC of the password). The pepper comes from the key ring, so
that a stolen table alone cannot be guessed against; HMAC takes the whole text, so nothing is truncated.
May not know whose password it is, nor decide what a right or wrong one leads to.
"""

import base64
import binascii
import hmac
import os
import re
import threading
from collections.abc import Callable
from typing import NamedTuple

from argon2.exceptions import HashingError
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw

from chalicelib.domain.keys import Ring
from chalicelib.domain.password_text import UnusablePassword, normalise
from chalicelib.domain.refusals import Unavailable

_SALT_BYTES = 16
_DIGEST_BYTES = 32
_STORED_MAX = 512
_MEMORY_MAX_KIB = 262144
_STORED = (
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,5}),t=([1-9][0-9]?),p=([1-9])"
    r"\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})#([A-Za-z0-9_-]{1,16})"
)


class HasherBusy(Unavailable):
    """Too many hashes at once (PW-12): ask again shortly. Says nothing about the password."""


class _Cost(NamedTuple):
    memory_kib: int
    time_cost: int
    parallelism: int


class _Stored(NamedTuple):
    cost: _Cost
    salt: bytes
    digest: bytes
    key_id: str | None


class Argon2Hasher:
    """Makes and checks password hashes, at most `at_once` at a time in this process.

    `runs` counts the Argon2 computations ever started, so that a test can prove there was exactly one.
    """

    def __init__(
        self,
        keyring: Ring,
        memory_kib: int = 19456,
        time_cost: int = 2,
        parallelism: int = 1,
        at_once: int = 8,
        *,
        patience_seconds: float = 3.0,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.runs = 0
        self._keyring = keyring
        self._cost = _Cost(memory_kib, time_cost, parallelism)
        self._random = random
        self._patience_seconds = patience_seconds
        self._places = threading.BoundedSemaphore(at_once)
        self._counting = threading.Lock()
        # Stands in for a hash that does not exist: same cost, random bits, whichever key is current.
        self._dummy = _Stored(self._cost, random(_SALT_BYTES), random(_DIGEST_BYTES), None)

    def hash(self, password: str) -> str:
        """Hash a new password; raises UnusablePassword for one too long (PW-04), HasherBusy (PW-12)."""
        salt, key_id = self._random(_SALT_BYTES), self._keyring.current
        digest = self._run(normalise(password), _Stored(self._cost, salt, bytes(_DIGEST_BYTES), key_id))
        return _encode(_Stored(self._cost, salt, digest, key_id))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one that was hashed; always by exactly one computation (EN-02).

        Attack: an unknown, disabled or unreadable account answers sooner than a known one and so tells
        itself apart (CVE-2024-39329). Nothing stored, garbage and a lost key cost a dummy computation.
        Only a password that could be nobody's costs none, whatever the account (PW-04).
        """
        try:
            text = normalise(password)
        except UnusablePassword:
            return False
        known = self._read(stored)
        against = known or self._dummy
        matches = hmac.compare_digest(self._run(text, against), against.digest)
        return matches and known is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether the next right logon should replace it: made with other costs or an older key (PW-11)."""
        known = self._read(stored)
        return known is None or known.cost != self._cost or known.key_id != self._keyring.current

    def _read(self, stored: str | None) -> _Stored | None:
        known = _decode(stored)
        # A key that is not known yet answers 503 here: taken for a lost one, its owner would be refused as by a wrong
        # password. For some seconds of a hurried rotation that tells the account exists (LO-09, docs/adr/0037).
        return known if known and known.key_id in self._keyring else None

    def _run(self, text: str, against: _Stored) -> bytes:
        secret = hmac.digest(self._keyring.key(against.key_id), text.encode("utf-8"), "sha256")
        # Attack: a flood of logons, 19 MiB each, exhausts the memory (PW-12). The excess waits a little,
        # then is turned away.
        if not self._places.acquire(timeout=self._patience_seconds):
            raise HasherBusy("too many hashes at once")
        try:
            return self._argon2(secret, against)
        finally:
            self._places.release()

    def _argon2(self, secret: bytes, against: _Stored) -> bytes:
        with self._counting:
            self.runs += 1
        cost = against.cost
        try:
            return hash_secret_raw(
                secret,
                against.salt,
                time_cost=cost.time_cost,
                memory_cost=cost.memory_kib,
                parallelism=cost.parallelism,
                hash_len=len(against.digest),
                type=Type.ID,
                version=ARGON2_VERSION,
            )
        except HashingError as error:  # no memory left: turned away like any other excess
            raise HasherBusy("no memory to hash in") from error


def _encode(value: _Stored) -> str:
    memory_kib, time_cost, parallelism = value.cost
    salt, digest = (base64.b64encode(raw).decode("ascii").rstrip("=") for raw in (value.salt, value.digest))
    return f"$argon2id$v=19$m={memory_kib},t={time_cost},p={parallelism}${salt}${digest}#{value.key_id}"


def _decode(stored: str | None) -> _Stored | None:
    parts = re.fullmatch(_STORED, stored) if stored and len(stored) <= _STORED_MAX else None
    if not parts:
        return None
    cost = _Cost(int(parts[1]), int(parts[2]), int(parts[3]))
    # Too little, and Argon2 itself refuses to compute it; too much, and one damaged row takes the memory.
    if not 8 * cost.parallelism <= cost.memory_kib <= _MEMORY_MAX_KIB:
        return None
    try:
        salt, digest = (base64.b64decode(text + "=" * (-len(text) % 4)) for text in parts.group(4, 5))
    except binascii.Error:
        return None
    return _Stored(cost, salt, digest, parts[6])
