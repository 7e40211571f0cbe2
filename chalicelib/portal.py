"""The Portal: everything a step needs from outside of itself, chosen once in `wiring.py`, by hand in a test."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.keys import Keyring
from chalicelib.domain.ports import PasswordHasher, Store
from chalicelib.settings import Settings


@dataclass(frozen=True, slots=True)
class Portal:
    """`clock` gives UTC epoch seconds, `random` that many random bytes from the operating system, `sleep` waits.

    `breached` tells whether a password is in a breached set (PW-07): None where nobody is asked, or nobody answers.
    """

    settings: Settings
    store: Store
    hasher: PasswordHasher
    keyring: Keyring
    clock: Callable[[], float]
    random: Callable[[int], bytes]
    sleep: Callable[[float], None] = time.sleep
    breached: Callable[[str], bool | None] | None = None
