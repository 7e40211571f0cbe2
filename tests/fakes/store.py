"""The store in memory: every act of `domain.ports.Store` under one lock, to be broken on purpose.

    store = FakeStore()
    plant(store, Account(...))          # tests/fakes/planting.py puts values behind the store's back
    store.fail(2)                       # the third act from now raises Unavailable, and nothing of it happened
    store.fail(2, applied=True)         # it happened, but the answer was lost
    store.down = True                   # every act raises Unavailable
    store.acts                          # what was asked of it, in order: ["logons.admit", ...]
    store.records()                     # the events as the stream would bring them to `send_mail`

The contract tests (tests/storage) hold it to what the real store does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.refusals import Unavailable
from tests.fakes.acts import (
    accounts,
    administration,
    bus,
    directory,
    erasing,
    events,
    health,
    logons,
    messages,
    moves,
    outbox,
    overview,
    passwords,
    preferences,
    replies,
    sendings,
    services,
    sessions,
    two_steps,
)
from tests.fakes.tables import Tables

R = TypeVar("R")
Record = dict[str, Any]


@dataclass
class Fault:
    """What happens to one act to come."""

    after: int
    applied: bool


class FakeStore:
    """Implements `domain.ports.Store`. `threshold` and `cap` are the lock's settings, as for the real one."""

    def __init__(self, *, threshold: int = 5, cap: int = 900) -> None:
        self.tables = Tables()
        self.threshold, self.cap = threshold, cap
        self.acts: list[str] = []
        self.down = False
        self.begun = 0
        self.seconds: list[float | None] = []
        self._faults: list[Fault] = []
        self._lock = threading.RLock()
        self._delivered: set[tuple[AccountId, str]] = set()
        self.accounts = accounts.Accounts(self)
        self.administration = administration.Administration(self)
        self.bus = bus.Bus(self)
        self.directory = directory.Directory(self)
        self.erasing = erasing.Erasing(self)
        self.events = events.Events(self)
        self.health = health.Health(self)
        self.logons = logons.Logons(self)
        self.messages = messages.Messages(self)
        self.moves = moves.Moves(self)
        self.outbox = outbox.Outbox(self)
        self.overview = overview.Overview(self)
        self.passwords = passwords.Passwords(self)
        self.preferences = preferences.Preferences(self)
        self.replies = replies.Replies(self)
        self.sendings = sendings.Sendings(self)
        self.services = services.Services(self)
        self.sessions = sessions.Sessions(self)
        self.two_steps = two_steps.TwoSteps(self)

    def request(self, seconds: float | None = None) -> AbstractContextManager[None]:
        """One request's time; the fake only counts, and keeps how long it was said to be."""
        self.begun += 1
        self.seconds.append(seconds)
        return nullcontext()

    def fail(self, after: int = 0, *, applied: bool = False) -> None:
        """Break the act that comes after so many others; `applied` when only its answer is lost."""
        self._faults.append(Fault(after, applied))

    def heal(self) -> None:
        """No more faults."""
        self._faults.clear()
        self.down = False

    def perform(self, name: str, run: Callable[[], R]) -> R:
        """One act: all of it or nothing, with nobody else in between."""
        with self._lock:
            self.acts.append(name)
            fault = self._due()
            if self.down or (fault and not fault.applied):
                raise Unavailable(f"injected:{name}")
            result = run()
            if fault:
                raise Unavailable(f"injected_after:{name}")
            return result

    def records(self) -> list[Record]:
        """What the events stream has not delivered yet, as one batch's records."""
        new = [key for key in self.tables.events if key not in self._delivered]
        self._delivered.update(new)
        return [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "SequenceNumber": str(number),
                    "Keys": {"account_id": {"S": who}, "at": {"S": at}},
                    "NewImage": {"account_id": {"S": who}, "at": {"S": at}},
                },
            }
            for number, (who, at) in enumerate(new, 1)
        ]

    def _due(self) -> Fault | None:
        due = next((fault for fault in self._faults if fault.after == 0), None)
        self._faults = [Fault(fault.after - 1, fault.applied) for fault in self._faults if fault.after > 0]
        return due
