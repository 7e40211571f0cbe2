"""The portal over the real store on the test engine."""

from __future__ import annotations

import pytest

from chalicelib.storage.store import DynamoStore
from tests.fakes.premises import Premises, a_portal
from tests.fakes.real_store import bound, real_store

__all__ = ["bound", "real_store"]


@pytest.fixture
def premises(real_store: DynamoStore) -> Premises:
    return Premises(a_portal(real_store))
