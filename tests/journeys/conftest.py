"""The portals of the journeys: one for each set of settings, started when the first test asks for it."""

import time
from collections.abc import Iterator

import pytest

from tests.engine import Engine
from tests.journeys.town import Town
from tests.world.verified import findings

PATIENCE = 60  # seconds in which a mail that is due is out, while nothing is down


@pytest.fixture(autouse=True)
def everything_holds() -> Iterator[None]:
    """Wherever somebody went: after each journey, what must hold of the tables holds (RL-14)."""
    yield
    for one in Town.inhabited:
        assert findings(one.engine.client("dynamodb"), one.prefix, time.time, PATIENCE) == []


@pytest.fixture(scope="session")
def town(engine: Engine) -> Iterator[Town]:
    """The portal with its default settings."""
    running = Town(engine)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def hasty_town(engine: Engine) -> Iterator[Town]:
    """A portal where links and temporary passwords live five seconds, a lock one, and an idle session five.

    No less: a mail that comes when what it carries is over is not sent, and a function's first start takes its time.
    """
    running = Town(
        engine,
        PORTAL_RESET_LIFETIME_SECONDS="5",
        PORTAL_FIRST_PASSWORD_LIFETIME_SECONDS="5",
        PORTAL_SESSION_IDLE_SECONDS="5",
        PORTAL_LOCK_SECONDS="1",
        PORTAL_LOCK_THRESHOLD="3",
    )
    yield running
    running.stop()
