"""The second step (TF-01, TF-02, TF-08): authenticator codes and recovery codes.

RFC 6238 with SHA-1, six digits, 30 seconds. May not remember anything: the last accepted step and the
spent recovery codes are the account's, and are compared again in the write that accepts one.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

from pyotp import TOTP

from chalicelib.domain.alphabet import UNMISTAKABLE, encode, grouped

STEP_SECONDS = 30
WINDOW_STEPS = 1
RECOVERY_CODES = 10
RECOVERY_DIGEST_LENGTH = 22
SEED_LENGTH = 32  # of 20 bytes in base32

_SEED_BYTES = 20
_RECOVERY_LENGTH = 24  # 24 of 28 characters: 115 bits, so plain SHA-256 is enough at rest (TF-08)
_RECOVERY_BYTES = 32
_TYPED_MAX = 64
_CODE_LENGTH = 6
_DAY_STEPS = 86400 // STEP_SECONDS
_CODE = re.compile(r"[0-9]{6}")
_BETWEEN = re.compile("[-\u00ad\u2010-\u2015\u2212\\s]+")


def new_seed(random: Callable[[int], bytes]) -> str:
    """A fresh secret of 160 bits, in the base32 that authenticators read (TF-04)."""
    return base64.b32encode(random(_SEED_BYTES)).decode("ascii")


def otpauth_uri(seed: str, address: str, issuer: str) -> str:
    """What the QR code says."""
    return TOTP(seed).provisioning_uri(name=address, issuer_name=issuer)


def matching_step(seed: str, code: str, now: float) -> int | None:
    """The time step whose code this is, of the last, the present and the next one; else None (TF-01).

    Spaces are forgiven, other digits than ASCII are not. All three are compared, in constant time. The
    caller accepts the step only if it is `fresh`, so a code seen over a shoulder is worth nothing.
    """
    digits = _digits(code)
    if digits is None:
        return None
    generator, present, found = TOTP(seed), int(now // STEP_SECONDS), None
    for step in range(max(0, present - WINDOW_STEPS), present + WINDOW_STEPS + 1):
        if hmac.compare_digest(generator.generate_otp(step), digits):
            found = step
    return found


def of_another_time(seed: str, code: str, now: float) -> bool:
    """Whether it is the code of another time within a day: the phone's clock is wrong, not the code.

    Asked of a key that is being set up, whose owner has just been shown it. Attack: of a key in force the answer would
    tell a guesser which codes are good later. Defence: no logon asks it. One mistyped code in 170 is taken for one.
    """
    digits = _digits(code)
    if digits is None:
        return False
    key, present, typed = base64.b32decode(seed), int(now // STEP_SECONDS), int(digits)
    return any(
        _code_at(key, step) == typed for step in range(max(0, present - _DAY_STEPS), present + _DAY_STEPS + 1)
    )


def _digits(typed: str) -> str | None:
    digits = typed.replace(" ", "") if len(typed) <= _TYPED_MAX else ""
    return digits if _CODE.fullmatch(digits) else None


def _code_at(key: bytes, step: int) -> int:
    """RFC 4226, 5.3; one call of the library takes ten times as long, and there are thousands."""
    mac = hmac.digest(key, step.to_bytes(8), "sha1")
    start = mac[-1] & 15
    return (int.from_bytes(mac[start : start + 4]) & 0x7FFFFFFF) % 1_000_000


def fresh(step: int, last_step: int | None) -> bool:
    """Whether a step lies after the last accepted one (TF-02): nothing at or before it counts again.

    Attack: only the last value is remembered, and the neighbouring code of the window is replayed.
    """
    return last_step is None or step > last_step


def new_recovery_codes(random: Callable[[int], bytes], n: int = RECOVERY_CODES) -> tuple[str, ...]:
    """Codes to print and keep, each for one logon without the authenticator (TF-08)."""
    return tuple(grouped(encode(random(_RECOVERY_BYTES), _RECOVERY_LENGTH), 4) for _ in range(n))


def looks_like_recovery_code(typed: str) -> bool:
    """Whether whoever typed this wrong code meant one of those they had saved, so that it is said at that field."""
    characters = _BETWEEN.sub("", typed)
    return len(characters) > _CODE_LENGTH or (
        0 < len(characters) < _CODE_LENGTH and not characters.isdecimal()
    )


def recovery_digest(code: str) -> str | None:
    """What is stored of a recovery code, or None for what is none; case, spaces and dashes are forgiven.

    132 bits of SHA-256 in 22 characters, so that ten of them fit an account item under 1 KB.
    """
    if len(code) > _TYPED_MAX:
        return None
    characters = _BETWEEN.sub("", code)
    if not characters.isascii() or len(characters) != _RECOVERY_LENGTH:
        return None
    characters = characters.lower()
    if set(characters) - set(UNMISTAKABLE):
        return None
    hashed = hashlib.sha256(characters.encode("ascii")).digest()
    return base64.urlsafe_b64encode(hashed).decode("ascii")[:RECOVERY_DIGEST_LENGTH]
