"""RL-08: a throttled key is no failure.

It is asked for again with jitter while time remains; then 503, with nothing done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from chalicelib.domain.refusals import Unavailable
from chalicelib.storage import deadline
from chalicelib.storage.deadline import TRIES
from chalicelib.storage.store import DynamoStore
from tests.fakes.looking import planted, stored
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_session, an_event
from tests.faults.breaking import Fault, answered, breaking, cancelled, error, hooked
from tests.faults.every_scene import SCENES
from tests.faults.scenes import Scene
from tests.faults.test_sweep import MOST_CALLS
from tests.world.world import World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.THROTTLED_KEY])
@pytest.mark.parametrize("arrange", SCENES, ids=lambda arrange: arrange.__name__)
def test_rl_08_whatever_call_is_throttled_twice_the_person_is_answered_as_ever(
    world: World, real_store: DynamoStore, arrange: Callable[[World], Scene], fault: Fault
) -> None:
    for at in range(MOST_CALLS):
        scene = arrange(world)
        with breaking(real_store, fault, at, often=2) as breaker:
            reply = scene.act()
        assert reply.status == scene.usual, reply.text
        scene.holds(reply)
        if not breaker.hit:
            assert at > 1
            return
    pytest.fail("more calls than a flow may make")


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.THROTTLED_KEY])
def test_rl_08_a_row_that_was_not_read_is_not_a_row_that_is_not_there(
    real_store: DynamoStore, fault: Fault
) -> None:
    """Attack: one throttled key, and an account without its session's row is nobody's, or one without a policy."""
    account = planted(real_store)
    session = a_session(account)
    plant(real_store, session)
    with breaking(real_store, fault, 0, often=3) as breaker:
        standing = real_store.sessions.standing((account.id, session.digest))
    assert breaker.attempts >= 3
    assert standing.session == session
    assert standing.account is not None
    with breaking(real_store, fault, 0, often=10**6), pytest.raises(Unavailable) as refused:
        real_store.sessions.standing((account.id, session.digest))
    assert refused.value.cause in {
        "dynamodb:unprocessed_keys",
        "dynamodb:ProvisionedThroughputExceededException",
    }


@contextmanager
def reasons(store: DynamoStore, often: int, *codes: str) -> Iterator[list[str]]:
    """So many transactions are cancelled for these reasons; the tokens of all that were sent."""
    tokens: list[str] = []

    def before_send(request: Any, **_: Any) -> AWSResponse | None:
        asked = json.loads(request.body)
        if "TransactItems" not in asked:
            return None
        tokens.append(asked["ClientRequestToken"])
        return answered(request, *cancelled(asked, *codes)) if len(tokens) <= often else None

    with hooked(store, before_send):
        yield tokens


@pytest.mark.parametrize(
    "codes",
    [
        ("ThrottlingError",),
        ("ProvisionedThroughputExceeded",),
        ("TransactionConflict", "ThrottlingError"),
        ("None", "ProvisionedThroughputExceeded", "TransactionConflict"),
    ],
)
def test_rl_08_transaction_that_was_cancelled_for_want_of_room_is_tried_again_under_a_new_token(
    real_store: DynamoStore, codes: tuple[str, ...]
) -> None:
    account = planted(real_store, failures=2)
    with reasons(real_store, 3, *codes) as tokens:
        assert real_store.logons.open(account, a_session(account), an_event(account.id))
    assert len(set(tokens)) == len(tokens) == 4
    assert stored(real_store, account).failures == 0
    assert len(real_store.sessions.of_account(account.id)) == 1


@pytest.mark.parametrize("codes", [("ValidationError",), ("ThrottlingError", "ValidationError")])
def test_rl_08_transaction_that_can_never_succeed_is_not_tried_again(
    real_store: DynamoStore, codes: tuple[str, ...]
) -> None:
    account = planted(real_store)
    with reasons(real_store, 10**6, *codes) as tokens, pytest.raises(Unavailable):
        real_store.logons.open(account, a_session(account), an_event(account.id))
    assert len(tokens) == 1


def test_rl_03_a_condition_that_failed_beside_a_throttled_row_is_final(real_store: DynamoStore) -> None:
    account = planted(real_store)
    with reasons(real_store, 10**6, "ThrottlingError", "None", "ConditionalCheckFailed") as tokens:
        assert real_store.logons.open(account, a_session(account), an_event(account.id)) is None
    assert len(tokens) == 1


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.THROTTLED_KEY])
def test_rl_08_throttled_without_end_is_unavailable_and_changes_nothing(
    real_store: DynamoStore, fault: Fault
) -> None:
    account = planted(real_store)
    with breaking(real_store, fault, 0, often=10**6) as breaker, pytest.raises(Unavailable):
        real_store.logons.reserve_attempt(account.id, NOW)
    assert breaker.calls == TRIES
    with breaking(real_store, fault, 0, often=10**6) as breaker, pytest.raises(Unavailable):
        real_store.logons.open(account, a_session(account), an_event(account.id))
    assert breaker.calls == TRIES
    assert stored(real_store, account) == account


def test_rl_08_an_answer_lost_before_a_throttle_is_still_the_answer(real_store: DynamoStore) -> None:
    """The first attempt is applied and its answer lost, the second throttled: all the time it is one transaction."""
    account, tokens = planted(real_store), []

    def before_send(request: Any, **_: Any) -> AWSResponse | None:
        tokens.append(json.loads(request.body)["ClientRequestToken"])
        if len(tokens) == 1:
            URLLib3Session().send(request)
            raise ReadTimeoutError(endpoint_url=request.url)
        return answered(request, *error(Fault.THROTTLED_KEY, {})) if len(tokens) == 2 else None

    with hooked(real_store, before_send):
        assert real_store.logons.open(account, a_session(account), an_event(account.id))
    assert (len(tokens), len(set(tokens))) == (3, 1)
    assert len(real_store.sessions.of_account(account.id)) == 1


def test_rl_08_no_wait_outlasts_the_request(real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    clock = [100.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr("chalicelib.storage.deadline.time.sleep", sleep)
    monkeypatch.setattr("chalicelib.storage.deadline.time.monotonic", lambda: clock[0])
    account = planted(real_store)
    with (
        real_store.request(5),
        breaking(real_store, Fault.THROTTLED, 0, often=10**6),
        pytest.raises(Unavailable),
    ):
        real_store.logons.reserve_attempt(account.id, NOW)
    assert 0 < sum(slept) <= 5 - deadline.ANSWER_SECONDS - deadline.CLOSING_SECONDS - deadline.NEEDED_SECONDS
