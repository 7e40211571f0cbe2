"""Fixtures every room of the tests may use: the embedded engine and the whole portal behind the local gateway."""

import re
from pathlib import Path

import pytest
from hypothesis import settings

from infra import catalogues

pytest_plugins = [
    "tests.engine",
    "tests.fakes.real_store",
    "tests.gateway",
    "tests.published",
    "tests.world.fixtures",
]
BROWSER = Path(__file__).parent / "tests/browser"


def pytest_configure() -> None:
    """The tests speak every language the portal speaks, and time no example of a property: a machine may be busy."""
    catalogues.compiled()
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What needs Chromium and its driver is not even read unless it is asked for."""
    asked = re.search(r"(?<!not )\bbrowser\b", str(config.option.markexpr))
    return True if collection_path == BROWSER and not asked else None
