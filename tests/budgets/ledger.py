"""What a request asks of DynamoDB: each call with its tables, and how many had to come one after another.

Which calls come one after another is told by what waits for what, never by a clock: on a busy machine a call that was
handed to another thread may have ended before the next one begins, although nothing waited for it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

import pytest

from chalicelib.storage.database import Database
from chalicelib.storage.store import DynamoStore
from tests.fakes.premises import Premises

T = TypeVar("T")


@dataclass
class Call:
    """One call. `consistent` is None for a write; `place` is its place in the longest chain that leads to it."""

    step: str
    operation: str
    tables: tuple[str, ...]
    consistent: bool | None
    place: int

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
        """How many of a step's calls had to come one after another."""
        return len({call.place for call in self.of(step)})


class Chain:
    """How many calls each thread has behind it when it makes its next one."""

    def __init__(self) -> None:
        self._behind: dict[int, int] = {}
        self.under_way = 0

    @property
    def behind(self) -> int:
        return self._behind.get(threading.get_ident(), 0)

    @behind.setter
    def behind(self, calls: int) -> None:
        self._behind[threading.get_ident()] = calls

    def next(self) -> int:
        """The place of the call that this thread makes now."""
        self.behind += 1
        return self.behind

    def beside(self, database: Database, patch: pytest.MonkeyPatch, act: Callable[[], T]) -> Future[T]:
        """Hand over: the act begins with what lies behind now, and is behind whoever waits for its result."""
        before, after = self.behind, []

        def begun() -> T:
            self.behind = before
            try:
                return act()
            finally:
                after.append(self.behind)

        def waited(timeout: float | None = None) -> T:
            try:
                return result(timeout)
            finally:
                self.behind = max(self.behind, *after)
                self.under_way -= 1

        future = Database.beside(database, begun)
        self.under_way += 1
        result = future.result
        patch.setattr(future, "result", waited)
        return future


@contextmanager
def counting(premises: Premises) -> Iterator[Ledger]:
    """Everything the portal asks while this lasts."""
    ledger, chain, store = Ledger(), Chain(), premises.portal.store
    assert isinstance(store, DynamoStore)
    database, hasher = store.database, cast(Any, premises.portal.hasher)
    events, runs = database.connection.client.meta.events, hasher.runs

    def before(model: Any, params: dict[str, Any], **_: Any) -> None:
        body = json.loads(params["body"])
        asked = model.name, _tables(body), _consistent(model.name, body)
        ledger.calls.append(Call(premises.running, *asked, chain.next()))

    events.register("before-call.dynamodb", before)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "beside", partial(chain.beside, database, patch))
            yield ledger
    finally:
        events.unregister("before-call.dynamodb", before)
        ledger.hashes = hasher.runs - runs
    assert not chain.under_way, "nobody asked for the result of what was done beside"


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
