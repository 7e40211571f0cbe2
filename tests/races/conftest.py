"""The portal over DynamoDB's own engine (`make races`), or over MiniStack with PORTAL_RACE_ENGINE=ministack."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chalicelib.storage.store import DynamoStore
from tests.engine import Engine
from tests.fakes.samples import NOW
from tests.world.verified import findings

MISSING = (
    "The races need DynamoDB's own engine, and PORTAL_TEST_DYNAMODB names none: run `make races` "
    "(java, and node to install it), or set PORTAL_RACE_ENGINE=ministack to run them on the embedded engine."
)


@pytest.fixture(scope="session", autouse=True)
def an_engine_that_is_atomic() -> None:
    """A race that is not run proves nothing: no engine is a failure, never a skip."""
    if not os.environ.get("PORTAL_TEST_DYNAMODB") and os.environ.get("PORTAL_RACE_ENGINE") != "ministack":
        pytest.fail(MISSING)


@pytest.fixture(autouse=True)
def everything_holds(engine: Engine, bound: tuple[DynamoStore, str]) -> Iterator[None]:
    """Whoever won: after each race, what must hold of the tables holds (RL-14)."""
    yield
    assert findings(engine.client("dynamodb"), bound[1], lambda: NOW) == []


@pytest.fixture
def store(real_store: DynamoStore) -> DynamoStore:
    return real_store
