"""The portal over the real store, whose calls the tests break."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from chalicelib.storage.store import DynamoStore
from tests.engine import Engine
from tests.fakes.samples import NOW
from tests.world.verified import findings, taken_as_they_are


@pytest.fixture
def store(real_store: DynamoStore) -> DynamoStore:
    return real_store


@pytest.fixture(scope="module", autouse=True)
def nothing_of_others(engine: Engine, bound: tuple[DynamoStore, str]) -> None:
    """The tables are the whole run's."""
    taken_as_they_are(engine.client("dynamodb"), bound[1])


@pytest.fixture(autouse=True)
def everything_holds(engine: Engine, bound: tuple[DynamoStore, str]) -> Iterator[None]:
    """Whatever broke on the way: after each test, what must hold of the tables holds (RL-14)."""
    yield
    assert findings(engine.client("dynamodb"), bound[1], lambda: NOW) == []


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its attempts botocore waits up to a second, which is its business and not ours to test; so do we."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    at_once = SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic)
    monkeypatch.setattr("chalicelib.storage.deadline.time", at_once)
