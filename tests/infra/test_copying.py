"""`make copy`, for events that have no copy, and `make erase`, for what is a person's; `make verify` says both."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.trail_copy import (
    EVENTS,
    TAKEN,
)
from chalicelib.steps.copy_trail import take
from chalicelib.storage.rows import APART, event_row
from infra import copying, erasing
from infra.stages import stage_of
from infra.verify.around import Item
from infra.verify.of_the_seals import erasures
from tests.fakes.samples import NOW, an_account, an_event
from tests.infra.held_trail import RING, Ticking, Town, named, town

__all__ = ["town"]


def test_tr_12_row_from_before_there_was_a_copy_is_taken_and_told_apart(town: Town) -> None:
    """TR-12: by its key, by the function, which reads it in the table; what it was before, nobody can say."""
    old = town.put(town.rows[0], at={"S": "2020-03-17T00:00:00.000Z#old"}, id={"S": "old"})
    lacking = town.compare().lacking
    assert lacking == [old]
    keys = [(old["account_id"]["S"], old["at"]["S"])]
    take(keys, portal_of(town), town.bucket.copies())
    told = town.compare()
    assert (told.findings, told.taken) == ([], 1)
    town.put(old, kind={"S": "account_enabled"})
    assert town.found() == [("event_is_as_it_was_written", named(old))]


def portal_of(town: Town) -> Any:
    """What copy_trail asks the portal."""

    def images(keys: Any) -> list[Item | None]:
        return [next(iter(town.tables.get("events", [key_of(*key)])), None) for key in keys]

    store = SimpleNamespace(events=SimpleNamespace(images=images))
    return SimpleNamespace(store=store, clock=lambda: NOW)


def key_of(trail: str, at: str) -> Item:
    return {"account_id": {"S": trail}, "at": {"S": at}}


class Account:
    """The services of a stage whose copy is the town's."""

    def __init__(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        self.town, self.invoked = town, list[Any]()
        self.stage = stage_of("staging")
        monkeypatch.setitem(self.stage.shared, "PORTAL_TABLE_PREFIX", town.tables.prefix)
        for one in (copying, erasing):
            monkeypatch.setattr(one, "copy_of", lambda *_: (town.bucket.copies(), RING))
            monkeypatch.setattr(one, "Tables", lambda *_: town.tables)

    def client(self, service: str) -> Any:
        return self.town.tables.client if service == "dynamodb" else self

    def invoke(self, FunctionName: str, Payload: bytes) -> Any:  # noqa: N803 - Lambda's names
        self.invoked.append(FunctionName)
        told = {"copied": take(json.loads(Payload)["keys"], portal_of(self.town), self.town.bucket.copies())}
        return {"Payload": io.BytesIO(json.dumps(told).encode())}


def test_tr_12_make_copy_has_what_is_lacking_copied(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(town, monkeypatch)
    town.put(town.rows[0], at={"S": "2020-03-17T00:00:00.000Z#old"}, id={"S": "old"})
    clock = Ticking(NOW)
    assert copying.copy_lacking(account.stage, account.client, clock, clock.passes) == 1
    assert account.invoked == ["portal-staging-copy_trail"]
    assert town.found() == []
    assert [one for one in town.bucket.copies().names(EVENTS) if one.endswith(f"-{TAKEN}")]
    assert copying.copy_lacking(account.stage, account.client, clock, clock.passes) == 0


def test_tr_14_person_is_erased_from_the_table_and_the_comparison_holds(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TR-14: both sides of a trail; listed before, sealed, and shown with who did it."""
    account = Account(town, monkeypatch)
    who = town.rows[0]["account_id"]["S"].removesuffix(APART)
    told = an_event(an_account().id, EventKind.LOGON_REFUSED, at=NOW, email="x@people.test")
    aside = town.put(event_row(told).serialize(), account_id={"S": who + APART})
    town.copy(aside)
    assert (
        erasing.erase(account.stage, account.client, who, "arn:aws:iam::1:role/break-glass", lambda: NOW) == 6
    )
    assert [row for row in town.tables.page("events", None)[0] if {"email", "source"} & row.keys()] == []
    lists, wrong = erasures(town.bucket.copies(), RING)
    assert ([(one.by, len(one.rows)) for one in lists], wrong) == (
        [("arn:aws:iam::1:role/break-glass", 6)],
        [],
    )
    assert town.found(lists[0].rows) == []
    assert erasing.erase(account.stage, account.client, who, "again") == 0
    # What is left is held to its copy as before, and what comes in the place of what was erased is no erasure.
    town.put(town.tables.page("events", None)[0][0], email={"S": "bert@people.test"})
    assert [one for one, _ in town.found(lists[0].rows)] == ["event_is_as_it_was_written"]
