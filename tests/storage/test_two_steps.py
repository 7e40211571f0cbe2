"""The acts of 2-step verification: a code once, a guesser slowly, a factor only with its own proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Status, TwoStep
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.sessions import Session, numbered
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_digest, a_session, an_account, an_event

STEP = 63_333_333
ENROLLED = TwoStep(
    seed="sealed", last_step=STEP, recovery=("one", "two", "three"), failures=3, attempted_at=NOW - 5
)
Accept = Callable[[Store, Account, Session, Session], bool]


def enrolled(store: Store, **facts: Any) -> tuple[Account, Session]:
    account = planted(store, two_step=ENROLLED._replace(**facts))
    session = a_session(account)
    plant(store, session)
    return account, session


def by_code(store: Store, account: Account, old: Session, new: Session, step: int = STEP + 1) -> bool:
    return store.two_steps.accept_code_step(account, step, old.digest, new, an_event(account.id))


def by_recovery_code(store: Store, account: Account, old: Session, new: Session, code: str = "two") -> bool:
    return store.two_steps.accept_recovery_code(account, code, old.digest, new, an_event(account.id))


def removed(store: Store, account: Account, old: Session, step: int | None = STEP + 1) -> bool:
    new = a_session(account._replace(epoch=account.epoch + 1))
    return store.two_steps.remove(
        account, step, old.digest, new, an_event(account.id, EventKind.TWO_STEP_REMOVED)
    )


@pytest.mark.parametrize(
    ("failures", "since", "counted"),
    [
        *((0, 0, True), (4, 0, True), (5, 0, False), (5, 299.75, False), (5, 300, True), (19, 300, True)),
        *((20, 300, False), (20, 3599, False), (20, 3600, True), (99, 3600, True), (100, 10**6, False)),
    ],
)
def test_tf_03_codes_are_counted_and_paced_over_all_sessions(
    store: Store, failures: int, since: float, counted: bool
) -> None:
    account, _ = enrolled(store, failures=failures, attempted_at=NOW - since)
    done, found = store.two_steps.reserve_code(account.id, NOW)
    assert done is counted
    assert found == stored(store, account)
    assert found is not None
    assert found.two_step.failures == failures + counted


def test_tf_03_an_unknown_account_is_not_counted(store: Store) -> None:
    assert store.two_steps.reserve_code(an_account().id, NOW) == (False, None)


def test_tf_05_a_seed_is_proposed_and_a_later_proposal_replaces_it(store: Store) -> None:
    account = planted(store)
    for seed in ("first", "second"):
        assert store.two_steps.propose(account.id, 1, seed, NOW + 600)
    after = stored(store, account)
    assert after.two_step == TwoStep(pending_seed="second", pending_until=NOW + 600)
    assert not after.two_step.active


def test_tf_06_no_seed_is_proposed_over_an_active_one_nor_under_another_epoch(store: Store) -> None:
    account, _ = enrolled(store)
    assert not store.two_steps.propose(account.id, 1, "other", NOW + 600)
    fresh = planted(store, epoch=2)
    assert not store.two_steps.propose(fresh.id, 1, "other", NOW + 600)
    assert not store.two_steps.propose(an_account().id, 1, "other", NOW + 600)


def proposed(store: Store, until: float = NOW + 600) -> tuple[Account, Session]:
    account = planted(store, two_step=TwoStep(pending_seed="sealed", pending_until=until, failures=2))
    session = a_session(account)
    plant(store, session)
    return account, session


def enrol(store: Store, account: Account, old: Session) -> bool:
    new = a_session(account._replace(epoch=account.epoch + 1))
    event = an_event(account.id, EventKind.TWO_STEP_ENROLLED)
    return store.two_steps.enrol(account, "sealed anew", STEP, ["a", "b"], old.digest, new, event)


def test_tf_05_the_proposed_seed_becomes_active_by_its_code_and_the_epoch_moves(store: Store) -> None:
    account, old = proposed(store)
    assert enrol(store, account, old)
    after = stored(store, account)
    assert after.two_step == TwoStep(
        seed="sealed anew", last_step=STEP, recovery=("a", "b"), unused_since=NOW
    )
    assert after.epoch == 2
    assert [session.epoch for session in store.sessions.of_account(account.id)] == [2]
    assert trail(store, account) == [EventKind.TWO_STEP_ENROLLED]
    assert (listed := store.directory.user(account.id))
    assert listed.two_step
    assert not enrol(store, account, old)


@pytest.mark.parametrize(("left", "works"), [(1, True), (0, False), (-1, False)])
def test_tf_05_a_seed_not_confirmed_in_time_is_dead(store: Store, left: float, works: bool) -> None:
    account, old = proposed(store, until=NOW + left)
    assert enrol(store, account, old) is works
    assert stored(store, account).two_step.active is works


def test_tf_05_where_nothing_was_proposed_nothing_is_confirmed(store: Store) -> None:
    account = planted(store)
    old = a_session(account)
    plant(store, old)
    assert not enrol(store, account, old)
    assert stored(store, account) == account


def test_tf_05_the_seed_that_was_shown_is_the_one_confirmed(store: Store) -> None:
    account, old = proposed(store)
    assert store.two_steps.propose(account.id, 1, "another", NOW + 600)
    assert not enrol(store, account, old)
    assert not stored(store, account).two_step.active


@pytest.mark.parametrize(
    ("step", "accepted"), [(STEP - 1, False), (STEP, False), (STEP + 1, True), (STEP + 2, True)]
)
def test_tf_02_a_time_step_is_accepted_once_and_nothing_before_it(
    store: Store, step: int, accepted: bool
) -> None:
    account, old = enrolled(store)
    assert by_code(store, account, old, a_session(account), step) is accepted
    after = stored(store, account)
    assert after.two_step.last_step == max(step, STEP)
    assert after.two_step.failures == (0 if accepted else 3)


def test_tf_02_the_same_step_is_refused_in_another_session(store: Store) -> None:
    account, old = enrolled(store)
    other = a_session(account)
    plant(store, other)
    assert by_code(store, account, old, a_session(account))
    assert not by_code(store, account, other, a_session(account))


def test_tf_08_a_recovery_code_is_accepted_once_and_the_others_stay(store: Store) -> None:
    account, old = enrolled(store)
    new = a_session(account)
    assert by_recovery_code(store, account, old, new)
    after = stored(store, account)
    assert after.two_step.recovery == ("one", "three")
    assert after.two_step.failures == 0
    # The list it was read with is history; so is the code.
    assert not by_recovery_code(store, account, new, a_session(account))
    assert store.sessions.of_account(account.id) == [new]


@pytest.mark.parametrize(
    ("kind", "in_use"),
    [
        (EventKind.LOGON_SUCCEEDED, True),
        (EventKind.RECOVERY_CODE_USED, True),
        (EventKind.REAUTHENTICATED, False),
    ],
)
def test_tf_12_a_logon_puts_the_second_step_in_use_and_settles_a_dispute(
    store: Store, kind: EventKind, in_use: bool
) -> None:
    account, old = enrolled(store, unused_since=NOW - 60, disputed_at=NOW - 30)
    event = an_event(account.id, kind)
    assert store.two_steps.accept_code_step(account, STEP + 1, old.digest, a_session(account), event)
    after = stored(store, account).two_step
    assert (after.unused_since, after.disputed_at) == ((None, None) if in_use else (NOW - 60, NOW - 30))


@pytest.mark.parametrize("accept", [by_code, by_recovery_code])
@pytest.mark.parametrize("change", [{"epoch": 2}, {"status": Status.DISABLED}], ids=["epoch", "disabled"])
def test_lg_08_no_code_is_accepted_once_the_account_has_moved(
    store: Store, accept: Accept, change: dict[str, Any]
) -> None:
    account, old = enrolled(store)
    plant(store, account._replace(**change))
    assert not accept(store, account, old, a_session(account))
    assert store.sessions.of_account(account.id) == [old]
    assert stored(store, account).two_step == account.two_step


@pytest.mark.parametrize("accept", [by_code, by_recovery_code])
def test_lg_09_no_code_is_accepted_in_a_half_done_logon_that_was_ended(store: Store, accept: Accept) -> None:
    account, old = enrolled(store)
    store.sessions.end(account.id, [old.digest], an_event(account.id, EventKind.CODE_REFUSED))
    assert not accept(store, account, old, a_session(account))
    assert store.sessions.of_account(account.id) == []
    assert stored(store, account).two_step == account.two_step


def test_tf_06_removal_takes_seed_and_recovery_codes_and_moves_the_epoch(store: Store) -> None:
    account, old = enrolled(store)
    assert removed(store, account, old)
    after = stored(store, account)
    assert after.two_step == TwoStep(last_step=STEP + 1, attempted_at=NOW - 5)
    assert after.epoch == 2
    assert trail(store, account) == [EventKind.TWO_STEP_REMOVED]


@pytest.mark.parametrize(("step", "works"), [(STEP, False), (STEP + 1, True), (None, True)])
def test_tf_02_a_used_code_removes_nothing(store: Store, step: int | None, works: bool) -> None:
    account, old = enrolled(store)
    assert removed(store, account, old, step) is works
    assert stored(store, account).two_step.active is not works


def test_tf_06_what_is_not_enrolled_or_not_in_a_live_session_is_not_removed(store: Store) -> None:
    bare = planted(store)
    session = a_session(bare)
    plant(store, session)
    assert not removed(store, bare, session)
    account, _ = enrolled(store)
    assert not removed(store, account, a_session(account)._replace(digest=a_digest()))
    assert stored(store, account).two_step.active


def test_tf_08_a_recovery_code_used_meanwhile_removes_nothing(store: Store) -> None:
    account, old = enrolled(store)
    plant(store, account._replace(two_step=ENROLLED._replace(recovery=("one", "three"))))
    assert not removed(store, account, old, None)
    assert stored(store, account).two_step.active


def test_lg_13_removal_leaves_the_count_of_logons_alone(store: Store) -> None:
    account, old = enrolled(store)
    plant(store, account._replace(failures=3))
    assert removed(store, account, old)
    assert stored(store, account).failures == 3


@pytest.mark.parametrize(
    ("failures", "since", "counted"),
    [(4, 0, True), (5, 299, False), (5, 300, True), (20, 3599, False), (99, 3600, True), (100, 99999, False)],
)
def test_tf_10_codes_of_known_sessions_have_a_count_of_their_own(
    store: Store, failures: int, since: float, counted: bool
) -> None:
    account, _ = enrolled(store, known_failures=failures, known_attempted_at=NOW - since)
    done, found = store.two_steps.reserve_code(account.id, NOW, known=True)
    assert done is counted
    assert found is not None
    assert found.two_step.known_failures == failures + counted
    assert found.two_step.failures == account.two_step.failures


def test_tf_10_an_accepted_code_forgets_both_counts(store: Store) -> None:
    account, old = enrolled(store, failures=7, known_failures=9)
    new = a_session(account)
    assert store.two_steps.accept_code_step(account, STEP + 1, old.digest, new, an_event(account.id))
    after = stored(store, account).two_step
    assert (after.failures, after.known_failures) == (0, 0)


def test_lg_16_an_enrolment_that_makes_a_logon_whole_takes_its_number(store: Store) -> None:
    account, old = proposed(store)
    new = numbered(a_session(account._replace(epoch=2)), account)
    event = an_event(account.id, EventKind.TWO_STEP_ENROLLED)
    assert store.two_steps.enrol(account, "sealed anew", STEP, ["a"], old.digest, new, event)
    after = stored(store, account)
    assert (after.session_serial, after.last_logon_at) == (1, NOW)


@pytest.mark.parametrize("meanwhile", [0, 3])
def test_lg_16_a_code_takes_the_number_that_is_next_when_it_is_accepted(store: Store, meanwhile: int) -> None:
    """Also where other logons of the account have become whole since it was read."""
    account, old = enrolled(store)
    plant(store, account._replace(session_serial=account.session_serial + meanwhile, last_logon_at=NOW - 5))
    new = numbered(a_session(account), account)
    assert store.two_steps.accept_code_step(account, STEP + 1, old.digest, new, an_event(account.id))
    after = stored(store, account)
    assert after.session_serial == account.session_serial + meanwhile + 1
    (session,) = store.sessions.of_account(account.id)
    assert session.serial == after.session_serial
    assert after.last_logon_at == NOW


def test_lg_16_a_code_that_is_used_meanwhile_takes_no_number(store: Store) -> None:
    account, old = enrolled(store)
    used = account.two_step._replace(last_step=STEP + 1)
    plant(store, account._replace(session_serial=account.session_serial + 3, two_step=used))
    new = numbered(a_session(account), account)
    assert not store.two_steps.accept_code_step(account, STEP + 1, old.digest, new, an_event(account.id))
    assert store.sessions.of_account(account.id) == [old]


@pytest.mark.parametrize("step", [STEP + 1, None], ids=["time step", "recovery code"])
def test_tf_14_recovery_codes_are_renewed_once_by_one_code(store: Store, step: int | None) -> None:
    account, old = enrolled(store)
    new, again = a_session(account, digest=a_digest()), a_session(account, digest=a_digest())
    event = an_event(account.id, EventKind.RECOVERY_CODES_RENEWED)
    assert store.two_steps.renew(account, step, ["a", "b"], old.digest, new, event)
    after = stored(store, account)
    assert (after.two_step.recovery, after.two_step.seed, after.epoch) == (
        ("a", "b"),
        "sealed",
        account.epoch,
    )
    assert trail(store, account) == [EventKind.RECOVERY_CODES_RENEWED]
    assert not store.two_steps.renew(account, step, ["c"], new.digest, again, event)
    assert stored(store, account) == after


def moves(store: Store, account: Account, old: Session, proof: tuple[int | None, str | None]) -> bool:
    event = an_event(account.id, EventKind.REAUTHENTICATED)
    return store.two_steps.propose_move(
        account, proof, ("other", NOW + 600), old.digest, a_session(account), event
    )


@pytest.mark.parametrize(
    ("proof", "last", "left"),
    [((STEP + 1, None), STEP + 1, ("one", "two", "three")), ((None, "two"), STEP, ("one", "three"))],
    ids=["time step", "recovery code"],
)
def test_tf_15_a_key_for_another_phone_waits_beside_the_one_in_force_by_one_code(
    store: Store, proof: tuple[int | None, str | None], last: int, left: tuple[str, ...]
) -> None:
    account, old = enrolled(store)
    assert moves(store, account, old, proof)
    after = stored(store, account)
    assert (after.two_step.seed, after.two_step.pending_seed, after.epoch) == ("sealed", "other", 1)
    assert (after.two_step.last_step, after.two_step.recovery) == (last, left)
    plant(store, old)
    assert not moves(store, account, old, proof)


@pytest.mark.parametrize(
    "facts", [{"status": Status.DISABLED}, {"epoch": 2}, {"two_step": TwoStep(last_step=STEP)}]
)
def test_tf_15_no_key_waits_for_an_account_that_has_moved_on(store: Store, facts: dict[str, Any]) -> None:
    account, old = enrolled(store)
    plant(store, account._replace(**facts))
    assert not moves(store, account, old, (STEP + 1, None))
    assert stored(store, account).two_step.pending_seed is None


def test_tf_15_the_key_of_the_other_phone_takes_the_place_of_the_one_in_force(store: Store) -> None:
    account, old = enrolled(store, pending_seed="other", pending_until=NOW + 600)
    assert enrol(store, account, old)
    after = stored(store, account)
    assert (after.two_step.seed, after.two_step.pending_seed) == ("sealed anew", None)
    assert (after.two_step.recovery, after.two_step.unused_since, after.epoch) == (("a", "b"), NOW, 2)


@pytest.mark.parametrize("act", ["move", "renew"])
def test_tf_02_what_a_recovery_code_proves_lets_no_time_step_in_again(store: Store, act: str) -> None:
    """A code of the app is accepted between the reading of the account and the write."""
    account, old = enrolled(store)
    other = a_session(account)
    plant(store, other)
    assert by_code(store, account, other, a_session(account), STEP + 5)
    if act == "move":
        assert moves(store, account, old, (None, "two"))
    else:
        event = an_event(account.id, EventKind.RECOVERY_CODES_RENEWED)
        assert store.two_steps.renew(account, None, ["a"], old.digest, a_session(account), event)
    assert stored(store, account).two_step.last_step == STEP + 5


@pytest.mark.parametrize(
    "moved", [{"epoch": 9}, {"epoch": 9, "status": Status.DISABLED}, {"status": Status.FROZEN}]
)
def test_tf_06_no_enrolment_lands_after_a_containment(store: Store, moved: dict[str, Any]) -> None:
    """Attack: who is being contained enrols a second step of their own in the same second, and keeps the account."""
    pending = TwoStep(pending_seed="proposed", pending_until=NOW + 600)
    account = planted(store, two_step=pending)
    old = a_session(account)
    plant(store, old, account._replace(**moved))
    new = a_session(account._replace(epoch=account.epoch + 1))
    event = an_event(account.id, EventKind.TWO_STEP_ENROLLED)
    assert not store.two_steps.enrol(account, "sealed", STEP, ["one"], old.digest, new, event)
    after = stored(store, account)
    assert (after.epoch, after.two_step) == (moved.get("epoch", account.epoch), pending)
    assert trail(store, account) == []


@pytest.mark.parametrize("step", [STEP + 1, None])
def test_tf_06_no_removal_lands_after_a_containment(store: Store, step: int | None) -> None:
    """Attack: a thief whose sessions are just being ended takes the second step away all the same."""
    account, old = enrolled(store)
    plant(store, account._replace(epoch=9))
    assert not removed(store, account, old, step)
    after = stored(store, account)
    assert (after.epoch, after.two_step.seed) == (9, "sealed")
    assert trail(store, account) == []


# give_back_code


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("failures", [0, 4, 5, 20])
def test_lg_19_a_right_code_that_the_store_refused_leaves_count_and_pace_as_they_were(
    store: Store, known: bool, failures: int
) -> None:
    prefix = "known_" if known else ""
    waited = {f"{prefix}failures": failures, f"{prefix}attempted_at": NOW - 3600}
    account, _ = enrolled(store, **waited)
    done, seen = store.two_steps.reserve_code(account.id, NOW, known=known)
    assert done
    assert seen
    store.two_steps.give_back_code(seen, known=known)
    assert stored(store, account).two_step.tries(known=known)[0] == failures
    assert store.two_steps.reserve_code(account.id, NOW + 1, known=known)[0]
    assert store.two_steps.reserve_code(account.id, NOW + 2, known=known)[0] is (failures < 4)


@pytest.mark.parametrize(
    "meanwhile",
    [{"last_step": STEP + 1}, {"recovery": ("one",)}, {"recovery": ()}],
    ids=["code accepted", "recovery code accepted", "all used"],
)
def test_lg_19_after_a_code_that_was_accepted_no_guess_is_free(
    store: Store, meanwhile: dict[str, Any]
) -> None:
    account, _ = enrolled(store)
    _, seen = store.two_steps.reserve_code(account.id, NOW)
    assert seen
    plant(store, seen._replace(two_step=seen.two_step._replace(failures=2, **meanwhile)))
    store.two_steps.give_back_code(seen)
    assert stored(store, account).two_step.failures == 2


def test_lg_19_no_code_is_given_back_below_zero_or_to_an_account_that_has_moved(store: Store) -> None:
    account, _ = enrolled(store, failures=0)
    _, seen = store.two_steps.reserve_code(account.id, NOW)
    assert seen
    for _ in range(3):
        store.two_steps.give_back_code(seen)
    assert stored(store, account).two_step.failures == 0
    _, seen = store.two_steps.reserve_code(account.id, NOW)
    assert seen
    plant(store, seen._replace(epoch=9))
    store.two_steps.give_back_code(seen)
    assert stored(store, account).two_step.failures == 1


def test_lg_19_with_no_recovery_codes_left_a_right_code_is_given_back_as_well(store: Store) -> None:
    account, _ = enrolled(store, recovery=(), failures=0)
    _, seen = store.two_steps.reserve_code(account.id, NOW)
    assert seen
    store.two_steps.give_back_code(seen)
    assert stored(store, account).two_step.failures == 0
