"""The portal over the real store, whose calls the tests break."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from chalicelib.storage.store import DynamoStore
from tests.fakes.premises import Premises, a_portal
from tests.fakes.real_store import bound, real_store

__all__ = ["bound", "real_store"]


@pytest.fixture
def premises(real_store: DynamoStore) -> Premises:
    return Premises(a_portal(real_store))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its attempts botocore waits up to a second, which is its business and not ours to test."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
