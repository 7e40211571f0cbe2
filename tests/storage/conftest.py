"""The same tests on the fake store and on the real one."""

from __future__ import annotations

import pytest

from chalicelib.domain.ports import Store
from chalicelib.storage.database import Database
from chalicelib.storage.store import DynamoStore
from tests.fakes.real_store import bound, real_store
from tests.fakes.store import FakeStore

__all__ = ["bound", "real_store"]


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    """Either; what a test says of one is true of the other."""
    if request.param == "fake":
        return FakeStore()
    real: Store = request.getfixturevalue("real_store")
    return real


@pytest.fixture
def database(real_store: DynamoStore) -> Database:
    """What the acts of the real store share."""
    return real_store.database


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited between two tries; here nobody waits."""
    slept: list[float] = []
    monkeypatch.setattr("chalicelib.storage.deadline.time.sleep", slept.append)
    return slept
