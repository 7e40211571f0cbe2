"""What each act writes into indexes, worked out from its rows: an index more is a write unit more of every such act."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.domain.events import Event
from chalicelib.storage.message_rows import message_row
from chalicelib.storage.rows import account_row, event_row
from infra.tables import described_tables
from tests.bench.lists.acts import Scene
from tests.budgets.test_items import size
from tests.fakes.samples import a_message, an_account
from tests.world.world import World

PAGE = (Path(__file__).parents[2] / "docs" / "lists.md").read_text(encoding="utf-8")
OF_EVENTS = {
    "logon, right": ["by_day"],
    "logon, the first of a month": ["by_day"],
    "logon, refused": ["by_day", "by_reference"],
    "logon, refused, of nobody": ["by_day", "by_reference"],
    "forgot, by a program": ["by_mail_hour"],
    "invitation": ["by_actor", "by_day", "by_mail_hour"],
    "invitation, the first of a domain": ["by_actor", "by_day", "by_mail_hour"],
    "message to somebody who is there": ["by_actor", "by_mail_hour"],
    "message, opened for the first time": [],
    "act of an administrator: locks lifted": ["by_actor"],
    "act of an administrator: disabled": ["by_actor"],
    "a list read (once in five minutes)": ["by_actor"],
    "an attempt searched": ["by_actor"],
}
USERS = ["by_domain", "users_by_domain", "users_by_status"]


@pytest.fixture(scope="module")
def recorded() -> dict[str, Event]:
    """The event of each act."""
    world = World()
    return {act: the_event_of(world, done) for act, done in Scene(world).acts().items()}


def the_event_of(world: World, done: Callable[[], object]) -> Event:
    before = set(world.fake.tables.events)
    world.clock.passes(1)
    done()
    (key,) = set(world.fake.tables.events) - before
    return world.fake.tables.events[key]


def indexes_of(table: str, item: dict[str, Any]) -> list[str]:
    """Those that take the row: it has their keys."""
    (described,) = (one for one in described_tables("") if one["TableName"] == table)
    return sorted(
        index["IndexName"]
        for index in described["GlobalSecondaryIndexes"]
        if all(key["AttributeName"] in item for key in index["KeySchema"])
    )


@pytest.mark.parametrize("act", OF_EVENTS)
def test_an_event_lies_in_the_indexes_of_the_lists_that_show_it_and_in_no_other(
    recorded: dict[str, Event], act: str
) -> None:
    item = event_row(recorded[act]).serialize()
    assert indexes_of("events", item) == OF_EVENTS[act]
    assert sum(len(name) + size(value) for name, value in item.items()) < 1024  # each write is one unit


@pytest.mark.parametrize("act", OF_EVENTS)
def test_the_page_of_costs_names_these_indexes(act: str) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| {act} | "))
    named = {one.split()[0] for one in row.split("|")[4].split(",")} & {*chain(*OF_EVENTS.values())}
    assert sorted(named) == OF_EVENTS[act]


def test_every_act_that_is_counted_is_here(recorded: dict[str, Event]) -> None:
    assert recorded.keys() == OF_EVENTS.keys()


def test_an_account_and_a_message_lie_in_the_indexes_of_their_lists() -> None:
    person, chief = an_account(), an_account(kind=Kind.ADMINISTRATOR)
    assert indexes_of("accounts", account_row(person).serialize()) == USERS
    assert indexes_of("accounts", account_row(chief).serialize()) == ["administrators", *USERS]
    assert indexes_of("messages", message_row(a_message(person)).serialize()) == ["by_recipient", "by_sender"]
