"""A portal in this process for each test, its clock to be moved."""

import pytest

from tests.steps.premises import Premises


@pytest.fixture
def premises() -> Premises:
    """With the default settings, at https://portal.example."""
    return Premises()
