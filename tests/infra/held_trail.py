"""A trail and its copy in memory, to be tampered with: the table as an inspector reads it, and a bucket."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from chalicelib.domain.events import EventKind
from chalicelib.domain.keys import Keyring
from chalicelib.domain.trail_copy import SAME, body_of, copied
from chalicelib.storage.rows import event_row
from infra.keys import new_ring
from infra.verify.around import Item, Tables
from infra.verify.of_the_copy import Comparison
from tests.fakes.bucket import Bucket
from tests.fakes.samples import NOW, an_account, an_event

RING = Keyring.from_json(json.dumps(new_ring()))


class Held(Tables):
    """The events table in memory, as far as an inspector and those who tamper with it ask it anything."""

    def __init__(self) -> None:
        super().__init__(self, "held-")
        self.items: dict[tuple[str, str], Item] = {}

    def page(self, table: str, after: Item | None) -> tuple[list[Item], Item | None]:
        assert (table, after) == ("events", None)
        return list(self.items.values()), None

    def get(self, table: str, keys: Any) -> list[Item]:
        return [self.items[place(key)] for key in keys if place(key) in self.items]

    def partition(self, table: str, name: str, value: str, index: str | None = None) -> list[Item]:
        return [item for item in self.items.values() if item[name]["S"] == value]

    def put_item(self, TableName: str, Item: Item) -> None:  # noqa: N803 - DynamoDB's names
        assert TableName == "held-events"
        self.items[place(Item)] = Item

    def delete_item(self, TableName: str, Key: Item) -> None:  # noqa: N803
        assert TableName == "held-events"
        del self.items[place(Key)]

    def update_item(self, Key: Item, ExpressionAttributeNames: dict[str, str], **_: str) -> None:  # noqa: N803
        for name in ExpressionAttributeNames.values():
            self.items[place(Key)].pop(name, None)


def place(item: Item) -> tuple[str, str]:
    return item["account_id"]["S"], item["at"]["S"]


class Town(NamedTuple):
    """A table with a trail, and its copy in a bucket that lets itself be tampered with."""

    tables: Tables
    bucket: Bucket
    rows: list[Item]

    def copy(self, item: Item, seen: str = SAME, now: float = NOW) -> str:
        made = copied(item, now, str(len(self.bucket.versions) + 1), seen)
        self.bucket.copies().put(made.name, body_of(item))
        return made.name

    def put(self, item: Item, **changes: Item | None) -> Item:
        """A row as somebody writes it who may."""
        changed = {name: value for name, value in (item | changes).items() if value is not None}
        self.tables.client.put_item(TableName=f"{self.tables.prefix}events", Item=changed)
        return changed

    def remove(self, item: Item) -> None:
        key = {name: item[name] for name in ("account_id", "at")}
        self.tables.client.delete_item(TableName=f"{self.tables.prefix}events", Key=key)

    def compare(self, erased: frozenset[str] = frozenset(), now: float = NOW, **more: Any) -> Any:
        """What is found, by the invariant and the row."""
        clock = Ticking(now)
        made = Comparison(
            self.tables, self.bucket.copies(), erased, clock, more.get("sleep", clock.passes)
        ).run()
        found: Any = made._replace
        return found(findings=[(one.invariant, one.row) for one in made.findings])

    def found(self, erased: frozenset[str] = frozenset(), now: float = NOW) -> list[tuple[str, str]]:
        findings: list[tuple[str, str]] = self.compare(erased, now).findings
        return findings


class Ticking:
    """A clock that goes on while somebody sleeps."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


def named(item: Item) -> str:
    return f"events/{item['account_id']['S']}/{item['at']['S']}"


def five_events() -> list[Item]:
    """Of one account."""
    account = an_account()
    facts = {"email": account.address, "source": "192.0.2.1"}
    events = [an_event(account.id, EventKind.MESSAGE_READ, at=NOW + one, **facts) for one in range(5)]
    return [event_row(event).serialize() for event in events]


@pytest.fixture
def town() -> Town:
    """Five events, all of them copied."""
    town = Town(Held(), Bucket(), five_events())
    for row in town.rows:
        town.put(row)
        town.copy(row)
    return town
