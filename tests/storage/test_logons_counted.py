"""The counts of a logon where the store fails, for rows from before them, and once where something is asked twice."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.resets import temporary_key
from chalicelib.domain.sessions import MAX_HALF_DONE
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import AccountRow, ResetRow
from tests.fakes.looking import planted, stored
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_digest, a_session, a_temporary, an_account, an_event, number
from tests.faults.breaking import Fault, breaking
from tests.storage.calls import watched
from tests.storage.test_logons import CAP, opened, refuse, tried

pytestmark = pytest.mark.usefixtures("waits")


def failures_of(account: Account, *, known: bool) -> tuple[int, float, float]:
    tries = account.tries(known=known)
    return tries.failures, tries.attempted_at, tries.locked_until


@pytest.mark.parametrize("known", [False, True])
def test_lg_14_a_row_from_before_a_count_is_counted_from_nothing(
    real_store: DynamoStore, known: bool
) -> None:
    account, row = planted(real_store), AccountRow
    counts = (
        (row.known_failures, row.known_attempted_at, row.known_locked_until)
        if known
        else (row.failures, row.attempted_at, row.locked_until)
    )
    real_store.database.update(AccountRow(account.id), [one.remove() for one in counts])
    assert failures_of(tried(real_store, account, known=known), known=known) == (1, NOW, 0)
    assert failures_of(stored(real_store, account), known=not known) == (0, 0, 0)


@pytest.mark.parametrize("known", [False, True])
def test_lg_19_an_attempt_of_which_no_answer_comes_is_not_counted_and_has_no_pace(
    real_store: DynamoStore, known: bool
) -> None:
    """Attack: nobody guessed, and still nobody may try for a full lock's time."""
    account = planted(real_store, failures=3, known_failures=3)
    with breaking(real_store, Fault.LOST, 0), pytest.raises(Unavailable):
        real_store.logons.reserve_attempt(account.id, NOW, known=known)
    assert failures_of(stored(real_store, account), known=known) == (3, NOW - CAP, 0)


@pytest.mark.parametrize("known", [False, True])
def test_lg_19_the_only_attempt_is_given_back_to_none(real_store: DynamoStore, known: bool) -> None:
    account = planted(real_store)
    real_store.logons.give_back(tried(real_store, account, known=known), known=known)
    assert failures_of(stored(real_store, account), known=known) == (0, NOW - CAP, 0)


@pytest.mark.parametrize(("fault", "left"), [(Fault.LOST_ONCE, 3), (Fault.LOST, 3), (Fault.TIMEOUT, 4)])
def test_lg_19_an_attempt_is_given_back_once_whatever_becomes_of_the_answer(
    real_store: DynamoStore, fault: Fault, left: int
) -> None:
    """Attack: what was given back and is asked for again gives back a guesser's. Where it fails, it stays taken."""
    account = planted(real_store, failures=3)
    seen = tried(real_store, account)
    with breaking(real_store, fault, 0):
        real_store.logons.give_back(seen)
    assert stored(real_store, account).failures == left


@pytest.mark.parametrize("failures", [0, 5, 95, 100])
def test_lg_01_a_refusal_that_was_not_counted_sets_no_lock_however_many_failures_there_are(
    real_store: DynamoStore, failures: int
) -> None:
    account = planted(real_store, failures=failures)
    refuse(real_store, account, counted=False)
    assert stored(real_store, account) == account


def test_an_account_that_was_never_used_from_a_network_says_so(real_store: DynamoStore) -> None:
    assert real_store.logons.admit("192.0.2.77", an_account().id, None, NOW).network_until == 0


def test_tp_08_a_temporary_password_that_is_used_is_not_tried_again_under_another_number(
    real_store: DynamoStore,
) -> None:
    """A parallel logon with it has taken both: the number is free to be taken, the password is not."""
    account = planted(real_store)
    plant(real_store, a_temporary(account, spent_at=NOW - 1))
    plant(real_store, account._replace(session_serial=account.session_serial + 1))
    key = temporary_key(account.id, "b2c3d")
    assert ResetRow.get(key).spent_at == NOW - 1
    with watched(real_store) as calls:
        assert opened(real_store, account, burn=key) is None
    assert [operation for operation, _ in calls] == ["TransactWriteItems"]


def test_nobody_comes_in_to_an_account_that_is_gone(real_store: DynamoStore) -> None:
    nobody = an_account()
    assert real_store.logons.open(nobody, a_session(nobody), an_event(nobody.id)) is None


