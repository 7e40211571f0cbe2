"""What a page of a list of the console costs, however many there are: the same trips (ADR 48)."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts import Account, Kind, Policy
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.storage import user_search
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import AccountRow
from tests.budgets.ledger import counting
from tests.console.staff import staff
from tests.fakes.held import full_account_row
from tests.fakes.planting import plant
from tests.fakes.samples import a_message
from tests.world.world import World

MANY = 240


def populated(world: World) -> str:
    """A domain of many, whose names begin with every letter."""
    assert isinstance(world.store, DynamoStore)
    domain = "crowded.test"
    connection, table = world.store.database.connection, AccountRow.Meta.table_name
    puts = []
    for place in range(MANY):
        address = CanonicalAddress(f"{chr(97 + place % 26)}{place:04}@{domain}")
        row = full_account_row(Account(account_id(address), address, created_at=world.clock()))
        puts.append({"PutRequest": {"Item": row.get_save_kwargs_from_instance()["Item"]}})
    for first in range(0, len(puts), 25):
        connection.dispatch("BatchWriteItem", {"RequestItems": {table: puts[first : first + 25]}})
    return domain


@pytest.mark.parametrize(
    ("asked", "trips"),
    [
        ("domain={}", 2),
        ("domain={}&sort=-address", 2),
        ("domain={}&after=m0012@{}", 2),
        ("domain={}&q=00", 2),
        ("q=crowded", 2),
        ("domain={}&q=nobody-has-this", 1),
        ("domain={}&two_step=true", 1),
        ("status=frozen&domain={}", 1),
    ],
)
def test_a_page_of_users_costs_the_same_trips_however_many_there_are(
    world: World, asked: str, trips: int
) -> None:
    domain, desk = populated(world), staff(world)
    with counting(world) as ledger:
        assert desk.visitor.get(f"/admin/users?{asked.format(domain, domain)}").status == 200
    assert ledger.trips("admin_users") == trips
    assert {call.operation for call in ledger.of("admin_users")} <= {"Query", "BatchGetItem", "PutItem"}


def test_a_search_looks_so_often_at_most_and_goes_on_where_it_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain, desk = populated(world), staff(world)
    monkeypatch.setattr(user_search, "MOST_LOOKED_AT", 3)
    path = f"/admin/users?domain={domain}&q=nobody-has-this"
    further, pages = "", 0
    while further is not None:
        with counting(world) as ledger:
            told = desk.visitor.get(f"{path}&after={further}").json()
        assert ledger.trips("admin_users") <= user_search.ROUNDS
        assert told["users"] == []
        further, pages = told["next"], pages + 1
    assert pages > 2
    page = desk.visitor.get(path, Accept="text/html").text
    assert "None found so far" in page


def test_a_page_of_domains_is_one_trip_of_as_many_rows_as_it_shows(world: World) -> None:
    desk = staff(world, Kind.SUPPORT)
    for place in range(40):
        plant(world.store, Policy(f"c{place:02}.crowd.test"))
    with counting(world) as ledger:
        told = desk.visitor.get("/admin/domains", Accept="text/html")
    assert ledger.told("admin_domains") == ["Query domains"]
    assert told.text.count("/admin/users?domain=") == 25


@pytest.mark.parametrize(("asked", "trips"), [("", 1), ("q=statement", 1), ("sort=unread", 2), ("q=none", 1)])
def test_a_page_of_messages_is_one_trip_for_each_part_and_no_body(
    world: World, asked: str, trips: int
) -> None:
    """However many there are: 3,000 were one answer of 840 KB, each body read for a list that shows none."""
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    for _ in range(30):
        plant(world.store, a_message(ann, sealed_body="x" * 12000))
    with counting(world) as ledger:
        assert visitor.get(f"/messages?{asked}").status == 200
    assert ledger.trips("messages") == trips
    # Beside them: whether some of them still lie under a former address.
    assert {call.operation for call in ledger.of("messages")} == {"Query", "GetItem"}
