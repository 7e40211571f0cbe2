"""RL-06, TR-12, TR-13: the copy of the trail and its seals, while every call to the table and to the bucket breaks.

What is written there can never be taken back, so what a broken run leaves must be what a whole one writes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.trail_copy import DAY, SAME, SEALED_AFTER, SEALS, beginning, copied_of
from chalicelib.steps.copy_trail import work
from chalicelib.steps.seal_trail import seal
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from tests.fakes.bucket import Bucket
from tests.fakes.planting import plant
from tests.fakes.samples import an_account, an_event
from tests.faults.breaking import Fault, Killed
from tests.faults.test_waiting import FAULTS, survives
from tests.steps.test_copy_trail import record
from tests.world.running import at_work, heard
from tests.world.world import World

OF_A_BUCKET = [
    Fault.THROTTLED,
    Fault.SERVER_ERROR,
    Fault.TIMEOUT,
    Fault.LOST,
    Fault.LOST_ONCE,
    Fault.KILLED_BEFORE,
    Fault.KILLED_AFTER,
]
SAYS = {Fault.THROTTLED: "SlowDown", Fault.SERVER_ERROR: "InternalError"}
MOST_CALLS = 30
B = TypeVar("B", bound=Bucket)
FIRST = "2030-03-10"


class Breaking(Bucket):
    """Call number `at` gets the fault, and no other."""

    def __init__(self, fault: Fault, at: int) -> None:
        super().__init__()
        self._fault, self._at, self._calls = fault, at, 0
        self.hit = False

    def heal(self) -> None:
        """From now on it answers."""
        self._at = -1

    def put_object(self, **asked: Any) -> Any:  # type: ignore[override]
        return self._ask(super().put_object, asked)

    def get_object(self, **asked: Any) -> Any:  # type: ignore[override]
        return self._ask(super().get_object, asked)

    def list_object_versions(self, **asked: Any) -> Any:  # type: ignore[override]
        return self._ask(super().list_object_versions, asked)

    def _ask(self, act: Callable[..., Any], asked: dict[str, Any]) -> Any:
        here, self._calls = self._calls == self._at, self._calls + 1
        if not here:
            return act(**asked)
        self.hit = True
        if self._fault in SAYS:
            raise ClientError({"Error": {"Code": SAYS[self._fault]}}, "any")
        if self._fault is Fault.KILLED_BEFORE:
            raise Killed
        if self._fault is not Fault.TIMEOUT:
            act(**asked)
        if self._fault is Fault.LOST_ONCE:  # botocore sends the same call again
            return act(**asked)
        if self._fault is Fault.KILLED_AFTER:
            raise Killed
        raise ReadTimeoutError(endpoint_url="https://copy")


def happens(world: World, number: int) -> Any:
    """A logon is refused; its record of the stream."""
    account = an_account()
    plant(world.store, account)
    event = an_event(account.id, EventKind.LOGON_REFUSED, at=world.clock())
    world.store.events.record(event)
    return record(world, event_row(event).serialize(), number)


def copies(world: World, bucket: Bucket, records: list[Any], again: list[str]) -> None:
    """`again` is what the stream keeps; all of it where the function was stopped."""
    with heard(world.lines), at_work("copy_trail"):
        told = work({"Records": records}, world.portal, bucket.copies())
    again[:] = [one["itemIdentifier"] for one in told["batchItemFailures"]]


def copied_once_as_it_is(world: World, bucket: Bucket, records: list[Any], again: list[str]) -> None:
    """Lambda begins again at the lowest record that failed; then each has one copy, and nothing is doubted."""
    if again:
        begin = min(int(number) for number in again)
        copies(
            world, bucket, [one for one in records if int(one["dynamodb"]["SequenceNumber"]) >= begin], again
        )
    assert again == []
    made = [copied_of(name) for name in sorted(bucket.versions)]
    assert [(int(one.sequence), one.seen) for one in made if one] == [(1, SAME), (2, SAME)]
    assert [len(versions) for versions in bucket.versions.values()] == [1, 1]
    assert not any("TrailDoubts" in line for line in world.lines)


@pytest.mark.parametrize("fault", FAULTS)
def test_rl_06_whatever_call_to_the_table_breaks_each_event_is_copied_once_as_it_is(
    world: World, store: DynamoStore, fault: Fault
) -> None:
    def broken(at: int) -> bool:
        bucket, again = Bucket(), ["1", "2"]
        records = [happens(world, number) for number in (1, 2)]
        hit = survives(store, fault, at, lambda: copies(world, bucket, records, again))
        copied_once_as_it_is(world, bucket, records, again)
        return hit

    assert [broken(at) for at in range(2)] == [True, False]


@pytest.mark.parametrize("fault", OF_A_BUCKET)
def test_rl_06_whatever_call_to_the_bucket_breaks_each_event_is_copied_once_as_it_is(
    world: World, fault: Fault
) -> None:
    def broken(at: int) -> bool:
        bucket, again = Breaking(fault, at), ["1", "2"]
        records = [happens(world, number) for number in (1, 2)]
        with suppress(Killed):
            copies(world, bucket, records, again)
        bucket.heal()
        copied_once_as_it_is(world, bucket, records, again)
        return bucket.hit

    assert until_none_breaks(broken) == 2


def until_none_breaks(broken: Callable[[int], bool]) -> int:
    """How many calls there were, each broken once."""
    return next(at for at in range(MOST_CALLS) if not broken(at))


def two_days(bucket: B) -> B:
    for day in (FIRST, "2030-03-12"):
        for name in "ab":
            bucket.forced(f"events/{day}/{name}", b"x")
    return bucket


@pytest.mark.parametrize("fault", OF_A_BUCKET)
def test_rl_06_whatever_call_of_the_sealing_breaks_the_next_run_makes_the_seals_of_a_whole_one(
    world: World, fault: Fault
) -> None:
    """Attack: a run that broke off leaves a chain with a gap, or a seal on another than the one before."""

    def seals(bucket: Bucket) -> dict[str, list[bytes | None]]:
        with heard(world.lines), at_work("seal_trail"):
            seal(bucket.copies(), world.rings["trail"], beginning(FIRST) + 4 * DAY + SEALED_AFTER)
        return {name: one for name, one in bucket.versions.items() if name.startswith(SEALS)}

    whole = seals(two_days(Bucket()))
    assert [len(one) for one in whole.values()] == [1] * 4

    def broken(at: int) -> bool:
        bucket = two_days(Breaking(fault, at))
        with suppress(Killed, Unavailable):
            seals(bucket)
        bucket.heal()
        assert seals(bucket) == whole
        return bucket.hit

    assert until_none_breaks(broken) > 2 * len(whole)
