"""Lock-out after wrong passwords (LG-01 to LG-03): arithmetic only, no clock and no counter of its own."""

import math

# A burst of parallel attempts may reserve up to 4 times the threshold; past that, each attempt needs a
# lapsed lock, so 100 parallel guesses cost at most 20 verifications (LG-03).
BURST_FACTOR = 4
# So many consecutive failures disable the password until it is reset (LG-02).
HARD_STOP = 100

_LARGEST_EXPONENT = 1000


def lock_seconds(failures: int, threshold: int, cap: float) -> float:
    """How long an account is locked after so many consecutive failures (LG-01): 0, then 1, 2, 4 ... cap.

    Attack: enough failures to overflow the power, and the overflow unlocks the account
    (Keycloak #30939). The exponent is bounded before the power is taken.
    """
    if failures < threshold:
        return 0.0
    exponent = min(failures - threshold, _LARGEST_EXPONENT)
    return max(0.0, min(math.ldexp(1.0, exponent), cap))


def hard_stopped(failures: int) -> bool:
    """Whether so many consecutive failures have disabled the password (LG-02)."""
    return failures >= HARD_STOP


def burst_limit(threshold: int) -> int:
    """How many attempts may be reserved before each needs a lapsed lock (LG-03)."""
    return BURST_FACTOR * threshold
