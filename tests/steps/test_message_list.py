"""The step `messages`, its list: in pages both ways, searched, unread ones first; and nothing of it ends silently."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.flows import mailbox
from chalicelib.flows.paging import ROWS, ROWS_OF_A_PROGRAM
from tests.fakes.planting import plant
from tests.fakes.samples import a_message
from tests.world.visitors import Visitor
from tests.world.world import World

MANY = 230


@pytest.fixture
def reader(world: World) -> tuple[Account, Visitor]:
    account, visitor = world.person(), world.visitor()
    visitor.logs_on(account)
    return account, visitor


def planted(world: World, account: Account, many: int, **facts: Any) -> list[str]:
    """So many messages; their ids, the newest first."""
    made = [a_message(account, **facts) for _ in range(many)]
    for number, one in enumerate(made):
        plant(world.store, one._replace(subject=f"Letter {number}", read_at=1.0 if number % 3 else None))
    return [one.id for one in made][::-1]


def page(visitor: Visitor, **asked: str | None) -> Any:
    reply = visitor.get(f"/messages?{urlencode({name: value for name, value in asked.items() if value})}")
    assert reply.status == 200, reply.text
    return reply.json()


def ids(told: Any) -> list[str]:
    return [one["id"] for one in told["messages"]]


@pytest.mark.parametrize(
    "asked", [{}, {"sort": "unread"}, {"q": "letter"}, {"q": "LETTER 1", "sort": "unread"}]
)
def test_all_of_it_is_reached_page_by_page_and_the_same_way_back(
    world: World, reader: tuple[Account, Visitor], asked: dict[str, str]
) -> None:
    every, (_, visitor) = planted(world, reader[0], MANY), reader
    pages = [page(visitor, **asked)]
    while pages[-1]["before"]:
        pages.append(page(visitor, **asked, before=pages[-1]["before"]))
    seen = [one for told in pages for one in ids(told)]
    wanted = [
        one for one in every if "1" in str(MANY - 1 - every.index(one))[:1] or asked.get("q") != "LETTER 1"
    ]
    unread = [one for one in wanted if (MANY - 1 - every.index(one)) % 3 == 0]
    expected = unread + [one for one in wanted if one not in unread] if "sort" in asked else wanted
    assert seen == expected
    assert [len(ids(told)) for told in pages[:-1]] == [ROWS_OF_A_PROGRAM] * (len(pages) - 1)
    back = [pages[-1]]
    while back[-1]["after"]:
        back.append(page(visitor, **asked, after=back[-1]["after"]))
    assert [ids(told) for told in back] == [ids(told) for told in pages[::-1]]


def test_a_person_gets_a_short_page_with_its_ways(world: World, reader: tuple[Account, Visitor]) -> None:
    account = reader[0]
    every, browser = planted(world, account, MANY), world.browser()
    browser.logs_on(account)
    first = browser.get("/messages").text
    assert first.count('<li class="message') == ROWS
    assert f"/messages?before={every[ROWS - 1]}" in first
    assert "First page" not in first
    second = browser.get(f"/messages?before={every[ROWS - 1]}").text
    assert f"/messages?after={every[ROWS]}" in second
    assert 'href="/messages">First page' in second.replace("\n", "")


def test_search_finds_the_sender_too_and_says_so_where_there_is_none(
    world: World, reader: tuple[Account, Visitor]
) -> None:
    account, visitor = reader
    planted(world, account, 3)
    (bank,) = planted(world, account, 1, sender="desk@bank.example")
    assert ids(page(visitor, q="BANK.ex")) == [bank]
    assert ids(page(visitor, q="nobody wrote this")) == []
    browser = world.browser()
    browser.logs_on(account)
    assert "No message with this subject or sender." in browser.get("/messages?q=nobody").text


def test_a_search_looks_at_so_many_at_most_and_goes_on_where_it_ended(
    world: World, reader: tuple[Account, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    every, (account, visitor) = planted(world, reader[0], 30), reader
    monkeypatch.setattr(mailbox, "LOOKED_AT", 10)
    told, pages = page(visitor, q="letter 3"), 1
    assert (ids(told), told["before"]) == ([], every[9])
    while told["before"]:
        told, pages = page(visitor, q="letter 3", before=told["before"]), pages + 1
    assert pages == 4  # the last one finds that nothing is behind
    browser = world.browser()
    browser.logs_on(account)
    assert "None found so far" in browser.get("/messages?q=letter+3").text


def test_what_is_over_or_recalled_takes_no_place(world: World, reader: tuple[Account, Visitor]) -> None:
    account, visitor = reader
    every = planted(world, account, MANY)
    for one in every[:200]:
        plant(world.store, world.fake.tables.messages[account.id, one]._replace(recalled_at=1.0))
    told, seen = page(visitor), []
    seen += ids(told)
    while told["before"]:
        told = page(visitor, before=told["before"])
        seen += ids(told)
    assert seen == every[200:]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("sort=oldest", "sort"),
        ("before=../x", "before"),
        ("after=%00", "after"),
        ("before=read.1", "before"),
        ("sort=unread&before=other.1", "before"),
    ],
)
def test_in_06_what_is_no_place_or_order_is_refused(
    reader: tuple[Account, Visitor], asked: str, field: str
) -> None:
    refused = reader[1].get(f"/messages?{asked}")
    assert (refused.status, refused.json()["field"]) == (422, field)