# opened: a form that was sent twice


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(("failures", "left"), [(3, 2), (1, 0), (0, 0)])
def test_wb_20_the_repeat_of_a_right_form_is_given_its_session_and_its_attempt_is_not_counted(
    real_store: DynamoStore, failures: int, left: int, known: bool
) -> None:
    account = planted(real_store, failures=failures, known_failures=failures)
    session = a_session(account, started_at=NOW)
    plant(real_store, session)
    assert real_store.logons.opened(account.id, session.digest, NOW + 59.5, known=known) == session
    after = stored(real_store, account)
    assert after.tries(known=known).failures == left
    assert after.tries(known=not known).failures == failures


@pytest.mark.parametrize(
    "facts",
    [
        {"started_at": NOW - 60},
        {"started_at": NOW, "expires_at": int(NOW)},
    ],
    ids=["a minute ago", "over"],
)
def test_wb_20_what_is_no_repeat_is_given_nothing_and_stays_counted(
    real_store: DynamoStore, facts: dict[str, Any]
) -> None:
    account = planted(real_store, failures=3)
    session = a_session(account, **facts)
    plant(real_store, session)
    assert real_store.logons.opened(account.id, session.digest, NOW, known=False) is None
    assert real_store.logons.opened(account.id, a_digest(), NOW, known=False) is None
    assert stored(real_store, account).failures == 3


# refuse


@pytest.mark.parametrize("counted", [False, True])
def test_en_07_a_refusal_of_nobody_changes_nothing_whatever_is_said_of_it(
    real_store: DynamoStore, counted: bool
) -> None:
    nobody = an_account()
    event = an_event(nobody.id, EventKind.LOGON_REFUSED)
    real_store.logons.refuse(event, None, counter=f"counter {number()}", counted=counted, outside=False)
    assert real_store.accounts.find(nobody.id)[0] is None


def test_lg_03_only_a_place_that_was_taken_is_given_back_from_outside(real_store: DynamoStore) -> None:
    account = planted(real_store, failures=1)
    refuse(real_store, account, counted=False, outside=True)
    assert stored(real_store, account).failures == 1
    refuse(real_store, account, outside=True)
    assert stored(real_store, account).failures == 0


def test_rl_01_a_refusal_whose_count_cannot_be_written_fails(real_store: DynamoStore) -> None:
    """Attack: while the counters fail and events do not, guesses are free."""
    account = planted(real_store, failures=3)
    with (
        breaking(real_store, Fault.TIMEOUT, 0, often=3, only="UpdateItem"),
        pytest.raises(Unavailable),
    ):
        refuse(real_store, account)


@pytest.mark.parametrize("known", [False, True])
def test_lg_09_a_row_from_before_locks_and_half_done_numbers_gets_its_first(
    real_store: DynamoStore, known: bool
) -> None:
    account, row = planted(real_store, failures=5, known_failures=5), AccountRow
    old = (
        (row.known_locked_until, row.known_half_done_serial)
        if known
        else (row.locked_until, row.half_done_serial)
    )
    real_store.database.update(AccountRow(account.id), [one.remove() for one in old])
    refuse(real_store, account, known=known)
    after = stored(real_store, account)
    assert after.tries(known=known).locked_until == NOW + 1
    assert after.half_done(known=known) == MAX_HALF_DONE


def test_lg_09_a_lock_that_is_there_already_ends_no_half_done_logon_again(real_store: DynamoStore) -> None:
    account = planted(real_store, failures=5, locked_until=NOW + 1)
    refuse(real_store, account)
    assert stored(real_store, account) == account


def test_lg_01_what_others_have_failed_since_a_success_is_no_lock_by_a_refusal_from_before(
    real_store: DynamoStore,
) -> None:
    account = planted(real_store, failures=8)
    late = tried(real_store, account)
    assert opened(real_store, late)
    plant(real_store, stored(real_store, account)._replace(failures=6))
    refuse(real_store, late)
    assert stored(real_store, account).locked_until == 0


# open


def test_lg_08_an_account_that_was_frozen_meanwhile_is_not_tried_again_under_another_number(
    real_store: DynamoStore,
) -> None:
    account = planted(real_store)
    plant(real_store, account._replace(status=Status.FROZEN, session_serial=account.session_serial + 1))
    with watched(real_store) as calls:
        assert opened(real_store, account) is None
    assert len(calls) == 1


def test_pw_11_a_hash_that_was_stored_meanwhile_is_not_written_over_unseen(real_store: DynamoStore) -> None:
    """Another logon with the same password has stored a better one: this one looks again before it stores its own."""
    account = planted(real_store)
    plant(real_store, account._replace(password_hash="another's"))
    with watched(real_store) as calls:
        assert opened(real_store, account, rehash="better")
    assert len(calls) == 2
    assert stored(real_store, account).password_hash == "better"
