"""docs/events.md is the schema that runs: names, fields, types, measures, and its example."""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib.domain.accounts import Status
from chalicelib.domain.administration import Actor, Containment, contain, done
from chalicelib.domain.events import EventKind
from chalicelib.services.event_bus import SOURCE
from chalicelib.steps.publish_event import PUBLISHED, detail
from tests.docs.running import ROOT
from tests.docs.tables import plain, rows
from tests.fakes.samples import an_account, an_event

DOCUMENT = ROOT / "docs" / "events.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
KINDS = {"number": (int,), "text": (str,), "text or null": (str, type(None)), "list of text": (list,)}
MEASURES = set(re.findall(r"`(\w+)`", TEXT.partition("`measures` are any of")[2].partition("among them")[0]))


def examples() -> list[Any]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


def test_every_published_name_is_documented() -> None:
    names = {plain(name) for name, _ in rows(DOCUMENT, "detail-type")}
    assert names == set(PUBLISHED.values())
    assert f"`{SOURCE}`" in TEXT


def test_every_field_is_documented_with_its_type() -> None:
    table = {plain(name): kind for name, kind, _ in rows(DOCUMENT, "field")}
    full = {"actor_kind": "administrator", "reason": "because", "measures": ["password"]}
    for details in ({}, full):
        event = an_event(an_account().id, EventKind.ACCOUNT_CONTAINED, email="a@people.test", details=details)
        told = detail(event)
        assert list(told) == list(table)
        assert [name for name, value in told.items() if not isinstance(value, KINDS[table[name]])] == []


def test_every_measure_is_documented() -> None:
    account = an_account()
    asked = [Containment(disable=True), Containment(require_two_step=True, ranges=(), sets_ranges=True)]
    found = [done(account, contain(account, Actor(an_account().id, 1), one, 0).new) for one in asked]
    assert {name for names in found for name in names} == MEASURES
    assert all(names[:2] == ["password", "sessions"] for names in found)


def test_example_is_an_event_and_the_rule_matches_it() -> None:
    event, rule = examples()
    assert event["source"] in rule["source"]
    assert event["detail-type"] in rule["detail-type"]
    assert set(rule["detail-type"]) <= set(PUBLISHED.values())
    assert set(event["detail"]) == {plain(name) for name, *_ in rows(DOCUMENT, "field")}
    assert set(event["detail"]["measures"]) <= MEASURES


def test_event_holds_no_secret_and_no_address_of_the_actor() -> None:
    account = an_account(status=Status.DISABLED)
    event = an_event(
        account.id,
        EventKind.PASSWORD_RESET,
        email=account.address,
        actor="desk@people.test",
        source="192.0.2.1",
    )
    told = json.dumps(detail(event))
    assert account.address in told
    assert "desk@people.test" not in told
    assert "192.0.2.1" not in told
