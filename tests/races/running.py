"""`race(n, rounds)`: n people let loose at the same moment, so many times over."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 20
ROUNDS = int(os.environ.get("PORTAL_RACE_ROUNDS", "40"))


def together(acts: Sequence[Callable[[], T]]) -> list[T]:
    """All at once, from one barrier; what each gave. Whatever one raises is raised here."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        barrier.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def rounds(number: int = ROUNDS) -> Iterator[int]:
    """So many fresh beginnings."""
    yield from range(number)
