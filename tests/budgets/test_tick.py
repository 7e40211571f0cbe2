"""When answers leave (EN-05): refused logons and "forgot" on a tick, whatever the store took; a right logon at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from chalicelib.domain.timing import TICK_SECONDS
from tests.world.clock import Clock
from tests.world.residents import a_resident
from tests.world.visitors import PASSWORD
from tests.world.world import World


@dataclass
class Ticking(Clock):
    """Every look at it is later than the one before; waiting takes exactly as long as it should."""

    now: float = 1_800_000_000.0
    pace: float = 0.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        self.now += self.pace
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def paced(pace: float) -> tuple[World, Ticking]:
    clock = Ticking(pace=pace)
    world = World(clock=clock)
    world.portal = world.portal._replace(sleep=clock.wait)
    return world, clock


@pytest.mark.parametrize("pace", [0.001, 0.013, 0.04])
def test_en_05_known_and_unknown_refusals_wait_for_a_tick_however_slow_the_store_is(pace: float) -> None:
    world, clock = paced(pace)
    known = a_resident(world).email
    for email in (known, known.replace("person", "nobody")):
        assert world.visitor().logon(email, "not the password").status == 401
    assert len(clock.waits) == 2
    assert all(0 < wait < TICK_SECONDS for wait in clock.waits)


def test_en_05_a_right_logon_does_not_wait() -> None:
    world, clock = paced(0.001)
    assert world.visitor().logon(a_resident(world).email, PASSWORD).status == 200
    assert clock.waits == []


@pytest.mark.parametrize("pace", [0.001, 0.013, 0.04])
def test_en_05_forgot_answers_on_a_tick_for_known_and_unknown(pace: float) -> None:
    world, clock = paced(pace)
    known = a_resident(world).email
    for email in (known, known.replace("person", "nobody")):
        assert world.visitor().post("/password/forgot", {"email": email}).status == 202
    assert len(clock.waits) == 2
    assert all(0 < wait < TICK_SECONDS for wait in clock.waits)
