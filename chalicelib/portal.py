"""The Portal: everything a step needs from outside of itself, chosen once in `wiring.py`, by hand in a test."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.domain.keys import Keyring, Use
    from chalicelib.domain.ports import PasswordHasher, Store


class Portal(NamedTuple):
    """`keyring` gives the keys of one use to a step whose NEEDS name it, and raises for any other; `hashing` makes the
    hasher of a pepper.

    `clock` gives UTC epoch seconds, `random` that many random bytes from the operating system, `sleep` waits.

    `breached` tells whether a password is in a breached set (PW-07): None where nobody is asked, or nobody answers.
    """

    settings: Settings
    store: "Store"
    keyring: "Callable[[Use], Keyring]"
    hashing: "Callable[[Keyring], PasswordHasher]"
    clock: Callable[[], float]
    random: Callable[[int], bytes]
    sleep: Callable[[float], None] = time.sleep
    breached: Callable[[str], bool | None] | None = None

    @property
    def hasher(self) -> "PasswordHasher":
        """Argon2id with a pepper."""
        return self.hashing(self.keyring("pepper"))
