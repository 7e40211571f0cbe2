"""A service: a program that sends messages with a key of its own, and can do nothing else (ADR 46).

Its key is `smp_`, the service's id, `_`, a secret of 256 bits and a checksum, by which a secret scanner knows it in a
repository or a log without asking us. A table holds the digest alone. May not read a clock or a table.
"""

import binascii
import hashlib
import hmac
import re
from typing import NamedTuple

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import SERVICE_TRAIL
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.tokens import Digest

KEY = r"smp_([a-z2-7]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})"  # docs/sending.md gives it to secret scanners
SERVICE_ID = r"[a-z2-7]{16}"
MOST_DOMAINS = 100
HANDLE = 12
TOUCH_SECONDS = 60  # last use is written at most this often
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NOBODYS = "0" * 64


class Presented(NamedTuple):
    """A key as somebody presents it: whose it says it is, and its digest."""

    service: str
    digest: Digest


class HeldKey(NamedTuple):
    """What is kept of a key."""

    digest: Digest
    made_at: float
    used_at: float | None = None

    @property
    def handle(self) -> str:
        """Which key is meant. 48 bits of a digest of 256 random ones: nothing is found out by it."""
        return self.digest[:HANDLE]


class Service(NamedTuple):
    """A sending system. Two of its keys are alive at once, so that it can change over without a pause: `current`, and
    the one before it. `ranges` as an account's: None restricts nothing, () permits nobody.
    """

    id: str
    name: str
    domains: tuple[str, ...]
    ranges: tuple[str, ...] | None
    created_at: float
    created_by: str
    current: HeldKey
    former: HeldKey | None = None
    revoked_at: float | None = None
    revoked_by: str | None = None

    @property
    def trail(self) -> AccountId:
        """Under which account its events lie."""
        return trail_of(self.id)


class Sender(NamedTuple):
    """A service as the authorizer found it: what its step may know without another read. No key is in it."""

    id: str
    name: str
    domains: tuple[str, ...]
    digest: Digest

    @property
    def actor(self) -> str:
        """As the trail names it: what people call it, and what no two have."""
        return actor_of(self.id, self.name)

    @property
    def trail(self) -> AccountId:
        """Under which account its events lie."""
        return trail_of(self.id)


def trail_of(service: str) -> AccountId:
    """The account id of a service's trail: no account has one like it, since theirs are base32 alone."""
    return AccountId(f"{SERVICE_TRAIL}{service}")


def actor_of(service: str, name: str) -> str:
    """A name holds no `@`, so no service is taken for an account, whatever it is called."""
    return f"{name} (smp_{service})"


def new_service_id(random_bytes: bytes) -> str:
    """80 random bits, in the letters of an account's id."""
    return _written(int.from_bytes(random_bytes[:10], "big"), _BASE32, 16)


def key_of(service: str, secret: bytes) -> str:
    """The key of these 256 random bits."""
    body = f"smp_{service}_{_written(int.from_bytes(secret, 'big'), _BASE62, 43)}"
    return body + _checksum(body)


def split_key(text: object) -> Presented | None:
    """A key by its parts, or nothing for any other text. A mistyped one is told by its checksum, before any look-up."""
    found = re.fullmatch(KEY, text) if isinstance(text, str) else None
    if found is None or _checksum(found[0][:-6]) != found[3]:
        return None
    return Presented(found[1], digest_of(found[0]))


def digest_of(key: str) -> Digest:
    """What is stored of a key: SHA-256, enough for 256 random bits."""
    return Digest(hashlib.sha256(key.encode("ascii")).hexdigest())


def opened_by(service: Service | None, digest: Digest) -> HeldKey | None:
    """Which of its live keys this is; None for none, for a service that is revoked and for one that there is not.

    Attack: the time of an answer tells how much of a digest was right, or whether a service exists. Defence: each
    comparison takes the same time, and there are as many of them, against nobody's digest if need be.
    """
    held = (service.current, service.former) if service else (None, None)
    same = [hmac.compare_digest(one.digest if one else _NOBODYS, digest) for one in held]
    if service is None or service.revoked_at is not None:
        return None
    return next((one for one, is_it in zip(held, same, strict=True) if is_it), None)


def sender_of_key(service: Service, digest: Digest) -> Sender:
    """The service as its step is told of it."""
    return Sender(service.id, service.name, service.domains, digest)


def touch_due(key: HeldKey, now: float) -> bool:
    """Whether its last use should be written."""
    return key.used_at is None or now - key.used_at >= TOUCH_SECONDS


def speaks_for(sender: Sender, domain: str) -> None:
    """Refuse a sender address that is not the service's to use.

    Attack: the key of a newsletter's system sends as the managing director. Defence: the domains it may speak for are
    written down by an administrator, each as it is: none stands for those below it.
    """
    if domain not in sender.domains:
        raise Refusal(Code.SENDER_NOT_PERMITTED, "domain_not_of_service")


def void() -> Refusal:
    """The key was revoked, or rotated away, after the authorizer looked: answered like a key that never was one."""
    return Refusal(Code.SESSION_REQUIRED, "service_key_void_meanwhile")


def _checksum(body: str) -> str:
    return _written(binascii.crc32(body.encode("ascii")), _BASE62, 6)


def _written(number: int, digits: str, length: int) -> str:
    written = ""
    for _ in range(length):
        number, digit = divmod(number, len(digits))
        written = digits[digit] + written
    return written
