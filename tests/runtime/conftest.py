"""A portal of its own for each test."""

import pytest

from tests.steps.premises import Premises


@pytest.fixture
def premises() -> Premises:
    """With the default settings, at https://portal.example."""
    return Premises()
