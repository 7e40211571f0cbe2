"""Every flow of the design, on a desktop, a phone, and without scripts; docs/tour.md is drawn from what they keep."""

from __future__ import annotations

import pytest

from tests.browser import tour
from tests.browser.flows import EVERY
from tests.browser.person import Person
from tests.journeys.town import Town


@pytest.mark.parametrize("flow", EVERY, ids=lambda flow: flow.__name__)
def test_flow(town: Town, person: Person, flow: tour.Flow) -> None:
    flow(town, person)
    tour.kept(flow, person)
