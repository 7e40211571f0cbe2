"""The step `seal_trail`: each day once, when nothing can come into it any more, each on the seal of the day before."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.trail_copy import DAY, SEALED_AFTER, SEALS, beginning, opened, root_of
from chalicelib.steps import seal_trail as module
from chalicelib.steps.seal_trail import seal
from tests.fakes.bucket import Bucket
from tests.world.running import at_work, heard
from tests.world.world import World

FIRST = "2030-03-10"
END = beginning(FIRST) + DAY


@pytest.fixture
def bucket() -> Bucket:
    bucket = Bucket()
    for day in (FIRST, "2030-03-12"):
        for name in "ab":
            bucket.copies().put(f"events/{day}/{name}", b"x")
    bucket.copies().put("events/nonsense/a", b"x")
    return bucket


def sealing(world: World, bucket: Bucket, now: float) -> int:
    with heard(world.lines):
        return seal(bucket.copies(), world.rings["trail"], now)["sealed"]


def test_tr_13_day_is_sealed_once_nothing_can_come_and_no_sooner(world: World, bucket: Bucket) -> None:
    """TR-13: a record that was late is in it; what is copied after it is seen."""
    assert sealing(world, bucket, END + SEALED_AFTER - 1) == 0
    bucket.copies().put(f"events/{FIRST}/late", b"x")
    assert sealing(world, bucket, END + SEALED_AFTER) == 1
    told: Any = opened(bucket.copies().read(f"{SEALS}/{FIRST}") or b"", SEALS, world.rings["trail"])
    assert (told["day"], told["count"], told["previous"]) == (FIRST, 3, "")
    assert told["root"] == root_of(f"events/{FIRST}/{name}" for name in ("a", "b", "late"))[1]
    assert sealing(world, bucket, END + SEALED_AFTER + 3600) == 0


def test_tr_13_runs_that_were_missed_are_made_up_for_day_by_day(world: World, bucket: Bucket) -> None:
    """TR-13: also a day without an event has its seal: the chain has no gap in which one could be missing."""
    assert sealing(world, bucket, END + SEALED_AFTER) == 1
    assert sealing(world, bucket, END + 3 * DAY + SEALED_AFTER) == 3
    bodies = [bucket.copies().read(name) or b"" for name in bucket.copies().names(SEALS)]
    before = ""
    for body in bodies:
        told: Any = opened(body, SEALS, world.rings["trail"])
        assert told["previous"] == before
        before = hashlib.sha256(body).hexdigest()
    assert [json.loads(body)["count"] for body in bodies] == [2, 0, 2, 0]


def test_tr_13_copy_of_before_the_first_day_gets_no_seal_behind_the_others(
    world: World, bucket: Bucket
) -> None:
    sealing(world, bucket, END + SEALED_AFTER)
    bucket.copies().put("events/2030-03-09/forged", b"x")
    assert sealing(world, bucket, END + SEALED_AFTER) == 0


def test_tr_13_without_any_copy_there_is_nothing_to_seal(world: World) -> None:
    assert sealing(world, Bucket(), END) == 0


def test_tr_13_function_seals_and_what_is_away_is_asked_again(
    world: World, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "copies_in", lambda *_: bucket.copies())
    monkeypatch.setattr(module, "keyring", world.keyring)
    monkeypatch.setattr(module, "portal", lambda: world.portal)
    world.clock.passes(END + SEALED_AFTER - world.clock())
    with heard(world.lines), at_work("seal_trail"):
        assert module.seal_trail({"source": "aws.events"}, None) == {"sealed": 1}
        bucket.away = True
        with pytest.raises(Unavailable):
            module.seal_trail({"source": "aws.events"}, None)
