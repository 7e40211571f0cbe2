"""The acts that set a password: one of many wins, and everything older is void with it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, NewPassword, Status, TwoStep, next_epoch
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.resets import Purpose, Reset
from chalicelib.domain.sessions import Next, numbered
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_digest, a_link, a_session, an_event

NEW = NewPassword("new hash", NOW)


def set_by_link(store: Store, link: Reset, new: NewPassword = NEW) -> bool:
    event = an_event(link.account_id, EventKind.PASSWORD_RESET, new.at)
    return store.passwords.set_by_link(link, new, event)


def nothing_happened(store: Store, account: Account) -> bool:
    return stored(store, account) == account and trail(store, account) == []


def test_rs_03_looking_a_link_up_spends_nothing(store: Store) -> None:
    link = a_link(planted(store))
    plant(store, link)
    assert [store.passwords.by_link(link.key) for _ in range(3)] == [link] * 3
    assert store.passwords.by_link("reset#of nobody") is None


def test_rs_10_a_link_sets_the_password_lifts_lock_and_freeze_and_moves_the_epoch(store: Store) -> None:
    account = planted(
        store,
        status=Status.FROZEN,
        failures=100,
        locked_until=NOW + 9,
        must_change_password=True,
        password_hash=None,
    )
    link = a_link(account)
    plant(store, link)
    assert set_by_link(store, link)
    assert stored(store, account) == account._replace(
        status=Status.ACTIVE,
        epoch=next_epoch(account.epoch, NOW),
        failures=0,
        locked_until=0,
        must_change_password=False,
        password_hash="new hash",
        password_changed_at=NOW,
    )
    assert store.passwords.by_link(link.key) == link._replace(spent_at=NOW)
    assert trail(store, account) == [EventKind.PASSWORD_RESET]


def test_rs_02_a_link_is_refused_after_it_was_used(store: Store) -> None:
    account = planted(store)
    link = a_link(account)
    plant(store, link)
    assert set_by_link(store, link, NewPassword("first", NOW))
    # Even one who forges the epoch that the first use moved to.
    assert not set_by_link(store, link._replace(epoch=2), NewPassword("second", NOW + 1))
    assert stored(store, account).password_hash == "first"


@pytest.mark.parametrize(("left", "works"), [(1, True), (0, False), (-1, False)])
def test_rs_01_a_link_is_dead_at_its_expiry_though_its_row_remains(
    store: Store, left: float, works: bool
) -> None:
    account = planted(store)
    link = a_link(account, valid_until=NOW + left)
    plant(store, link)
    assert set_by_link(store, link) is works
    assert nothing_happened(store, account) is not works


def test_rs_09_a_link_of_an_earlier_epoch_sets_nothing_and_stays_unspent(store: Store) -> None:
    account = planted(store, epoch=2)
    link = a_link(account._replace(epoch=1))
    plant(store, link)
    assert not set_by_link(store, link)
    assert nothing_happened(store, account)
    assert store.passwords.by_link(link.key) == link


def test_link_is_read_with_the_account_and_the_policy_it_is_judged_by(store: Store) -> None:
    account = planted(store)
    link = a_link(account)
    plant(store, link)
    found, owner, policy = store.passwords.standing(link.key, account.id)
    assert (found, owner, policy) == (link, *store.accounts.find(account.id))
    assert store.passwords.standing("reset#of nobody", account.id)[:2] == (None, account)


def test_rs_09_a_disabled_account_gets_no_password_by_link(store: Store) -> None:
    account = planted(store, status=Status.DISABLED)
    link = a_link(account)
    plant(store, link)
    assert not set_by_link(store, link)
    assert nothing_happened(store, account)


def test_rs_08_a_link_of_another_purpose_sets_no_password(store: Store) -> None:
    account = planted(store)
    link = a_link(account, Purpose.NOT_ME)
    plant(store, link)
    assert not set_by_link(store, link._replace(purpose=Purpose.RESET))
    assert nothing_happened(store, account)


def test_rs_07_a_link_that_was_never_issued_sets_nothing(store: Store) -> None:
    account = planted(store)
    assert not set_by_link(store, a_link(account))
    assert nothing_happened(store, account)


def test_tp_04_a_change_goes_on_under_a_new_secret_and_a_new_epoch(store: Store) -> None:
    account = planted(store, must_change_password=True, failures=2)
    old = a_session(account)
    new = a_session(account._replace(epoch=next_epoch(account.epoch, NOW)))
    plant(store, old)
    assert store.passwords.change(
        account, old.digest, new, NEW, an_event(account.id, EventKind.PASSWORD_CHANGED)
    )
    after = stored(store, account)
    assert (after.epoch, after.password_hash, after.must_change_password, after.failures) == (
        new.epoch,
        "new hash",
        False,
        0,
    )
    assert store.sessions.of_account(account.id) == [new]
    assert trail(store, account) == [EventKind.PASSWORD_CHANGED]


def test_lg_16_a_logon_that_becomes_whole_by_a_new_password_takes_its_number(store: Store) -> None:
    account = planted(store, session_serial=7, half_done_serial=3)
    old = a_session(account, next=Next.CHANGE_PASSWORD, serial=3)
    new = numbered(a_session(account._replace(epoch=2)), account)
    plant(store, old)
    assert store.passwords.change(account, old.digest, new, NEW, an_event(account.id))
    after = stored(store, account)
    assert (after.session_serial, after.half_done_serial, after.last_logon_at) == (8, 3, NOW)


@pytest.mark.parametrize(
    "change",
    [{"epoch": 2}, {"status": Status.DISABLED}, {"status": Status.FROZEN}],
    ids=["epoch", "disabled", "frozen"],
)
def test_se_10_a_change_begun_before_the_account_moved_changes_nothing(
    store: Store, change: dict[str, Any]
) -> None:
    account = planted(store)
    old, new = a_session(account), a_session(account._replace(epoch=2))
    moved = account._replace(**change)
    plant(store, old, moved)
    assert not store.passwords.change(account, old.digest, new, NEW, an_event(account.id))
    assert nothing_happened(store, moved)
    assert store.sessions.of_account(account.id) == [old]


def test_se_02_a_session_that_was_ended_changes_no_password(store: Store) -> None:
    account = planted(store)
    new = a_session(account._replace(epoch=2))
    assert not store.passwords.change(account, a_digest(), new, NEW, an_event(account.id))
    assert nothing_happened(store, account)


def freeze(store: Store, link: Reset, at: float = NOW, *, undoes: bool = False) -> bool:
    event = an_event(link.account_id, EventKind.ACCOUNT_FROZEN, at)
    return store.passwords.freeze(link, event, undoes=undoes)


def test_not_me_freezes_takes_the_password_and_moves_the_epoch_once(store: Store) -> None:
    account = planted(store)
    link = a_link(account, Purpose.NOT_ME)
    plant(store, link)
    assert freeze(store, link)
    assert not freeze(store, link)
    assert stored(store, account) == account._replace(
        status=Status.FROZEN, epoch=next_epoch(account.epoch, NOW), password_hash=None
    )
    assert trail(store, account) == [EventKind.ACCOUNT_FROZEN]


@pytest.mark.parametrize(("left", "works"), [(1, True), (0, False)])
def test_not_me_is_dead_at_its_expiry_though_its_row_remains(store: Store, left: float, works: bool) -> None:
    account = planted(store)
    link = a_link(account, Purpose.NOT_ME, valid_until=NOW + left)
    plant(store, link)
    assert freeze(store, link) is works


@pytest.mark.parametrize("change", [{"epoch": 2}, {"status": Status.DISABLED}], ids=["moved on", "disabled"])
def test_not_me_of_an_account_that_moved_on_freezes_nothing(store: Store, change: dict[str, Any]) -> None:
    account = planted(store)
    link = a_link(account, Purpose.NOT_ME)
    moved = account._replace(**change)
    plant(store, link, moved)
    assert not freeze(store, link)
    assert nothing_happened(store, moved)


FACTOR = TwoStep("sealed", 7, recovery=("code",), failures=3, known_failures=2, unused_since=NOW - 60.125)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.FROZEN])
@pytest.mark.parametrize(
    "epoch", [1, 5, int(NOW), int(NOW) + 300], ids=["as mailed", "moved on", "this second", "a fast clock"]
)
def test_tf_12_not_me_takes_the_second_step_it_is_about(store: Store, status: Status, epoch: int) -> None:
    account = planted(store, two_step=FACTOR)
    link = a_link(account, Purpose.NOT_ME, enrolled_at=NOW - 60.125)
    moved = account._replace(status=status, epoch=epoch)
    plant(store, link, moved)
    assert freeze(store, link, undoes=True)
    assert not freeze(store, link, undoes=True)
    assert stored(store, account) == moved._replace(
        status=Status.FROZEN,
        epoch=next_epoch(epoch, NOW),
        password_hash=None,
        two_step=TwoStep(last_step=7),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"two_step": FACTOR._replace(unused_since=None)},
        {"two_step": FACTOR._replace(unused_since=NOW)},
        {"two_step": TwoStep()},
        {"status": Status.DISABLED},
    ],
    ids=["used", "another", "none", "disabled"],
)
def test_tf_12_not_me_undoes_no_second_step_but_its_own_unused_one(
    store: Store, change: dict[str, Any]
) -> None:
    account = planted(store, two_step=FACTOR)
    link = a_link(account, Purpose.NOT_ME, enrolled_at=NOW - 60.125)
    moved = account._replace(**change)
    plant(store, link, moved)
    assert not freeze(store, link, undoes=True)
    assert nothing_happened(store, moved)


def test_tf_12_not_me_that_leaves_the_second_step_notes_the_dispute(store: Store) -> None:
    account = planted(store, two_step=FACTOR._replace(unused_since=None))
    link = a_link(account, Purpose.NOT_ME, enrolled_at=NOW - 60.125)
    plant(store, link)
    assert freeze(store, link)
    assert stored(store, account).two_step == FACTOR._replace(unused_since=None, disputed_at=NOW)


def test_tf_12_link_keeps_which_second_step_it_is_about(store: Store) -> None:
    account = planted(store)
    link = a_link(account, Purpose.NOT_ME, enrolled_at=NOW - 60.125)
    assert store.outbox.issue([link], account.epoch, NOW, ()) is None
    found = store.passwords.by_link(link.key)
    assert found
    assert found.enrolled_at == NOW - 60.125
