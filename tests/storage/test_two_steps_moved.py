"""The acts of 2-step verification on an account that is not, or no more, what it was read as."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status, TwoStep
from chalicelib.domain.devices import KNOWN_SECONDS, network_key
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.sessions import Next, Session, numbered
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import AccountRow
from tests.fakes.looking import stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_session, an_event
from tests.storage.calls import watched
from tests.storage.test_two_steps import STEP, by_code, by_recovery_code, enrolled, moves, proposed, removed

MOVED = [{"epoch": 9}, {"epoch": 9, "status": Status.DISABLED}, {"status": Status.FROZEN}]


def renewed(store: Store, account: Account, old: Session) -> bool:
    event = an_event(account.id, EventKind.RECOVERY_CODES_RENEWED)
    return store.two_steps.renew(account, STEP + 1, ["a", "b"], old.digest, a_session(account), event)


def test_tf_15_a_key_for_another_phone_waits_its_time_and_its_code_was_no_wrong_one(store: Store) -> None:
    account, old = enrolled(store, failures=3, known_failures=2)
    assert moves(store, account, old, (STEP + 1, None))
    after = stored(store, account).two_step
    assert (after.pending_until, after.failures, after.known_failures) == (NOW + 600, 0, 0)
    assert trail(store, account) == [EventKind.REAUTHENTICATED]


@pytest.mark.parametrize("meanwhile", [{"last_step": STEP + 1}, {"recovery": ("one",)}])
def test_tf_15_a_code_that_was_used_meanwhile_moves_nothing(store: Store, meanwhile: dict[str, Any]) -> None:
    account, old = enrolled(store)
    plant(store, account._replace(two_step=account.two_step._replace(**meanwhile)))
    proof = (STEP + 1, None) if "last_step" in meanwhile else (None, "two")
    assert not moves(store, account, old, proof)
    assert stored(store, account).two_step.pending_seed is None


@pytest.mark.parametrize("moved", [*MOVED, {"two_step": TwoStep(last_step=STEP)}], ids=str)
def test_tf_14_no_recovery_codes_are_renewed_for_an_account_that_has_moved_on(
    store: Store, moved: dict[str, Any]
) -> None:
    """Attack: a thief whose sessions are just being ended takes ten codes along, each a way in."""
    account, old = enrolled(store)
    plant(store, account._replace(**moved))
    before = stored(store, account)
    assert not renewed(store, account, old)
    assert stored(store, account) == before
    assert trail(store, account) == []


def test_tf_14_renewed_codes_forget_the_wrong_ones_and_use_their_proof_up(store: Store) -> None:
    account, old = enrolled(store, failures=4, known_failures=3)
    assert renewed(store, account, old)
    after = stored(store, account).two_step
    assert (after.failures, after.known_failures, after.last_step) == (0, 0, STEP + 1)


def test_tf_06_removal_takes_a_waiting_key_and_a_dispute_along(store: Store) -> None:
    account, old = enrolled(
        store, pending_seed="other", pending_until=NOW + 600, unused_since=NOW - 9, disputed_at=NOW - 5
    )
    assert removed(store, account, old)
    assert stored(store, account).two_step == TwoStep(last_step=STEP + 1, attempted_at=NOW - 5)


def test_tf_06_an_account_without_a_second_step_has_none_to_remove(store: Store) -> None:
    account, old = enrolled(store)
    plant(store, account._replace(two_step=account.two_step._replace(seed=None)))
    assert not removed(store, account, old)
    assert stored(store, account).epoch == account.epoch


def test_tf_05_an_enrolment_moves_no_number_where_its_session_had_one(store: Store) -> None:
    account, old = proposed(store)
    plant(store, account._replace(session_serial=5, last_logon_at=NOW - 60))
    account = stored(store, account)
    new = a_session(account._replace(epoch=2), serial=5)
    event = an_event(account.id, EventKind.TWO_STEP_ENROLLED)
    assert store.two_steps.enrol(account, "sealed anew", STEP, ["a"], old.digest, new, event)
    after = stored(store, account)
    assert (after.session_serial, after.last_logon_at) == (5, NOW - 60)


def test_tf_05_who_proposed_nothing_enrols_nothing(store: Store) -> None:
    """Attack: an empty key is confirmed, and every code of an empty key is right."""
    account, old = enrolled(store)
    event = an_event(account.id, EventKind.TWO_STEP_ENROLLED)
    new = a_session(account._replace(epoch=2))
    assert not store.two_steps.enrol(account, "sealed anew", STEP, ["a"], old.digest, new, event)


@pytest.mark.parametrize("kind", [EventKind.LOGON_SUCCEEDED, EventKind.REAUTHENTICATED])
def test_lg_12_an_accepted_code_forgives_what_failed_before_it(store: Store, kind: EventKind) -> None:
    account, old = enrolled(store, failures=2, known_failures=3)
    plant(
        store,
        account._replace(failures=4, locked_until=NOW - 5, known_failures=3, known_locked_until=NOW - 6),
    )
    new, event = a_session(account), an_event(account.id, kind)
    assert store.two_steps.accept_code_step(account, STEP + 1, old.digest, new, event)
    after = stored(store, account)
    assert (after.failures, after.locked_until, after.known_failures, after.known_locked_until) == (
        0,
        0,
        0,
        0,
    )
    assert (after.two_step.failures, after.two_step.known_failures) == (0, 0)
    assert trail(store, account) == [kind]


def test_tf_08_a_recovery_code_forgives_as_well_and_leaves_the_last_step(store: Store) -> None:
    account, old = enrolled(store, failures=2, known_failures=3)
    plant(store, account._replace(failures=4, locked_until=NOW - 5))
    assert by_recovery_code(store, account, old, a_session(account))
    after = stored(store, account)
    assert (after.failures, after.locked_until) == (0, 0)
    assert (after.two_step.failures, after.two_step.known_failures, after.two_step.last_step) == (0, 0, STEP)


@pytest.mark.parametrize("accepted", [True, False])
def test_lg_14_a_network_is_learnt_by_an_accepted_code_and_by_no_other(store: Store, accepted: bool) -> None:
    """Attack: who has the password alone makes the account known from their network by a wrong code."""
    account, old = enrolled(store)
    network, step = network_key(account.id, "192.0.2.9"), STEP + (1 if accepted else 0)
    event = an_event(account.id)
    args = (account, step, old.digest, a_session(account), event)
    assert store.two_steps.accept_code_step(*args, network=network) is accepted
    used = store.logons.admit("192.0.2.9", account.id, None, NOW).network_until
    assert used == (int(NOW) + KNOWN_SECONDS if accepted else 0)


def transactions(calls: list[tuple[str, dict[str, Any]]]) -> int:
    return [operation for operation, _ in calls].count("TransactWriteItems")


@pytest.mark.parametrize(
    "changed",
    [{"epoch": 9, "session_serial": 30}, {"status": Status.FROZEN, "session_serial": 30}],
    ids=["epoch", "frozen"],
)
def test_lg_16_no_number_that_is_free_brings_in_who_is_shut_out(
    store: Store, changed: dict[str, Any]
) -> None:
    """Attack: other logons have become whole meanwhile, and the next try forgets why the first one failed."""
    account, old = enrolled(store)
    plant(store, account._replace(**changed))
    assert not by_code(store, account, old, numbered(a_session(account), account))
    assert store.sessions.of_account(account.id) == [old]


def test_rl_01_a_code_that_was_used_meanwhile_is_not_tried_again(real_store: DynamoStore) -> None:
    """Where the number is free it was something else, and as often as it is tried it stays that."""
    account, old = enrolled(real_store)
    plant(real_store, account._replace(two_step=account.two_step._replace(last_step=STEP + 1)))
    with watched(real_store) as calls:
        assert not by_code(real_store, account, old, numbered(a_session(account), account))
    assert transactions(calls) == 1


def test_rl_01_a_session_that_is_gone_is_not_tried_again(real_store: DynamoStore) -> None:
    account, old = enrolled(real_store)
    real_store.sessions.end(account.id, [old.digest])
    with watched(real_store) as calls:
        assert not by_code(real_store, account, old, numbered(a_session(account), account))
    assert transactions(calls) == 1


@pytest.mark.parametrize("numbers", [True, False])
def test_lo_07_the_account_is_shown_where_its_number_may_be_taken_and_nowhere_else(
    real_store: DynamoStore, numbers: bool
) -> None:
    account, old = enrolled(real_store)
    new = a_session(account)
    with watched(real_store) as calls:
        assert by_code(real_store, account, old, numbered(new, account) if numbers else new)
    (updates,) = [[one["Update"] for one in asked["TransactItems"] if "Update" in one] for _, asked in calls]
    shown = [one.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" for one in updates]
    assert shown == [numbers, False]


def test_lg_16_a_logon_gives_up_where_every_number_is_taken(
    real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again with each number that is next, as often as others can be before it."""
    account, old = enrolled(real_store)
    new = numbered(a_session(account), account)
    monkeypatch.setattr("chalicelib.storage.two_steps.SERIAL_TRIES", 1)
    plant(real_store, account._replace(session_serial=7))
    assert not by_code(real_store, account, old, new)
    monkeypatch.setattr("chalicelib.storage.two_steps.SERIAL_TRIES", 2)
    assert by_code(real_store, account, old, new)
    assert stored(real_store, account).session_serial == 8


def test_lg_09_a_half_done_logon_that_goes_on_takes_a_number_among_its_own(store: Store) -> None:
    account, old = enrolled(store)
    plant(store, account._replace(must_change_password=True, half_done_serial=4))
    account = stored(store, account)
    new = numbered(a_session(account, next=Next.CHANGE_PASSWORD), account)
    assert by_code(store, account, old, new)
    after = stored(store, account)
    assert (after.half_done_serial, after.session_serial) == (5, account.session_serial)
    assert after.last_logon_at == account.last_logon_at


@pytest.mark.parametrize("kind", [EventKind.LOGON_SUCCEEDED, EventKind.RECOVERY_CODE_USED])
def test_a_row_from_before_the_console_listed_second_steps_is_listed_from_its_next_logon(
    real_store: DynamoStore, kind: EventKind
) -> None:
    account, old = enrolled(real_store)
    real_store.database.update(AccountRow(account.id), [AccountRow.two_step_on.remove()])
    found = [real_store.directory.user(account.id)]
    event = an_event(account.id, kind)
    assert real_store.two_steps.accept_code_step(account, STEP + 1, old.digest, a_session(account), event)
    found.append(real_store.directory.user(account.id))
    assert [one and one.two_step for one in found] == [False, True]
