"""One portal and one Chromium for each process of the test run, and people on every screen before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import DESKTOP, PHONE, PLAIN, Screen, started
from tests.browser.gallery import Gallery
from tests.browser.person import Person
from tests.browser.reaching import reached
from tests.engine import Engine
from tests.journeys.town import Town

HERE = Path(__file__).parent
Arrives = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="session")
def gallery(chromium: Browser) -> Gallery:
    return Gallery(chromium)


@pytest.fixture(scope="session")
def town(engine: Engine) -> Iterator[Town]:
    """The portal with its default settings."""
    running = Town(engine)
    yield running
    running.stop()


@pytest.fixture
def portal(town: Town) -> str:
    """Where people reach it."""
    return reached(town)


@pytest.fixture
def arrives(chromium: Browser, portal: str) -> Iterator[Arrives]:
    """Somebody comes: `arrives(PHONE)`. At the end, nothing must have gone wrong behind their back."""
    people: list[Person] = []

    def one(screen: Screen = DESKTOP) -> Person:
        people.append(Person(chromium, portal, screen))
        return people[-1]

    yield one
    for person in people:
        person.leaves()


@pytest.fixture(params=[DESKTOP, PHONE, PLAIN], ids=lambda screen: screen.name)
def person(request: pytest.FixtureRequest, arrives: Arrives) -> Person:
    """Somebody on a desktop, on a phone in the dark, and on a phone without scripts."""
    return arrives(request.param)
