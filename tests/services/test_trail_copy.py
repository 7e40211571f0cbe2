"""The bucket with the trail's copy: the same of one in memory and of an engine's."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from chalicelib.domain.refusals import Unavailable
from chalicelib.services.trail_copy import Copies, Version
from infra.gateway.environment import make_copy
from tests.engine import Engine
from tests.fakes.bucket import Bucket

pytestmark = pytest.mark.slow


@pytest.fixture(params=["memory", "engine"])
def copies(request: Any) -> Copies:
    if request.param == "memory":
        return Bucket().copies()
    engine: Engine = request.getfixturevalue("engine")
    name = f"copy-{uuid.uuid4().hex[:12]}"
    make_copy(engine.client("s3"), name)
    make_copy(engine.client("s3"), name)  # that it is there is no failure
    return Copies(engine.client("s3"), name)


def test_tr_12_nothing_is_written_over(copies: Copies) -> None:
    """TR-12: a repetition finds what is there, and is done; whatever it brings, the first stays."""
    assert copies.put("events/2030-03-17/a", b"first")
    assert not copies.put("events/2030-03-17/a", b"second")
    assert copies.read("events/2030-03-17/a") == b"first"
    assert copies.read("events/2030-03-17/b") is None


def test_tr_12_folders_and_names_are_listed_also_what_is_hidden(copies: Copies) -> None:
    for name in ("events/2030-03-17/a", "events/2030-03-17/b", "events/2030-03-18/a", "seals/2030-03-17"):
        copies.put(name, b"x")
    assert copies.folders("events") == ["2030-03-17", "2030-03-18"]
    assert copies.folders("erasures") == []
    assert copies.names("events/2030-03-17") == ["events/2030-03-17/a", "events/2030-03-17/b"]
    if isinstance(copies.client, Bucket):
        copies.client.forced("events/2030-03-17/a", None)
    else:
        copies.client.delete_object(Bucket=copies.bucket, Key="events/2030-03-17/a")
    assert copies.read("events/2030-03-17/a") is None
    assert copies.names("events/2030-03-17") == ["events/2030-03-17/a", "events/2030-03-17/b"]
    hidden = [one for one in copies.versions("events") if one.hidden]
    assert [one.name for one in hidden] == ["events/2030-03-17/a"]
    (there,) = [one for one in copies.versions("events") if one.name == hidden[0].name and not one.hidden]
    assert copies.read(there.name, there.version) == b"x"


def test_tr_12_every_page_is_read() -> None:
    bucket = Bucket()
    bucket.most = 2
    for number in range(5):
        bucket.copies().put(f"events/2030-03-17/{number}", b"x")
    assert len(list(bucket.copies().versions("events"))) == 5
    assert Version("events/2030-03-17/4", "0", False) in bucket.copies().versions("events")


def test_tr_12_bucket_that_is_away_is_said_by_its_cause() -> None:
    bucket = Bucket()
    bucket.away = True
    copies = bucket.copies()
    for asked in (
        lambda: copies.put("events/x", b""),
        lambda: copies.read("events/x"),
        lambda: copies.names("events"),
        lambda: copies.folders("events"),
    ):
        with pytest.raises(Unavailable, match="s3:ConnectTimeoutError"):
            asked()
