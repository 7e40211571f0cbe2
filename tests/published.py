"""Whatever event any test has the portal record is held to its kind's schema, as it would be published."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.published import DETAILS, told_of
from chalicelib.services.teller import entry_of
from chalicelib.storage import rows
from infra.event_schemas import notice, schema
from infra.gateway.functions import running


@cache
def validator(kind: EventKind) -> Draft202012Validator:
    """Closed: a field that no table names is a mistake of ours."""
    return Draft202012Validator(schema(kind, closed=True))


@cache
def notice_validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(notice(name, closed=True))


def complaints(event: Event) -> list[str]:
    """What is wrong with an event as other systems would hear it."""
    unknown = [
        name for name, value in event.details.items() if value is not None and name not in DETAILS[event.kind]
    ]
    found = [
        f"{event.kind.value} tells {name}, which chalicelib/domain/published.py does not" for name in unknown
    ]
    for personal in (True, False):
        for told in told_of(event, everything=True, personal=personal):
            detail = json.loads(entry_of(told).detail)
            judge = validator(event.kind) if told.name == event.kind.value else notice_validator(told.name)
            found += [
                f"{told.name}: {error.json_path} {error.message}" for error in judge.iter_errors(detail)
            ]
    return found


def hold(event: Event) -> None:
    """Raise for the first."""
    assert complaints(event) == []


def pytest_configure() -> None:
    """Every row that is made of an event asks for its hour; no other place sees them all. What a test makes up to try
    a rule with is not held: no function is at work then.
    """
    hour_of = vars(rows)["hour_of"]

    def held(event: Event) -> Any:
        if running.get() is not None:
            hold(event)
        return hour_of(event)

    vars(rows)["hour_of"] = held
