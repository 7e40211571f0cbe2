"""RL-06, RL-16, ML-11: what waits outside of the stream, while every call of what puts it there and takes it up breaks.

Each test has tables of its own: what another test has left in the same hour would wait here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import botocore.session
import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.mails import CLAIM_SECONDS
from chalicelib.domain.refusals import Unavailable
from chalicelib.steps.sweep_mail import sweep
from chalicelib.storage.store import DynamoStore
from tests.engine import Engine
from tests.fakes.looking import stored, trail
from tests.faults.breaking import REST, SWEPT, Fault, Killed, breaking
from tests.faults.test_worker import asked, copies_for, link_works, the_one_mail
from tests.world.mailer import UNREACHABLE
from tests.world.residents import Resident, a_resident
from tests.world.running import at_work, heard
from tests.world.ses_events import arrive, bounce
from tests.world.stream import Record
from tests.world.verified import findings
from tests.world.world import World

pytestmark = pytest.mark.slow

HOUR, DAY = 3600, 86400
FAULTS = [*SWEPT, *(pytest.param(fault, marks=pytest.mark.races) for fault in REST)]
MOST_CALLS = 40


@pytest.fixture
def store(engine: Engine, table_prefix: str) -> DynamoStore:
    return DynamoStore(botocore.session.get_session(), "eu-west-1", table_prefix, threshold=5, cap=900)


@pytest.fixture(autouse=True)
def what_must_hold(world: World, engine: Engine, table_prefix: str) -> Iterator[None]:
    """In these tables of their own, too."""
    yield
    assert findings(engine.client("dynamodb"), table_prefix, world.clock) == []


def survives(store: DynamoStore, fault: Fault, at: int, act: Callable[[], object]) -> bool:
    """Whether call number `at` was there to be broken. A run that raises or is stopped is what its schedule repeats."""
    with breaking(store, fault, at) as breaker:
        try:
            act()
        except (Killed, Unavailable):
            assert breaker.hit
    return breaker.hit


def sweeps(world: World) -> dict[str, int]:
    with heard(world.lines), at_work("sweep_mail"):
        return sweep(world.worker)


def waits(world: World) -> tuple[Resident, Record]:
    """Somebody whose mail was put aside while SES was away."""
    world.mailer.sent.clear()
    resident, one = asked(world)
    world.mailer.fault = UNREACHABLE
    assert world.works([one]) == []
    world.mailer.fault = None
    return resident, one


def puts_aside(world: World, one: Record, again: list[str]) -> None:
    """`again` is what the stream keeps; all of it where the function was stopped."""
    again[:] = world.works([one])


def out_once_with_a_link_that_works(world: World, resident: Resident) -> None:
    link_works(world, resident, the_one_mail(world, resident, at_most=2))
    assert trail(world.store, resident.account).count(EventKind.MAIL_SENT) == 1


def at_each_call(broken: Callable[[int], bool]) -> None:
    """Break the first call, then the second, until there was none to break any more, as `broken` tells."""
    for at in range(MOST_CALLS):
        if not broken(at):
            assert at > 1
            return
    pytest.fail("more calls than this may make")


@pytest.mark.parametrize("fault", FAULTS)
def test_rl_16_whatever_call_breaks_while_it_is_put_aside_the_mail_goes_out_later(
    world: World, store: DynamoStore, fault: Fault
) -> None:
    """SES is away, and the store breaks too: the record stays in the stream, or waits aside, and is never lost."""

    def broken(at: int) -> bool:
        world.mailer.sent.clear()
        resident, one = asked(world)
        world.mailer.fault = UNREACHABLE
        again = ["1"]
        hit = survives(store, fault, at, partial(puts_aside, world, one, again))
        world.mailer.fault = None
        world.clock.passes(CLAIM_SECONDS)
        if again:
            assert world.works([one]) == []
        world.resumes()
        world.clock.passes(CLAIM_SECONDS)
        world.resumes()
        out_once_with_a_link_that_works(world, resident)
        return hit

    at_each_call(broken)


@pytest.mark.parametrize("fault", FAULTS)
def test_rl_06_whatever_call_of_the_minute_s_run_breaks_the_next_one_sends_what_waits(
    world: World, store: DynamoStore, fault: Fault
) -> None:
    def broken(at: int) -> bool:
        resident, _ = waits(world)
        hit = survives(store, fault, at, world.resumes)
        for _ in range(2):
            world.clock.passes(CLAIM_SECONDS)
            world.resumes()
        out_once_with_a_link_that_works(world, resident)
        return hit

    at_each_call(broken)


@pytest.mark.parametrize("fault", FAULTS)
def test_rl_06_whatever_call_of_the_sweep_breaks_the_next_one_sends_what_the_stream_has_lost(
    world: World, store: DynamoStore, fault: Fault
) -> None:
    """A notice that nothing but the sweep knows of: nothing of it was put aside, and its record is gone."""

    def broken(at: int) -> bool:
        world.mailer.sent.clear()
        resident = a_resident(world)
        world.sends(resident.account)
        world.clock.passes(DAY + HOUR + 1)
        hit = survives(store, fault, at, partial(sweeps, world))
        world.clock.passes(HOUR)
        sweeps(world)
        if not copies_for(
            world, resident
        ):  # the hour was looked at twice, and its day is over: the next one is due
            world.clock.passes(DAY - HOUR)
            sweeps(world)
        the_one_mail(world, resident, at_most=2)
        assert trail(world.store, resident.account).count(EventKind.MAIL_SENT) == 1
        return hit

    at_each_call(broken)


@pytest.mark.parametrize("fault", FAULTS)
def test_ml_05_whatever_call_breaks_while_a_bounce_is_recorded_it_is_recorded_once(
    world: World, store: DynamoStore, fault: Fault
) -> None:
    """SNS hands it over again where the function has failed, and may do so where it has not."""

    def broken(at: int) -> bool:
        world.mailer.sent.clear()
        resident = a_resident(world)
        world.sends(resident.account)
        mail = world.mails(resident.account)[-1]
        told = bounce(mail, at=world.clock())
        hit = survives(store, fault, at, partial(arrive, world, told))
        for _ in range(2):
            arrive(world, told)
        assert stored(store, resident.account).undeliverable
        assert trail(store, resident.account).count(EventKind.MAIL_BOUNCED) == 1
        return hit

    at_each_call(broken)


def test_rl_16_what_waits_is_taken_up_once_by_many_runs(world: World, store: DynamoStore) -> None:
    """Duplicate: Lambda may start the minute's function twice, and the stream may bring the record again."""
    resident, one = waits(world)
    world.clock.passes(CLAIM_SECONDS)
    world.resumes()
    world.resumes()
    assert world.works([one]) == []
    the_one_mail(world, resident)
