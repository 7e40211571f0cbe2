"""Fixtures every room of the tests may use: the embedded engine and the whole portal behind the local gateway."""

from infra import catalogues

pytest_plugins = ["tests.engine", "tests.gateway"]


def pytest_configure() -> None:
    """The tests speak every language the portal speaks."""
    catalogues.compiled()
