"""The portal over the real store, whose calls the tests break."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from chalicelib.storage.store import DynamoStore


@pytest.fixture
def store(real_store: DynamoStore) -> DynamoStore:
    return real_store


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its attempts botocore waits up to a second, which is its business and not ours to test; so do we."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    at_once = SimpleNamespace(sleep=lambda _: None, monotonic=time.monotonic)
    monkeypatch.setattr("chalicelib.storage.deadline.time", at_once)
