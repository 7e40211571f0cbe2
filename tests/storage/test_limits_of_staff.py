"""Whom somebody of the staff is limited to: beside the account, in the transactions that change it (ADR 58)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Policy, Status
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import EventKind
from chalicelib.domain.listing import Wanted
from chalicelib.domain.ports import Store
from tests.fakes.looking import planted, stored
from tests.fakes.planting import plant
from tests.fakes.samples import a_session, an_account, an_event, number

OWN = ("a.test", "b.test")


def administrator(store: Store) -> Actor:
    account = planted(store, kind=Kind.ADMINISTRATOR)
    return Actor(account.id, account.epoch)


def limits(store: Store, old: Account, *domains: str, **facts: Any) -> Account:
    new = old._replace(**{"kind": Kind.SUPPORT, "limited": True, "epoch": old.epoch + 1, **facts})
    event = an_event(old.id, EventKind.KIND_CHANGED)
    assert store.administration.apply(administrator(store), old, new, [event], domains=domains or None)
    return new


def test_ad_20_the_console_is_told_them_with_all_else_and_nobody_asks_for_more(store: Store) -> None:
    lee = limits(store, planted(store), *OWN)
    session = a_session(lee)
    plant(store, session)
    who = (lee.id, session.digest)
    told = store.sessions.standing(who, console=True)
    assert (told.limit, told.account and told.account.limited) == (OWN, True)
    assert store.sessions.standing(who).limit == ()
    assert store.directory.limit(lee.id) == OWN


def test_an_administrator_who_is_limited_is_no_help_to_one_of_all_domains(store: Store) -> None:
    lee = limits(store, planted(store, kind=Kind.ADMINISTRATOR), *OWN, kind=Kind.ADMINISTRATOR)
    assert lee.id not in store.overview.closed(100)[1]
    assert stored(store, lee).staff == "limited"


@pytest.mark.parametrize(
    "facts", [{"limited": False}, {"limited": False, "kind": Kind.RECIPIENT}, {"status": Status.ERASED}]
)
def test_they_go_with_the_limit_or_the_account(store: Store, facts: dict[str, Any]) -> None:
    lee = limits(store, planted(store), *OWN)
    limits(store, lee, **facts)
    assert store.directory.limit(lee.id) == ()


def test_they_stay_where_something_else_changes(store: Store) -> None:
    lee = limits(store, planted(store), *OWN)
    limits(store, lee, must_change_password=True)
    assert store.directory.limit(lee.id) == OWN


def test_what_is_refused_leaves_them_as_they_were(store: Store) -> None:
    lee = limits(store, planted(store), *OWN)
    late = lee._replace(epoch=lee.epoch - 1)
    event = an_event(lee.id, EventKind.KIND_CHANGED)
    new = lee._replace(epoch=lee.epoch + 1)
    assert not store.administration.apply(administrator(store), late, new, [event], domains=["c.test"])
    assert store.directory.limit(lee.id) == OWN


def test_domains_are_listed_that_are_there(store: Store) -> None:
    there, away = (DomainName(f"d{number()}.test") for _ in range(2))
    plant(store, Policy(there, internal=True))
    assert store.directory.policies([domain_id(away), domain_id(there)]) == [Policy(there, internal=True)]
    assert store.directory.policies([]) == []


@pytest.mark.parametrize("two_step", [None, False])
def test_a_search_without_a_domain_stays_within_them(store: Store, two_step: bool | None) -> None:
    mark = number()
    for domain in ("a", "b", "c"):
        for name in ("x", "y"):
            plant(store, an_account(f"{name}{mark}@{domain}{mark}.test"))
    within = (f"a{mark}.test", f"c{mark}.test")
    found = [f"{name}{mark}@{domain}{mark}.test" for name in ("x", "y") for domain in ("a", "c")]
    for part in ("", str(mark)):
        wanted = Wanted(part=part, within=within, two_step=two_step)
        assert [one.address for one in store.directory.users(wanted, None, 10).users] == found
        back = store.directory.users(wanted, None, 10, backwards=True).users
        assert [one.address for one in back] == found[::-1]
    one_by_one: list[str] = []
    after: str | None = None
    while True:
        page = store.directory.users(Wanted(within=within, two_step=two_step), after, 1)
        one_by_one += [one.address for one in page.users]
        after = page.further
        if after is None:
            break
    assert one_by_one == found
    assert store.directory.users(Wanted(within=(), two_step=two_step), None, 10).users == []
