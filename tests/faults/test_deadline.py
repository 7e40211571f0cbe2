"""RL-01: over a store that answers late, or not at all, each function has answered before Lambda would stop it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.refusals import Unavailable
from chalicelib.storage import deadline
from chalicelib.storage.store import DynamoStore
from infra.gateway import functions
from tests.engine import Engine
from tests.fakes.looking import stored, trail
from tests.faults.scenes import live_sessions
from tests.faults.slow import Late, late
from tests.world.residents import Resident, a_resident
from tests.world.visitors import PASSWORD, Reply
from tests.world.world import World

pytestmark = pytest.mark.slow

TIME_OUT = 5.0


@pytest.fixture
def proxy(engine: Engine) -> Iterator[Late]:
    with late(engine.url) as told:
        yield told


@pytest.fixture
def slow_world(
    bound: tuple[DynamoStore, str], proxy: Late, monkeypatch: pytest.MonkeyPatch
) -> tuple[World, Late]:
    """A portal behind the proxy, whose functions have five seconds."""
    monkeypatch.undo()  # waits are waited for here
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    monkeypatch.setattr(functions, "time_out", lambda _: TIME_OUT)
    store = DynamoStore(botocore.session.get_session(), "eu-west-1", bound[1], threshold=5, cap=900)
    return World(store), proxy


class Watch:
    """How long each function of a world ran."""

    def __init__(self, world: World) -> None:
        self.seconds: list[float] = []
        invoke = world.invoke

        def timed(step: str, event: dict[str, Any]) -> Any:
            began = time.monotonic()
            try:
                return invoke(step, event)
            finally:
                self.seconds.append(time.monotonic() - began)

        world._api._invoke = timed


def logs_on(world: World, resident: Resident) -> Reply:
    return world.visitor().logon(resident.email, PASSWORD)


@pytest.mark.parametrize("seconds", [0.4, 0.9, 1.3, 1.9, 2.5])
def test_rl_01_logon_over_a_late_store_ends_before_lambda_ends_it(
    slow_world: tuple[World, Late], seconds: float
) -> None:
    """The person is in, or hears to come back in a moment, and the next attempt works."""
    world, proxy = slow_world
    resident, watch = a_resident(world, failures=2), Watch(world)
    proxy.seconds = seconds
    reply = logs_on(world, resident)
    assert max(watch.seconds) < TIME_OUT - 0.2, watch.seconds
    assert (reply.status, reply.code) in {(200, ""), (503, "unavailable")}
    assert reply.status == 200 or int(reply.header("Retry-After")) > 0
    time.sleep(seconds)
    proxy.seconds = 0
    assert len(live_sessions(world, resident)) == (reply.status == 200)
    assert logs_on(world, resident).status == 200


def test_rl_01_quarter_second_answers_let_everybody_in(slow_world: tuple[World, Late]) -> None:
    world, proxy = slow_world
    resident = a_resident(world)
    proxy.seconds = 0.25
    assert logs_on(world, resident).status == 200


def test_rl_01_authorizer_over_a_late_store_is_a_503_in_time(slow_world: tuple[World, Late]) -> None:
    """Closed when in doubt: nobody is let through, nobody is told to log on again."""
    world, proxy = slow_world
    resident, visitor = a_resident(world), world.visitor()
    visitor.logs_on(resident.email)
    watch = Watch(world)
    proxy.seconds = 2.5
    reply = visitor.get("/account")
    assert (reply.status, reply.code) == (503, "unavailable")
    assert max(watch.seconds) < TIME_OUT - 0.2
    proxy.seconds = 0
    assert visitor.get("/account").status == 200


def test_rl_01_a_function_with_no_time_left_asks_nothing(
    slow_world: tuple[World, Late], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, proxy = slow_world
    resident = a_resident(world)
    before, calls = stored(world.store, resident.account), proxy.calls
    for left in (-1.0, 0.0, 1.0, 3.4):
        monkeypatch.setattr(functions, "time_out", lambda _, left=left: left)
        asked = proxy.calls
        reply = logs_on(world, resident)
        assert (reply.status, reply.code) == (503, "unavailable")
        assert proxy.calls == asked
    assert stored(world.store, resident.account) == before
    assert trail(world.store, resident.account) == []
    assert calls > 0


def test_rl_01_time_out_of_each_function_is_the_one_it_is_deployed_with() -> None:
    told = {step: functions.LambdaContext(step).get_remaining_time_in_millis() for step in ("logon", "setup")}
    assert told["logon"] == pytest.approx(10_000, abs=100)
    assert told["setup"] == pytest.approx(30_000, abs=100)
    assert functions.LambdaContext("sweep_mail").get_remaining_time_in_millis() > 800_000


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("chalicelib.storage.deadline.time.monotonic", lambda: seconds)


class Sent:
    """What botocore hands to its hook."""

    def __init__(self) -> None:
        self.context: dict[str, float] = {}


@pytest.mark.parametrize(
    ("since", "read"), [(0, None), (4.99, None), (5.5, 1.5), (6.5, 0.5), (6.51, "no"), (20, "no")]
)
def test_rl_01_an_attempt_reads_no_longer_than_there_is_time_or_is_not_made(
    monkeypatch: pytest.MonkeyPatch, since: float, read: float | str | None
) -> None:
    at(monkeypatch, 1000)
    with deadline.within(10):
        at(monkeypatch, 1000 + since)
        sent = Sent()
        if read == "no":
            with pytest.raises(Unavailable, match="request_deadline_passed"):
                deadline.before_send(sent)
            return
        deadline.before_send(sent)
        assert sent.context.get("read_timeout") == (None if read is None else pytest.approx(read))


@pytest.mark.parametrize(("since", "again"), [(0, None), (5.4, None), (5.6, False), (9, False)])
def test_rl_01_no_second_attempt_where_it_could_not_end(
    monkeypatch: pytest.MonkeyPatch, since: float, again: bool | None
) -> None:
    at(monkeypatch, 1000)
    with deadline.within(10):
        at(monkeypatch, 1000 + since)
        assert deadline.needs_retry() is again


def test_rl_01_last_write_has_time_that_was_kept_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 1000)
    with deadline.within(10):
        at(monkeypatch, 1008)
        with deadline.closing():
            deadline.before_send(Sent())
        with pytest.raises(Unavailable):
            deadline.before_send(Sent())
        at(monkeypatch, 1008.1)
        with deadline.closing(), pytest.raises(Unavailable):
            deadline.before_send(Sent())


def test_rl_01_what_begins_inside_a_function_ends_no_later_than_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch of a minute, each record with its own ten seconds, and the last one with what is left."""
    at(monkeypatch, 1000)
    with deadline.within(60):
        at(monkeypatch, 1020)
        with deadline.within(10):
            assert deadline.left() == pytest.approx(8)
        at(monkeypatch, 1055)
        with deadline.within(10):
            assert deadline.left() == pytest.approx(3)
    assert deadline.left() == float("inf")


def test_rl_01_without_a_time_of_lambdas_a_request_has_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 1000)
    with deadline.within(None):
        assert deadline.left() == pytest.approx(8)
