"""Many refusals at once cost what one costs, for a known address as for an unknown one (EN-07)."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from chalicelib.storage.store import DynamoStore
from tests.fakes.looking import planted, stored
from tests.fakes.samples import NOW, a_session, an_account, an_event, number
from tests.faults.conflicts import Conflicts, conflicting

pytestmark = pytest.mark.slow

AT_ONCE = 16


def refuses(store: DynamoStore, account: Account, together: Barrier, *, outside: bool = False) -> None:
    """One refused logon as the step makes it, in step with the others."""
    counted, found = store.logons.reserve_attempt(account.id, NOW)
    event = an_event(account.id, EventKind.LOGON_REFUSED)
    together.wait()
    store.logons.refuse(event, found, counter="one source", counted=counted, outside=outside)


def burst(store: DynamoStore, account: Account, *, outside: bool = False) -> Conflicts:
    together = Barrier(AT_ONCE)
    with conflicting(store) as conflicts, ThreadPoolExecutor(AT_ONCE) as pool:
        made = [pool.submit(refuses, store, account, together, outside=outside) for _ in range(AT_ONCE)]
        for one in made:
            one.result()
    return conflicts


@pytest.mark.parametrize("outside", [False, True], ids=["wrong", "outside"])
def test_en_07_sixteen_refusals_at_once_are_the_same_calls_for_known_and_unknown(
    real_store: DynamoStore, outside: bool
) -> None:
    known = burst(real_store, planted(real_store, failures=4), outside=outside)
    unknown = burst(real_store, an_account(), outside=False)
    assert known.asked == unknown.asked == Counter(UpdateItem=3 * AT_ONCE, PutItem=AT_ONCE)
    assert (known.refused, unknown.refused) == (0, 0)


def test_en_07_each_of_them_is_counted_and_the_lock_is_set(real_store: DynamoStore) -> None:
    account = planted(real_store, failures=4)
    burst(real_store, account)
    after = stored(real_store, account)
    assert (after.failures, after.locked_until) == (20, NOW + 900)
    assert len(real_store.events.of_account(account.id)) == AT_ONCE


def test_the_conflicts_are_there_where_transactions_meet(
    real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that their absence above says something: right logons at once do share the account's row."""
    monkeypatch.setattr("chalicelib.storage.deadline.time", time)  # they do get out of each other's way
    account = planted(real_store)
    with conflicting(real_store) as conflicts, ThreadPoolExecutor(4) as pool:
        opened = [
            pool.submit(
                real_store.logons.open, account, a_session(account), an_event(account.id, id=f"{number()}")
            )
            for _ in range(4)
        ]
        assert all(one.result() for one in opened)
    assert conflicts.refused > 0
