"""Every flow of the design, on a desktop, on a phone, and without scripts: what `make tour` walks through too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.flows import EVERY
from tests.browser.person import Person
from tests.journeys.town import Town


@pytest.mark.parametrize("flow", EVERY, ids=lambda flow: flow.__name__)
def test_flow(town: Town, person: Person, flow: Callable[[Town, Person], None]) -> None:
    flow(town, person)
