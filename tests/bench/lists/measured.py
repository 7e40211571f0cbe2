"""One request over the real store: its trips and calls, the units the engine counts, and how long it was waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

from chalicelib.storage.store import DynamoStore
from tests.bench.lists.asked import Asked
from tests.budgets.ledger import counting
from tests.world.visitors import Visitor
from tests.world.world import World

READINGS = {"GetItem", "BatchGetItem", "Query"}
AGAIN = 3  # times each is asked; of the waits the median counts


class Cost(NamedTuple):
    """Of one request's step, without the authorizer before it."""

    trips: int
    calls: int
    units: float
    waited: float


@dataclass
class Watch:
    """Of each call of a step: read units, and from when until when it was waited for."""

    units: float = 0
    spans: list[tuple[float, float]] = field(default_factory=list)

    @property
    def waited(self) -> float:
        """Seconds in which at least one call was under way."""
        whole, end = 0.0, 0.0
        for began, ended in sorted(self.spans):
            whole += max(0.0, ended - max(began, end))
            end = max(end, ended)
        return whole


def cost(world: World, visitor: Visitor, asked: Asked, times: int = AGAIN) -> Cost:
    """What it costs; an answer that is not right ends the bench."""
    waits = []
    for _ in range(times):
        with counting(world) as ledger, watching(world, asked.step) as watch:
            if asked.body is None:
                reply = visitor.get(asked.path, Accept="text/html" if "export" not in asked.path else "*/*")
            else:
                reply = visitor.post(asked.path, asked.body)
        if reply.status != 200:
            raise SystemExit(f"{asked.path} answered {reply.status}: {reply.text[:300]}")
        waits.append(watch.waited)
    return Cost(ledger.trips(asked.step), len(ledger.of(asked.step)), watch.units, median(waits))


def one_get(world: World, table: str) -> float:
    """Seconds of a single GetItem, by the same watch."""
    assert isinstance(world.store, DynamoStore)
    key = {"TableName": table, "Key": {"domain": {"S": "*"}}, "ConsistentRead": True}
    with watching(world, None) as watch:
        for _ in range(100):
            world.store.database.connection.dispatch("GetItem", dict(key))
    return median(ended - began for began, ended in watch.spans)


@contextmanager
def watching(world: World, step: str | None) -> Iterator[Watch]:
    """What the calls of a step cost; without one, of whoever."""
    assert isinstance(world.store, DynamoStore)
    watch, begun = Watch(), dict[int, float]()
    hooks = world.store.database.connection.client.meta.events

    def before(**_: Any) -> None:
        begun[threading.get_ident()] = time.perf_counter()

    def after(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        ended = time.perf_counter()
        if step is None or world.step == step:
            watch.spans.append((begun[threading.get_ident()], ended))
            watch.units += _units(parsed) if model.name in READINGS else 0

    hooks.register_last("before-call.dynamodb", before)
    hooks.register_first("after-call.dynamodb", after)
    try:
        yield watch
    finally:
        hooks.unregister("before-call.dynamodb", before)
        hooks.unregister("after-call.dynamodb", after)


def _units(parsed: dict[str, Any]) -> float:
    told = parsed.get("ConsumedCapacity") or []
    return sum(float(one["CapacityUnits"]) for one in (told if isinstance(told, list) else [told]))
