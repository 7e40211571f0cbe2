"""Fixtures every room of the tests may use: the embedded engine and the whole portal behind the local gateway."""

pytest_plugins = ["tests.engine", "tests.gateway"]
