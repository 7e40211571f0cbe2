"""For how many days a stage keeps its events: each row says when it goes, and for good says nothing."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session
import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.mails import WAITS, hour
from chalicelib.mail.worker import note_of
from chalicelib.storage.bus import mark_side
from chalicelib.storage.rows import event_row, trail_key
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import EventRow
from tests.engine import Engine
from tests.fakes.samples import DAY, NOW, an_account, an_event

pytestmark = pytest.mark.slow


@pytest.fixture
def kept(engine: Engine, table_prefix: str) -> Iterator[DynamoStore]:
    session = botocore.session.get_session()
    yield DynamoStore(session, "eu-west-1", table_prefix, threshold=5, cap=900, trail_days=90)
    EventRow.Meta.kept_seconds = EventRow.Meta.attempts_seconds = 0


def test_tr_15_event_says_when_it_goes_and_so_does_what_waits(
    engine: Engine, kept: DynamoStore, table_prefix: str
) -> None:
    event = an_event(an_account().id, EventKind.LOGON_SUCCEEDED, at=NOW)
    kept.events.record(event)
    kept.outbox.put_aside(event.account_id, event.sort_key, "fault", NOW)
    kept.bus.mark([event])
    client = engine.client("dynamodb")
    rows = client.scan(TableName=f"{table_prefix}events")["Items"]
    sides = {event.account_id, f"{WAITS}{hour(NOW)}", mark_side(event)}
    assert {row["account_id"]["S"] for row in rows} == sides
    assert {row["expires_at"]["N"] for row in rows} == {str(int(NOW) + 90 * DAY)}
    told = client.describe_time_to_live(TableName=f"{table_prefix}events")["TimeToLiveDescription"]
    assert told["AttributeName"] == "expires_at"
    images = kept.events.images([(event.account_id, event.sort_key), ("nobody", "never")])
    assert [image["id"]["S"] if image else None for image in images] == [event.id, None]
    assert kept.events.images([]) == []
    twice = kept.events.images([(event.account_id, event.sort_key)] * 2)
    assert twice[0] == twice[1] is not None


def test_tr_15_for_good_no_row_says_so() -> None:
    row = event_row(an_event(an_account().id, EventKind.LOGON_SUCCEEDED, at=NOW))
    assert "expires_at" not in row.serialize()


@pytest.mark.parametrize(
    ("days", "kept_for"),
    [
        ({"trail_days": 400, "attempt_days": 90}, (400, 90)),
        ({"attempt_days": 90}, (None, 90)),
        ({"trail_days": 90}, (90, 90)),
    ],
)
def test_tr_19_what_changed_nothing_may_go_before_and_whatever_belongs_to_it_goes_with_it(
    engine: Engine, table_prefix: str, days: dict[str, int], kept_for: tuple[int | None, int]
) -> None:
    """TR-19: its marks, what waits for it, and the note of its mail."""
    store = DynamoStore(
        botocore.session.get_session(), "eu-west-1", table_prefix, threshold=5, cap=900, **days
    )
    try:
        who = an_account().id
        change = an_event(who, EventKind.PASSWORD_CHANGED, at=NOW)
        refusal = an_event(who, EventKind.LOGON_REFUSED, at=NOW, details={"locks": True})
        for event in (change, refusal):
            store.events.record(event)
            store.outbox.note(note_of(event, EventKind.MAIL_SENT, {"message_id": "x"}))
            store.outbox.put_aside(trail_key(event), event.sort_key, "fault", NOW)
            store.bus.put_aside(trail_key(event), event.sort_key, "fault", NOW)
            store.bus.mark([event])
        rows = engine.client("dynamodb").scan(TableName=f"{table_prefix}events")["Items"]
        for event, expected in zip((change, refusal), kept_for, strict=True):
            ends = {row.get("expires_at", {}).get("N") for row in rows if event.id in row["at"]["S"]}
            assert ends == {None if expected is None else str(int(NOW) + expected * DAY)}
        assert len(rows) == 10
    finally:
        EventRow.Meta.kept_seconds = EventRow.Meta.attempts_seconds = 0
