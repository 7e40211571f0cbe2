"""The world every room of the tests may use, over a store in memory unless a room's conftest says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.ports import Store

if TYPE_CHECKING:
    from tests.world.world import World


@pytest.fixture
def store() -> Store:
    """Where the portal keeps everything: a room over the real store has a fixture of this name."""
    from tests.fakes.store import FakeStore  # noqa: PLC0415 - so that what needs no world does not wait for one

    return FakeStore()


@pytest.fixture
def world(store: Store) -> World:
    """A portal of the test's own, with the default settings, at https://portal.example."""
    from tests.world.world import World  # noqa: PLC0415 - as above

    return World(store)
