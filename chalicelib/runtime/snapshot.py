"""Where SnapStart is on, Lambda starts many containers from the memory of one: what they must not have in common.

Only `wiring` imports it, and only in such a container: the runtime's hooks exist nowhere else.
"""

import os
import random
import ssl
from collections.abc import Callable

from snapshot_restore_py import register_after_restore, register_before_snapshot


def guard(forget: Callable[[], None], renew: Callable[[], None]) -> None:
    """`forget` runs before the memory is copied, `renew` in each container that is made from the copy."""
    register_before_snapshot(forget)
    register_after_restore(mix)
    register_after_restore(renew)


def mix() -> None:
    """Fresh randomness from the operating system in whatever keeps a state of its own.

    Attack: two containers of one snapshot go on in the same sequence; what one shows, the other will do. Defence: all
    that is secret comes from the operating system anyway (`Portal.random`, uuid4), which no snapshot repeats. These two
    hold the rest: Python's generator, whose jitter would bring every container back at the same moment, and OpenSSL's,
    behind the keys of TLS, which asks the system for a new seed when something is added.
    """
    random.seed()
    ssl.RAND_add(os.urandom(32), 32.0)
