"""What a request asks of DynamoDB: each call with its tables, and how many came one after another."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from chalicelib.storage.database import Database
from chalicelib.storage.store import DynamoStore
from tests.world.world import World

T = TypeVar("T")

SLOWLY = (
    0.002  # so that of two calls beside each other the first has not ended before the second was handed over
)

# When the call was handed to another thread: on a busy machine that thread may begin long after.
_handed_over: ContextVar[float | None] = ContextVar("handed_over", default=None)


@dataclass
class Call:
    """One call. `consistent` is None for a write."""

    step: str
    operation: str
    tables: tuple[str, ...]
    consistent: bool | None
    started: float
    ended: float = 0

    @property
    def told(self) -> str:
        return f"{self.operation} {'+'.join(self.tables)}"


@dataclass
class Ledger:
    """The calls of one request."""

    calls: list[Call] = field(default_factory=list)
    hashes: int = 0

    def of(self, *steps: str) -> list[Call]:
        return [call for call in self.calls if call.step in steps]

    def told(self, step: str) -> list[str]:
        """A step's calls, those at once in the order of the alphabet."""
        return sorted(call.told for call in self.of(step))

    def trips(self, step: str) -> int:
        """The longest chain of calls of which each began after the one before it had ended."""
        chain, free = 0, 0.0
        for call in sorted(self.of(step), key=lambda one: one.ended):
            if call.started >= free:
                chain, free = chain + 1, call.ended
        return chain


@contextmanager
def counting(premises: World) -> Iterator[Ledger]:
    """Everything the portal asks while this lasts."""
    ledger, store = Ledger(), premises.store
    assert isinstance(store, DynamoStore)
    events = store.database.connection.client.meta.events

    def before(model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        body = json.loads(params["body"])
        started = _handed_over.get() or time.monotonic()
        call = Call(premises.step, model.name, _tables(body), _consistent(model.name, body), started)
        ledger.calls.append(call)
        context["call"] = call
        time.sleep(SLOWLY)

    def after(context: dict[str, Any], **_: Any) -> None:
        context["call"].ended = time.monotonic()

    hasher: Any = premises.hasher
    runs = hasher.runs
    hooks = [("before-call.dynamodb", before), ("after-call.dynamodb", after)]
    for name, hook in hooks:
        events.register(name, hook)
    try:
        with _noting_when(store.database):
            yield ledger
    finally:
        for name, hook in hooks:
            events.unregister(name, hook)
        ledger.hashes = hasher.runs - runs


@contextmanager
def _noting_when(database: Database) -> Iterator[None]:
    """Calls beside others begin when they are handed over."""

    def beside(act: Callable[[], T]) -> Future[T]:
        before = _handed_over.set(time.monotonic())
        try:
            return Database.beside(database, act)
        finally:
            _handed_over.reset(before)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "beside", beside)
        yield


def _tables(body: dict[str, Any]) -> tuple[str, ...]:
    named = [body["TableName"]] if "TableName" in body else [*body.get("RequestItems", {})]
    for item in body.get("TransactItems", []):
        ((kind, what),) = item.items()
        named.append(f"{kind}-{what['TableName']}")
    return tuple(sorted(_bare(name) for name in named))


def _bare(name: str) -> str:
    kind, dash, rest = name.partition("-")
    return (
        f"{kind.lower()} {rest.rpartition('-')[2]}" if dash and kind[0].isupper() else name.rpartition("-")[2]
    )


def _consistent(operation: str, body: dict[str, Any]) -> bool | None:
    if operation == "BatchGetItem":
        return all(part.get("ConsistentRead") for part in body["RequestItems"].values())
    return body.get("ConsistentRead", False) if operation in {"GetItem", "Query", "Scan"} else None
