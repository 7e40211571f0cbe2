"""What a copy of an event is called, what is taken for one, and when a day is sealed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.events import RESTORED, EventKind
from chalicelib.domain.keys import Keyring
from chalicelib.domain.trail_copy import (
    DAY,
    ERASURES,
    PERSONAL,
    SAME,
    SEALS,
    Refused,
    body_of,
    copied,
    copied_of,
    day_of,
    days_among,
    demand_of_stream,
    due_days,
    opened,
    root_of,
    sealed,
    sealed_day,
    without_personal,
)
from chalicelib.storage.rows import event_row
from infra.keys import new_ring
from tests.fakes.samples import NOW, an_account, an_event

EVENT = an_event(
    an_account().id,
    EventKind.ACCOUNT_DISABLED,
    email="ann@people.test",
    source="192.0.2.1",
    details={"reason": "stolen notebook"},
)
ROW: Any = event_row(EVENT).serialize()
TABLE = "portal-test-events"
RING = Keyring.from_json(json.dumps(new_ring()))


def record(**changed: Any) -> dict[str, Any]:
    """As the stream tells of it."""
    keys = {name: ROW[name] for name in ("account_id", "at")}
    told = {
        "SequenceNumber": "700",
        "Keys": keys,
        "NewImage": ROW,
        "ApproximateCreationDateTime": NOW,
        **changed,
    }
    arn = f"arn:aws:dynamodb:eu-west-1:1:table/{TABLE}/stream/2026-11-29T00:00:00.000"
    return {"eventName": "INSERT", "eventSourceARN": arn, "dynamodb": told}


def test_tr_12_same_record_is_the_same_copy_whoever_read_it() -> None:
    """TR-12: from the stream, or from the table with its numbers written otherwise and its names in another order."""
    first = copied(*demand_of_stream(record(), TABLE, NOW), SAME)
    other = dict(reversed(ROW.items())) | {"time": {"N": f"{ROW['time']['N']}00"}}
    assert copied(other, NOW, "700", SAME) == first
    assert body_of(other) == body_of(ROW)
    assert copied_of(first.name) == first


@pytest.mark.parametrize("name", sorted(ROW))
def test_tr_12_whatever_is_changed_of_a_row_is_seen_in_its_name(name: str) -> None:
    first, other = (copied(row, NOW, "1", SAME) for row in (ROW, {**ROW, name: {"S": "9"}}))
    assert (first.row, *first.content) != (other.row, *other.content)
    assert (first.rest != other.rest) == (name not in PERSONAL)


def test_tr_12_what_a_restore_does_to_a_row_is_no_change() -> None:
    back = {name: one for name, one in ROW.items() if name != "mail_hour"} | {RESTORED: {"S": "then"}}
    assert copied(back, NOW, "1", SAME).content == copied(ROW, NOW, "1", SAME).content


def test_tr_14_what_was_erased_changes_one_digest_alone_and_nobody_guesses_it_back() -> None:
    """TR-14: the digest of what is a person's is of this row, so the same address in two rows is not seen to be one."""
    erased = {name: one for name, one in ROW.items() if name not in PERSONAL}
    assert without_personal(erased)
    assert not without_personal(ROW)
    first, then = (copied(row, NOW, "1", SAME) for row in (ROW, erased))
    assert (first.rest, first.row) == (then.rest, then.row)
    assert first.personal != then.personal
    assert copied({**ROW, "at": {"S": "other"}}, NOW, "1", SAME).personal != first.personal


@pytest.mark.parametrize(
    ("made_up", "why"),
    [
        (
            record() | {"eventSourceARN": "arn:aws:dynamodb:eu-west-1:1:table/mine/stream/x"},
            "not_of_this_stream",
        ),
        ({"dynamodb": record()["dynamodb"]}, "not_of_this_stream"),
        (record(NewImage=ROW | {"account_id": {"S": "other"}}), "names_another_row"),
        (record(NewImage={}), "names_another_row"),
        (record(SequenceNumber="../../x"), "no_place"),
        (record(SequenceNumber="9" * 41), "no_place"),
        (record(ApproximateCreationDateTime=NOW - DAY - 3601), "not_of_now"),
        (record(ApproximateCreationDateTime=NOW + 901), "not_of_now"),
        (record(ApproximateCreationDateTime=0), "not_of_now"),
    ],
)
def test_tr_13_what_is_no_record_of_this_stream_or_of_now_is_not_taken(made_up: Any, why: str) -> None:
    """TR-13: a record that somebody made up or kept."""
    with pytest.raises(Refused, match=why):
        demand_of_stream(made_up, TABLE, NOW)


@given(st.integers(0, 2 * 10**9), st.integers(-3 * DAY, 1000), st.integers(0, 900))
def test_tr_13_what_is_still_taken_is_of_no_day_that_is_sealed(now: int, ago: int, slow: int) -> None:
    """TR-13: whatever comes late, and by a clock that is behind."""
    created = now + ago
    try:
        demand_of_stream(record(ApproximateCreationDateTime=created), TABLE, now)
    except Refused:
        return
    day = day_of(created)
    assert day not in due_days(day, now + slow)


def test_tr_13_days_are_due_in_their_order_without_a_gap() -> None:
    days = list(due_days("2030-03-10", NOW))
    assert days == [f"2030-03-{number}" for number in range(10, 16)]  # it is the afternoon of the 17th
    assert days_among(["2030-03-11", "x", "2030-03-10", "2030-3-1"]) == ["2030-03-10", "2030-03-11"]


@pytest.mark.parametrize(
    "name", ["events/x", f"{copied(ROW, NOW, '1', SAME).name}x", "events/2030-03-17/1-2-3"]
)
def test_tr_12_what_is_named_otherwise_is_no_copy(name: str) -> None:
    assert copied_of(name) is None


def test_tr_12_copy_in_the_folder_of_another_day_is_none() -> None:
    name = copied(ROW, NOW, "1", SAME).name
    assert copied_of(name.replace(day_of(NOW), day_of(NOW - DAY))) is None


def test_tr_13_seal_is_of_its_words_its_use_and_its_key() -> None:
    body = sealed_day("2030-03-10", ["b", "a"], b"before", RING)
    told = opened(body, SEALS, RING)
    assert told is not None
    assert (told["count"], told["root"]) == root_of(["a", "b", "a"])
    assert root_of(["a"]) != root_of(["b"])
    assert opened(body, ERASURES, RING) is None
    assert opened(body.replace(b"2030-03-10", b"2030-03-11"), SEALS, RING) is None
    assert opened(body, SEALS, Keyring.from_json(json.dumps(new_ring()))) is None
    for nonsense in (b"", b"{}", b"[]", b"null", b'{"seal":1,"key":"k1"}', b'{"seal":"x","key":"k9"}'):
        assert opened(nonsense, SEALS, RING) is None


def test_tr_13_what_a_key_has_sealed_is_opened_after_a_rotation() -> None:
    ring, more = new_ring(), new_ring()
    body = sealed({"day": "x"}, SEALS, Keyring.from_json(json.dumps(ring)))
    rotated = {"current": "k2", "keys": {**ring["keys"], "k2": more["keys"]["k1"]}}
    assert opened(body, SEALS, Keyring.from_json(json.dumps(rotated))) is not None
