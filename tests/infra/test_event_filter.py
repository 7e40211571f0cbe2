"""What wakes a worker: everything it has to do, and of all else as little as its filter can tell."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import product
from typing import Any

import pytest

from chalicelib.domain.events import RESTORED, Event, EventKind
from chalicelib.domain.mails import WAITS, concerns_administrators, hour, mail_of
from chalicelib.domain.published import NOTICES
from chalicelib.domain.refusals import Reason
from chalicelib.storage.bus import FOR_THE_BUS, mark_side, waits_as
from chalicelib.storage.rows import event_row
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import EventRow
from infra.gateway.event_filter import wakes
from infra.stages import Stage, stage_of
from infra.workers import events_stream, patterns
from tests.fakes.samples import NOW, an_account, an_event
from tests.world.residents import a_resident
from tests.world.visitors import PASSWORD
from tests.world.world import World

REASONS = [None, *Reason, "code_wrong"]
DETAILS: list[dict[str, object]] = [
    {},
    {"failures_before": 5},
    {"failures": 5, "locks": True},
    {"failures": 6, "locks": False},
    {"new_client": True},
    {"next": "enter_code"},
    {"kind": "administrator"},
]


def woken(step: str, event: Event, kind: str = "INSERT", *, everything: bool = False) -> bool:
    return wakes_by(event_row(event), step, kind, everything=everything)


def wakes_by(item: EventRow, step: str, kind: str = "INSERT", *, everything: bool = False) -> bool:
    row: Any = item.serialize()
    record = {"eventName": kind, "dynamodb": {"NewImage": row, "SequenceNumber": "1"}}
    found = patterns(step, everything=everything)
    return wakes(json.loads(json.dumps(found)), json.loads(json.dumps(record)))


@pytest.mark.parametrize("kind", EventKind)
def test_whatever_makes_a_mail_due_wakes_the_mail_worker(kind: EventKind) -> None:
    for reason, details in product(REASONS, DETAILS):
        event = an_event(an_account().id, kind, details=details)._replace(reason=reason)
        due = mail_of(event) is not None or kind is EventKind.ADDRESS_LIFTED
        due = due or concerns_administrators(event)
        assert woken("send_mail", event) or not due, (reason, details)
        assert not woken("send_mail", event, "REMOVE")


@pytest.mark.parametrize("kind", EventKind)
def test_rl_13_what_was_put_back_from_a_backup_wakes_nobody(kind: EventKind) -> None:
    for reason, details in product(REASONS, DETAILS):
        event = an_event(an_account().id, kind, details=details)._replace(reason=reason)
        row: Any = event_row(event).serialize() | {RESTORED: {"S": "2030-03-17T17:46:40.250Z"}}
        record = {"eventName": "INSERT", "dynamodb": {"NewImage": row, "SequenceNumber": "1"}}
        assert [wakes(patterns(step), record) for step in ("send_mail", "publish_event")] == [False, False]
        assert not wakes(patterns("publish_event", everything=True), record)


@pytest.mark.parametrize("kind", EventKind)
def test_what_is_published_wakes_its_worker_and_nothing_else_does(kind: EventKind) -> None:
    assert woken("publish_event", an_event(an_account().id, kind)) is (kind in NOTICES)


@pytest.mark.parametrize("kind", EventKind)
def test_where_a_stage_publishes_all_every_new_event_wakes_it_and_no_change_does(kind: EventKind) -> None:
    event = an_event(an_account().id, kind)
    assert woken("publish_event", event, everything=True)
    assert not woken("publish_event", event, "MODIFY", everything=True)
    assert not woken("publish_event", event, "REMOVE", everything=True)


def test_event_of_a_kind_that_is_of_tomorrow_wakes_it_too_and_is_put_aside() -> None:
    row = event_row(an_event(an_account().id, EventKind.LOGON_REFUSED))
    row.kind = "of_tomorrow"
    assert wakes_by(row, "publish_event", everything=True)


def test_what_keeps_a_worker_s_place_in_the_table_wakes_nobody(real_store: DynamoStore) -> None:
    """Otherwise each event that waits for the bus would be told as one, and wait for it too."""
    event = an_event(an_account().id, EventKind.ACCOUNT_FROZEN)
    real_store.events.record(event)
    key = event_row(event)
    real_store.bus.put_aside(key.account_id, key.at, "events:down", NOW)
    real_store.outbox.put_aside(key.account_id, key.at, "ses:down", NOW)
    real_store.bus.mark([event])
    kept = [
        EventRow.get(f"{FOR_THE_BUS}{event.sort_key[:13]}", waits_as(key.account_id, key.at)),
        EventRow.get(f"{WAITS}{hour(NOW)}", waits_as(key.account_id, key.at)),
        EventRow.get(mark_side(event), waits_as(key.account_id, key.at)),
    ]
    for row, everything in product(kept, (True, False)):
        for step in ("send_mail", "publish_event"):
            assert not wakes_by(row, step, everything=everything)


def test_a_stage_s_mapping_has_the_filter_of_its_setting() -> None:
    some = stage_of("prod")
    configuration = deepcopy(some.configuration)
    configuration["stages"]["prod"]["environment_variables"]["PORTAL_PUBLISH_EVENTS"] = " All"
    both = [events_stream(one, "publish_event") for one in (some, Stage("prod", configuration))]
    filters = [
        [json.loads(one["Pattern"]) for one in mapping["Properties"]["FilterCriteria"]["Filters"]]
        for mapping in both
    ]
    assert filters == [patterns("publish_event"), patterns("publish_event", everything=True)]
    kinds = filters[0][0]["dynamodb"]["NewImage"]["kind"]["S"]
    assert kinds == sorted(kind.value for kind in NOTICES)  # as ever: with "some" nothing more is invoked
    assert "kind" not in filters[1][0]["dynamodb"]["NewImage"]


def test_a_plain_logon_wakes_nobody_and_neither_does_the_note_of_a_mail(world: World) -> None:
    resident, mistaken, visitor = a_resident(world), a_resident(world), world.visitor()
    assert visitor.logon(mistaken.email, "not the one").status == 401
    assert visitor.logon(resident.email, PASSWORD).status == 200
    assert visitor.post("/logoff").status == 204
    trails = [world.store.events.of_account(one.account.id) for one in (resident, mistaken)]
    events = [*trails[0], *trails[1]]
    events.append(an_event(resident.account.id, EventKind.MAIL_SENT, details={"about": "anything"}))
    assert len(events) == 4
    assert [woken(step, event) for step in ("send_mail", "publish_event") for event in events] == [False] * 8


def test_lg_12_a_logon_after_failures_or_with_a_new_browser_does_wake_the_mail_worker(
    world: World,
) -> None:
    suspicious = a_resident(world, failures=5)
    strange = a_resident(world, clients=("another",))
    for resident in (suspicious, strange):
        assert world.visitor().logon(resident.email, PASSWORD).status == 200
        (event,) = world.store.events.of_account(resident.account.id)
        assert woken("send_mail", event)


def test_without_a_pattern_everything_wakes() -> None:
    assert wakes((), {"eventName": "MODIFY"})
