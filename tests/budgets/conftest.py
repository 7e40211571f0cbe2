"""The portal over the real store on the test engine."""

from __future__ import annotations

import pytest

from chalicelib.storage.store import DynamoStore


@pytest.fixture
def store(real_store: DynamoStore) -> DynamoStore:
    return real_store
