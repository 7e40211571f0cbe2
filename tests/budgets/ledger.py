"""What a request asks of DynamoDB: each call with its tables, and how many came one after another."""

from __future__ import annotations

import json
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

# How many calls have been waited for on the way to here, one after another. No clock: a busy machine changes nothing.
_waited: ContextVar[int] = ContextVar("waited", default=0)


@dataclass
class Call:
    """One call. `consistent` is None for a write; `trip` is how many calls were waited for until it was answered."""

    step: str
    operation: str
    tables: tuple[str, ...]
    consistent: bool | None
    trip: int

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
        """The longest chain of calls of which each was made once the one before it had been waited for."""
        trips = [call.trip for call in self.of(step)]
        return max(trips) - min(trips) + 1 if trips else 0


@contextmanager
def counting(world: World) -> Iterator[Ledger]:
    """Everything the portal asks while this lasts."""
    ledger, store = Ledger(), world.store
    assert isinstance(store, DynamoStore)
    events = store.database.connection.client.meta.events

    def before(model: Any, params: dict[str, Any], **_: Any) -> None:
        body, trip = json.loads(params["body"]), _waited.get() + 1
        _waited.set(trip)
        ledger.calls.append(Call(world.step, model.name, _tables(body), _consistent(model.name, body), trip))

    runs = world.hasher.runs
    events.register("before-call.dynamodb", before)
    try:
        with _counting_beside(store.database):
            yield ledger
    finally:
        events.unregister("before-call.dynamodb", before)
        ledger.hashes = world.hasher.runs - runs


@contextmanager
def _counting_beside(database: Database) -> Iterator[None]:
    """What runs beside others counts on from where it was handed over, and is waited for where its result is asked."""

    def beside(act: Callable[[], T]) -> Future[T]:
        reached = [0]

        def counted() -> T:
            try:
                return act()
            finally:
                reached.append(_waited.get())

        future = Database.beside(database, counted)
        result = future.result

        def waited_for(timeout: float | None = None) -> T:
            try:
                return result(timeout)
            finally:
                _waited.set(max(_waited.get(), *reached))

        future.result = waited_for  # type: ignore[method-assign]
        return future

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
