"""What a test sees of a store without acting on it more than a read."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from tests.fakes.planting import plant
from tests.fakes.samples import an_account
from tests.fakes.store import FakeStore


def planted(store: Store, **facts: Any) -> Account:
    """A person who is already there."""
    account = an_account(**facts)
    plant(store, account)
    return account


def stored(store: Store, account: Account) -> Account:
    """The account as it is now."""
    if isinstance(store, FakeStore):
        return store.tables.accounts[account.id]
    found, _ = store.accounts.find(account.id)
    assert found is not None
    return found


def trail(store: Store, account: Account) -> list[EventKind]:
    """What happened to the account, newest first."""
    return [event.kind for event in store.events.of_account(account.id)]
