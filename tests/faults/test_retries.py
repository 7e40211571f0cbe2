"""RL-01 and RL-03: how long we wait, what is tried again and what is final."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import botocore.session
import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.refusals import Unavailable
from chalicelib.storage.deadline import TRIES
from chalicelib.storage.store import DynamoStore
from tests.engine import Engine
from tests.fakes.looking import planted
from tests.fakes.samples import NOW, a_digest, a_session, an_event
from tests.faults.breaking import Fault, breaking
from tests.faults.every_scene import SCENES
from tests.faults.scenes import Scene
from tests.faults.test_sweep import MOST_CALLS
from tests.world.visitors import PASSWORD
from tests.world.world import World

pytestmark = pytest.mark.slow


def test_rl_01_the_client_waits_one_second_to_connect_two_to_read_and_tries_twice(
    real_store: DynamoStore,
) -> None:
    config = real_store.database.connection.client.meta.config
    assert config.connect_timeout <= 1
    assert config.read_timeout <= 2
    assert config.retries["total_max_attempts"] <= 2


@pytest.fixture
def silence() -> Iterator[str]:
    """An endpoint that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_rl_01_a_store_that_hangs_is_given_up_within_ten_seconds(
    engine: Engine, silence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", silence)
    hanging = DynamoStore(botocore.session.get_session(), "eu-west-1", "hanging-", threshold=5, cap=900)
    visitor, started = World(hanging).visitor(), time.monotonic()
    reply = visitor.logon("person@people.test", PASSWORD)
    assert (reply.status, reply.code) == (503, "unavailable")
    assert int(reply.header("Retry-After")) > 0
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("act", ["read", "read together", "update", "transaction"])
def test_rl_03_an_answer_that_never_comes_is_called_by_its_name_and_is_no_fault_of_ours(
    real_store: DynamoStore, act: str
) -> None:
    account = planted(real_store)
    acts: dict[str, Callable[[], object]] = {
        "read": lambda: real_store.sessions.standing(None),
        "read together": lambda: real_store.accounts.find(account.id),
        "update": lambda: real_store.logons.reserve_attempt(account.id, NOW),
        "transaction": lambda: real_store.events.record(an_event(account.id)),
    }
    with breaking(real_store, Fault.TIMEOUT, 0), pytest.raises(Unavailable) as refused:
        acts[act]()
    assert refused.value.cause == "dynamodb:ReadTimeoutError"


@pytest.mark.parametrize("arrange", SCENES, ids=lambda arrange: arrange.__name__)
def test_rl_03_a_conflict_twice_and_then_none_is_one_success(
    world: World, real_store: DynamoStore, arrange: Callable[[World], Scene]
) -> None:
    for at in range(MOST_CALLS):
        scene = arrange(world)
        with breaking(real_store, Fault.CONFLICT, at, often=2) as breaker:
            reply = scene.act()
        scene.holds(reply)
        if not breaker.hit:
            break
        assert breaker.reads or reply.status == scene.usual  # a read never meets a conflict


def test_rl_03_a_failed_condition_is_final(real_store: DynamoStore) -> None:
    account = planted(real_store, epoch=2)
    session = a_session(account, epoch=1)
    with breaking(real_store, Fault.CONFLICT, at=99) as breaker:
        assert not real_store.sessions.move_on(a_digest(), session, an_event(account.id))
    assert breaker.calls == 1


def reserve(store: DynamoStore, account: Account) -> object:
    return store.logons.reserve_attempt(account.id, NOW)


def open_session(store: DynamoStore, account: Account) -> object:
    return store.logons.open(account, a_session(account), an_event(account.id))


@pytest.mark.parametrize(("act", "writes"), [(reserve, 2), (open_session, 1)])
def test_rl_03_conflicts_without_end_are_unavailable_and_change_nothing(
    real_store: DynamoStore, act: Callable[[DynamoStore, Account], object], writes: int
) -> None:
    """Whoever reserves an attempt tries to give it back as well (LG-19)."""
    account = planted(real_store)
    with breaking(real_store, Fault.CONFLICT, 0, often=10**6) as breaker:
        with pytest.raises(Unavailable):
            act(real_store, account)
        assert breaker.calls == writes * TRIES
    assert real_store.accounts.find(account.id)[0] == account
