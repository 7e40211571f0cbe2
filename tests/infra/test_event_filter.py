"""What wakes a worker: everything it has to do, and of all else as little as its filter can tell."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from chalicelib.domain.events import RESTORED, Event, EventKind
from chalicelib.domain.mails import concerns_administrators, mail_of
from chalicelib.domain.refusals import Reason
from chalicelib.steps.publish_event import PUBLISHED
from chalicelib.storage.rows import event_row
from infra.gateway.event_filter import wakes
from infra.workers import patterns
from tests.fakes.samples import an_account, an_event
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


def woken(step: str, event: Event, kind: str = "INSERT") -> bool:
    row: Any = event_row(event).serialize()
    record = {"eventName": kind, "dynamodb": {"NewImage": row, "SequenceNumber": "1"}}
    return wakes(json.loads(json.dumps(patterns(step))), json.loads(json.dumps(record)))


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


@pytest.mark.parametrize("kind", EventKind)
def test_what_is_published_wakes_its_worker_and_nothing_else_does(kind: EventKind) -> None:
    assert woken("publish_event", an_event(an_account().id, kind)) is (kind in PUBLISHED)


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
