"""The acts on accounts as such: found with what judges them, made once."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Kind, Policy, Status
from chalicelib.domain.addresses import AccountId, domain_of
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, an_account, an_event, number


def test_an_account_comes_with_the_policy_of_its_domain(store: Store) -> None:
    domain = f"domain{number()}.test"
    account, policy = planted(store, address=f"person@{domain}"), Policy(domain, internal=True)
    plant(store, policy)
    assert store.accounts.find(account.id) == (account, policy)


def test_the_worker_finds_the_account_behind_an_alias(store: Store) -> None:
    primary = planted(store)
    alias = planted(store, alias_of=primary.id)
    found = store.accounts.read(alias.id)
    assert found is not None
    assert found.alias_of == primary.id
    assert store.accounts.read(primary.id) == primary
    assert store.accounts.read(an_account().id) is None


def test_in_03_an_account_is_made_once(store: Store) -> None:
    account = an_account(password_hash=None)
    assert store.accounts.invite(account, an_event(account.id, EventKind.ACCOUNT_INVITED))
    again = account._replace(password_hash="stolen")
    assert not store.accounts.invite(again, an_event(account.id, EventKind.ACCOUNT_INVITED))
    assert stored(store, account) == account
    assert trail(store, account) == [EventKind.ACCOUNT_INVITED]


def test_an_invitation_enters_its_domain_in_the_list_and_changes_no_policy(store: Store) -> None:
    first = an_account(f"person@domain{number()}.test")
    store.accounts.invite(first, an_event(first.id, EventKind.ACCOUNT_INVITED))
    found = store.accounts.find(first.id)[1]
    assert found == Policy(domain_of(first.address))
    strict = found._replace(two_step_required=True, ranges=())
    plant(store, strict)
    second = an_account(f"other@{domain_of(first.address)}")
    store.accounts.invite(second, an_event(second.id, EventKind.ACCOUNT_INVITED))
    assert store.accounts.find(second.id)[1] == strict


def test_an_administrator_invites_once(store: Store) -> None:
    admin, new = planted(store, kind=Kind.ADMINISTRATOR), an_account(password_hash=None)
    invitation = an_event(new.id, EventKind.ACCOUNT_INVITED)
    assert store.accounts.invite(new, invitation, Actor(admin.id, admin.epoch))
    assert not store.accounts.invite(new, invitation, Actor(admin.id, admin.epoch))
    assert stored(store, new) == new
    assert trail(store, new) == [EventKind.ACCOUNT_INVITED]


def test_in_03_an_administrator_is_there_and_invites_nobody_by_their_own_address(store: Store) -> None:
    """Whoever writes to themselves comes by here too. Of one row a transaction asks once."""
    boss = planted(store, kind=Kind.ADMINISTRATOR)
    event = an_event(boss.id, EventKind.ACCOUNT_INVITED)
    assert not store.accounts.invite(boss._replace(kind=Kind.RECIPIENT), event, Actor(boss.id, boss.epoch))
    assert (stored(store, boss), trail(store, boss)) == (boss, [])


@pytest.mark.parametrize(
    "facts", [{"status": Status.DISABLED}, {"status": Status.FROZEN}, {"epoch": 2}, {"kind": Kind.SUPPORT}]
)
def test_se_10_nobody_is_invited_by_an_actor_who_no_longer_stands(
    store: Store, facts: dict[str, Any]
) -> None:
    admin, new = planted(store, kind=Kind.ADMINISTRATOR), an_account(password_hash=None)
    plant(store, admin._replace(**facts))
    with pytest.raises(Refusal) as refused:
        store.accounts.invite(new, an_event(new.id, EventKind.ACCOUNT_INVITED), Actor(admin.id, 1))
    assert refused.value.code is Code.CONFLICT
    assert (store.accounts.read(new.id), trail(store, new)) == (None, [])


def test_withdrawn_account_is_made_anew_and_no_other_one_is(store: Store) -> None:
    """Only by whoever saw it at this epoch; nothing of it stays, and the epoch is a later one."""
    gone = planted(store, status=Status.DISABLED, password_hash=None, undeliverable="bounced", epoch=7)
    came = planted(store, status=Status.DISABLED, password_changed_at=NOW, password_hash=None, epoch=7)
    waits = planted(store, password_hash=None, epoch=7)
    assert [store.directory.withdrawn(one.id) for one in (gone, came, waits)] == [7, None, None]
    assert store.directory.withdrawn(an_account().id) is None
    for one, over in ((gone, 6), (gone, None), (came, 7), (waits, 7)):
        anew = an_account(one.address, password_hash=None, epoch=8)
        assert not store.accounts.invite(anew, an_event(one.id, EventKind.ACCOUNT_INVITED), over=over)
        assert stored(store, one) == one
    anew = an_account(gone.address, password_hash=None, epoch=8)
    assert store.accounts.invite(anew, an_event(gone.id, EventKind.ACCOUNT_INVITED), over=7)
    assert stored(store, gone) == anew


def test_several_are_made_all_or_none_and_who_was_there_is_told(store: Store) -> None:
    admin, there = planted(store, kind=Kind.ADMINISTRATOR), planted(store)
    new = [an_account(f"a{number()}@domain{one % 2}{number()}.test", password_hash=None) for one in range(30)]
    actor = Actor(admin.id, admin.epoch)

    def all_of(accounts: list[Account]) -> set[AccountId]:
        with_events = [(one, an_event(one.id, EventKind.ACCOUNT_INVITED)) for one in accounts]
        return store.accounts.invite_all(with_events, actor)

    assert all_of([*new[:3], there]) == {there.id}
    assert store.directory.several([one.id for one in new]) == []
    assert all_of(new) == set()
    assert {one.address for one in store.directory.several([one.id for one in new])} == {
        one.address for one in new
    }
    for one in new:
        assert trail(store, one) == [EventKind.ACCOUNT_INVITED]
        assert store.accounts.find(one.id)[1] == Policy(domain_of(one.address))
    plant(store, admin._replace(status=Status.DISABLED))
    with pytest.raises(Refusal) as caught:
        all_of([an_account(password_hash=None)])
    assert caught.value.code is Code.CONFLICT
