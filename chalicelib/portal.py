"""The Portal: everything a step needs from outside of itself, chosen once in `wiring.py`, by hand in a test."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.domain.keys import Keyring
    from chalicelib.domain.ports import PasswordHasher, Store


class Secrets(NamedTuple):
    """The keys, and what hashes passwords with them."""

    keyring: "Keyring"
    hasher: "PasswordHasher"


class Portal(NamedTuple):
    """`secrets` is asked by the steps whose row of `infra/permissions.yaml` has `keys`; the others never hold a key.

    `clock` gives UTC epoch seconds, `random` that many random bytes from the operating system, `sleep` waits.

    `breached` tells whether a password is in a breached set (PW-07): None where nobody is asked, or nobody answers.
    """

    settings: Settings
    store: "Store"
    secrets: Callable[[], Secrets]
    clock: Callable[[], float]
    random: Callable[[int], bytes]
    sleep: Callable[[float], None] = time.sleep
    breached: Callable[[str], bool | None] | None = None

    @property
    def keyring(self) -> "Keyring":
        """The keys."""
        return self.secrets().keyring

    @property
    def hasher(self) -> "PasswordHasher":
        """Argon2id with a pepper."""
        return self.secrets().hasher
