"""Faults at random below botocore: single ones all the time, and now and then the whole store away for a moment."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse

from chalicelib.storage.store import DynamoStore
from tests.faults.breaking import READS, Breaker, Fault, hooked
from tests.world.mailer import FAULT, LOST, RATE, UNREACHABLE

OF_ATTEMPTS = 0.03  # is broken alone
OUTAGE_EVERY, OUTAGE_SECONDS = 8.0, 0.5
OF_OUTAGES = (Fault.SERVER_ERROR, Fault.THROTTLED, Fault.TIMEOUT)
OF_MAILS = 0.1


class Chaos:
    """What breaks next, by a seed; `made` counts it. Whoever is `calm` is spared: the test's own looking."""

    def __init__(self, seed: int) -> None:
        self.chance, self.made = random.Random(seed), Counter[str]()
        self.on = True
        self._here, self._alone = threading.local(), threading.Lock()
        self._outage: tuple[float, Fault] = (0.0, Fault.SERVER_ERROR)
        self._next_outage = time.monotonic() + OUTAGE_EVERY

    @contextmanager
    def calm(self) -> Iterator[None]:
        """Nothing breaks for this thread."""
        self._here.calm = True
        try:
            yield
        finally:
            self._here.calm = False

    def before_send(self, request: Any, **_: Any) -> AWSResponse | None:
        operation = request.headers["X-Amz-Target"].split(b".")[-1].decode()
        if not self.on or getattr(self._here, "calm", False):
            return None
        fault = self._fault(operation)
        return Breaker(fault, 0)._break(request) if fault else None

    def of_a_mail(self, *_: object) -> Any:
        """What SES says of one."""
        with self._alone:
            if not self.on or self.chance.random() > OF_MAILS:
                return None
            said = self.chance.choice([RATE, UNREACHABLE, FAULT, LOST])
            self.made[f"SES {said!r}"[:40]] += 1
            return said

    def _fault(self, operation: str) -> Fault | None:
        with self._alone:
            now = time.monotonic()
            if now > self._next_outage:
                self._next_outage = now + OUTAGE_EVERY
                self._outage = now + OUTAGE_SECONDS, self.chance.choice(OF_OUTAGES)
            until, fault = self._outage
            if now > until:
                if self.chance.random() > OF_ATTEMPTS:
                    return None
                fault = self.chance.choice([one for one in Fault if one is not Fault.CONFLICT])
                if operation == "TransactWriteItems" and self.chance.random() < 0.3:
                    fault = Fault.CONFLICT
            if fault is Fault.THROTTLED_KEY and operation in READS - {"BatchGetItem"}:
                fault = Fault.THROTTLED
            self.made[fault.value] += 1
            return fault


@contextmanager
def chaos(store: DynamoStore, seed: int) -> Iterator[Chaos]:
    """As long as this lasts, unless it is off."""
    made = Chaos(seed)
    with hooked(store, made.before_send):
        yield made
