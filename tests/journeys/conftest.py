"""The portals of the journeys: one for each set of settings, started when the first test asks for it."""

from collections.abc import Iterator

import pytest

from tests.engine import Engine
from tests.journeys.town import Town


@pytest.fixture(scope="session")
def town(engine: Engine) -> Iterator[Town]:
    """The portal with its default settings."""
    running = Town(engine)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def hasty_town(engine: Engine) -> Iterator[Town]:
    """A portal where links and temporary passwords live two seconds, a lock one, and an idle session five."""
    running = Town(
        engine,
        PORTAL_RESET_LIFETIME_SECONDS="2",
        PORTAL_FIRST_PASSWORD_LIFETIME_SECONDS="2",
        PORTAL_SESSION_IDLE_SECONDS="5",
        PORTAL_LOCK_SECONDS="1",
        PORTAL_LOCK_THRESHOLD="3",
    )
    yield running
    running.stop()
