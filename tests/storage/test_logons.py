"""The acts of logging on: counted before it is verified, one doorway to a session."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Policy, Status, TwoStep
from chalicelib.domain.events import EventKind
from chalicelib.domain.limits import LOGONS_BY_SOURCE
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import MAX_HALF_DONE, Next, Session
from tests.fakes.looking import planted, stored
from tests.fakes.planting import plant
from tests.fakes.samples import DAY, NOW, a_digest, a_session, a_temporary, an_account, an_event, number

CAP = 900
WINDOW = 300


def admit(store: Store, source: str, now: float = NOW) -> str:
    return store.logons.admit(source, an_account().id, None, now).counter


def opened(store: Store, account: Account, **also: str | None) -> Session | None:
    return store.logons.open(account, a_session(account), an_event(account.id), **also)


def refuse(
    store: Store,
    account: Account,
    *,
    counter: str = "",
    counted: bool = True,
    outside: bool = False,
    known: bool = False,
    at: float = NOW,
) -> None:
    event = an_event(account.id, EventKind.LOGON_REFUSED, at)
    counter = counter or f"counter {number()}"
    store.logons.refuse(event, account, counter=counter, counted=counted, outside=outside, known=known)


def refused_often(store: Store, source: str, at: float, times: int = LOGONS_BY_SOURCE.most) -> None:
    """So many attempts of one source, one after another, each admitted and then refused."""
    for _ in range(times):
        refuse(store, an_account(), counter=admit(store, source, at), counted=False, at=at)


# admit


def test_lg_06_twenty_refusals_of_one_source_and_the_next_attempt_is_told_when_to_come_back(
    store: Store,
) -> None:
    source, start = f"source {number()}", NOW - NOW % WINDOW
    refused_often(store, source, start)
    with pytest.raises(Refusal) as refused:
        admit(store, source, start + WINDOW - 0.25)
    assert refused.value.code is Code.THROTTLED
    assert refused.value.retry_after == 1


def test_lg_06_the_next_window_starts_afresh_and_another_source_is_not_concerned(store: Store) -> None:
    source, start = f"source {number()}", NOW - NOW % WINDOW
    refused_often(store, source, start)
    admit(store, source, start + WINDOW)
    admit(store, f"source {number()}", start)


def test_lg_06_an_attempt_that_is_admitted_or_succeeds_counts_for_nothing(store: Store) -> None:
    account, source = planted(store), f"source {number()}"
    refused_often(store, source, NOW, LOGONS_BY_SOURCE.most - 1)
    for _ in range(25):
        admit(store, source)
        assert opened(store, account)


def test_lg_06_a_refusal_counts_in_the_window_it_was_admitted_in(store: Store) -> None:
    source, start = f"source {number()}", NOW - NOW % WINDOW
    for _ in range(LOGONS_BY_SOURCE.most):
        counter = admit(store, source, start + WINDOW - 0.25)
        refuse(store, an_account(), counter=counter, counted=False, at=start + WINDOW)
    admit(store, source, start + WINDOW)
    with pytest.raises(Refusal):
        admit(store, source, start + WINDOW - 0.25)


def test_admission_brings_the_domains_policy_and_the_temporary_password_that_was_typed(store: Store) -> None:
    domain = f"domain{number()}.test"
    account = planted(store, address=f"person@{domain}")
    policy = Policy(domain, internal=True, two_step_required=True, ranges=("192.0.2.0/24",))
    temporary = a_temporary(account)
    plant(store, policy, temporary)
    admission = store.logons.admit(f"source {number()}", account.id, "b2c3d", NOW)
    assert admission.policy == policy
    assert admission.temporary == temporary


def test_admission_knows_no_temporary_password_of_another_name_or_account(store: Store) -> None:
    account, other = planted(store), planted(store)
    plant(store, a_temporary(other))
    assert store.logons.admit(f"source {number()}", account.id, "b2c3d", NOW).temporary is None
    assert store.logons.admit(f"source {number()}", other.id, "zzzzz", NOW).temporary is None
    assert store.logons.admit(f"source {number()}", other.id, None, NOW).temporary is None


# reserve_attempt


def test_an_attempt_is_counted_and_the_account_read_in_one_act(store: Store) -> None:
    account = planted(store, failures=3, attempted_at=NOW - 7)
    counted, found = store.logons.reserve_attempt(account.id, NOW)
    assert counted
    assert found == account._replace(failures=4, attempted_at=NOW) == stored(store, account)


def test_an_unknown_account_is_not_counted_and_does_not_come_to_be(store: Store) -> None:
    nobody = an_account()
    assert store.logons.reserve_attempt(nobody.id, NOW) == (False, None)
    assert store.accounts.find(nobody.id)[0] is None


@pytest.mark.parametrize(("left", "counted"), [(1, False), (0.25, False), (0, True), (-1, True)])
def test_lg_01_an_attempt_during_a_lock_is_not_counted(store: Store, left: float, counted: bool) -> None:
    account = planted(store, failures=5, locked_until=NOW + left)
    done, found = store.logons.reserve_attempt(account.id, NOW)
    assert done is counted
    assert found is not None
    assert found.failures == 5 + counted


@pytest.mark.parametrize(
    ("failures", "since", "counted"), [(19, 0, True), (20, 0, False), (20, CAP - 1, False)]
)
def test_lg_03_twenty_attempts_may_be_under_way_at_once(
    store: Store, failures: int, since: float, counted: bool
) -> None:
    account = planted(store, failures=failures, attempted_at=NOW - since)
    assert store.logons.reserve_attempt(account.id, NOW)[0] is counted


@pytest.mark.parametrize(("failures", "counted"), [(20, True), (99, True), (100, False), (101, False)])
def test_lg_02_after_a_hundred_failures_waiting_does_not_help(
    store: Store, failures: int, counted: bool
) -> None:
    account = planted(store, failures=failures, attempted_at=NOW - CAP)
    assert store.logons.reserve_attempt(account.id, NOW)[0] is counted


# open


def test_a_right_credential_opens_a_session_and_forgets_the_failures(store: Store) -> None:
    account = planted(store, failures=4, session_serial=7, last_logon_at=NOW - 9)
    wanted, event = a_session(account), an_event(account.id)
    session = store.logons.open(account, wanted, event)
    assert session == wanted._replace(serial=8, previous_logon_at=NOW - 9)
    assert store.sessions.of_account(account.id) == [session]
    assert store.events.of_account(account.id) == [event]
    after = stored(store, account)
    assert (after.failures, after.locked_until, after.session_serial, after.last_logon_at) == (0, 0, 8, NOW)


@pytest.mark.parametrize("known", [False, True])
def test_lg_16_a_half_done_logon_takes_a_number_of_its_own_kind_alone(store: Store, known: bool) -> None:
    account = planted(store, session_serial=7, half_done_serial=2, known_half_done_serial=5, last_logon_at=1)
    waiting = a_session(account, next=Next.ENTER_CODE, known=known)
    opened = [
        store.logons.open(account, waiting._replace(digest=a_digest()), an_event(account.id))
        for _ in range(2)
    ]
    after = stored(store, account)
    assert opened[1] is not None
    assert opened[1].serial == after.half_done(known=known) == account.half_done(known=known) + 2
    assert after.half_done(known=not known) == account.half_done(known=not known)
    assert (after.session_serial, after.last_logon_at) == (7, 1)


@pytest.mark.parametrize("known", [False, True])
def test_lg_09_a_lock_moves_the_numbers_of_half_done_logons_past_all_there_are(
    store: Store, known: bool
) -> None:
    account = planted(store, failures=4, known_failures=4, half_done_serial=3, known_half_done_serial=3)
    for _ in range(2):
        _, seen = store.logons.reserve_attempt(account.id, NOW, known=known)
        assert seen is not None
        refuse(store, seen, known=known)
    after = stored(store, account)
    assert after.tries(known=known).locked_until > NOW
    assert after.half_done(known=known) >= 3 + MAX_HALF_DONE
    assert after.half_done(known=not known) == 3


def test_lg_04_a_logon_that_finds_its_number_taken_takes_the_next(store: Store) -> None:
    account = planted(store)
    first, second = opened(store, account), opened(store, account)
    assert [session.serial for session in (first, second) if session] == [1, 2]


@pytest.mark.parametrize(
    "meanwhile",
    [{"epoch": 2}, {"status": Status.DISABLED}, {"status": Status.FROZEN}],
    ids=["epoch", "disabled", "frozen"],
)
def test_se_10_no_session_is_opened_once_the_account_has_moved(
    store: Store, meanwhile: dict[str, Any]
) -> None:
    account = planted(store, failures=1)
    plant(store, account._replace(**meanwhile))
    assert opened(store, account) is None
    assert store.sessions.of_account(account.id) == []
    assert store.events.of_account(account.id) == []
    assert stored(store, account).failures == 1


def test_se_01_a_digest_that_is_taken_opens_nothing(store: Store) -> None:
    account = planted(store)
    session = a_session(account)
    plant(store, session)
    assert store.logons.open(account, session, an_event(account.id)) is None


def test_tp_02_a_temporary_password_is_burned_by_its_first_use(store: Store) -> None:
    account = planted(store)
    temporary = a_temporary(account)
    plant(store, temporary)
    assert opened(store, account, burn=temporary.key)
    assert opened(store, account, burn=temporary.key) is None
    spent = store.passwords.by_link(temporary.key)
    assert spent is not None
    assert spent.spent_at == NOW
    assert len(store.sessions.of_account(account.id)) == 1


@pytest.mark.parametrize(("left", "opens"), [(1, True), (0, False), (-1, False)])
def test_tp_02_an_expired_temporary_password_opens_nothing_though_its_row_remains(
    store: Store, left: float, opens: bool
) -> None:
    account = planted(store)
    temporary = a_temporary(account, valid_until=NOW + left)
    plant(store, temporary)
    assert (opened(store, account, burn=temporary.key) is not None) is opens


def test_a_temporary_password_without_a_row_opens_nothing(store: Store) -> None:
    account = planted(store)
    assert opened(store, account, burn=a_temporary(account).key) is None


def test_pw_11_a_better_hash_is_stored_with_the_logon(store: Store) -> None:
    account = planted(store)
    assert opened(store, account, rehash="better")
    assert stored(store, account).password_hash == "better"


def test_lg_12_the_last_browsers_are_remembered_and_no_more_of_them(store: Store) -> None:
    account = planted(store)
    for client in ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"):
        assert opened(store, stored(store, account), client=client)
    kept = stored(store, account).clients
    assert kept == ("i", "j", "k", "l")


# refuse


@pytest.mark.parametrize(("failures", "seconds"), [(4, 0), (5, 1), (6, 2), (14, 512), (15, 900), (99, 900)])
def test_lg_01_a_refusal_sets_the_lock_it_has_earned(store: Store, failures: int, seconds: float) -> None:
    account = planted(store, failures=failures)
    refuse(store, account)
    assert stored(store, account).locked_until == (NOW + seconds if seconds else 0)
    assert [event.kind for event in store.events.of_account(account.id)] == [EventKind.LOGON_REFUSED]


def test_lg_01_a_refusal_during_a_lock_does_not_extend_it(store: Store) -> None:
    account = planted(store, failures=8, locked_until=NOW + 3)
    refuse(store, account, counted=False, at=NOW + 2)
    assert stored(store, account).locked_until == NOW + 3


def test_lg_01_a_success_in_between_leaves_no_lock_but_the_event_stays(store: Store) -> None:
    account = planted(store, failures=0)
    refuse(store, account._replace(failures=9))
    assert stored(store, account).locked_until == 0
    assert len(store.events.of_account(account.id)) == 1


def test_an_attempt_from_outside_is_recorded_and_not_counted(store: Store) -> None:
    account = planted(store, failures=5)
    refuse(store, account, outside=True)
    after = stored(store, account)
    assert (after.failures, after.locked_until) == (4, 0)
    assert len(store.events.of_account(account.id)) == 1


def test_a_refusal_of_an_unknown_address_is_an_event_and_nothing_else(store: Store) -> None:
    nobody = an_account()
    event = an_event(nobody.id, EventKind.LOGON_REFUSED)
    store.logons.refuse(event, None, counter=f"counter {number()}", counted=False, outside=False)
    assert len(store.events.of_account(nobody.id)) == 1
    assert store.accounts.find(nobody.id)[0] is None


# give_back


def tried(store: Store, account: Account, at: float = NOW, *, known: bool = False) -> Account:
    done, seen = store.logons.reserve_attempt(account.id, at, known=known)
    assert done
    assert seen
    return seen


@pytest.mark.parametrize("known", [False, True])
def test_lg_19_a_right_password_that_the_store_refused_leaves_the_count_as_it_was(
    store: Store, known: bool
) -> None:
    account = planted(store, failures=3, known_failures=3)
    store.logons.give_back(tried(store, account, known=known), known=known)
    after = stored(store, account)
    assert (after.failures, after.known_failures) == (3, 3)


def test_lg_19_right_ones_at_once_are_each_given_back_and_the_wrong_ones_between_them_stay(
    store: Store,
) -> None:
    account = planted(store)
    right = [tried(store, account, NOW + number) for number in range(0, 8, 2)]
    wrong = [tried(store, account, NOW + number) for number in range(9, 12)]
    for one in right:
        store.logons.give_back(one)
    for one in wrong:
        refuse(store, one, at=NOW + 20)
    assert stored(store, account).failures == len(wrong)


def test_lg_19_after_a_burst_the_pace_is_given_back_too_to_one(store: Store) -> None:
    """Attack: what is given back opens the burst. One more may try, as before, and no second one."""
    account = planted(store, failures=20, attempted_at=NOW - CAP)
    seen = tried(store, account)
    store.logons.give_back(seen)
    assert stored(store, account).failures == 20
    assert store.logons.reserve_attempt(account.id, NOW + 1)[0]
    assert not store.logons.reserve_attempt(account.id, NOW + 2)[0]


def test_lg_19_a_pace_that_somebody_else_has_taken_is_not_given_back(store: Store) -> None:
    account = planted(store, failures=20, attempted_at=NOW - CAP)
    seen = tried(store, account)
    plant(store, seen._replace(failures=22, attempted_at=NOW + 5))
    store.logons.give_back(seen)
    after = stored(store, account)
    assert (after.failures, after.attempted_at) == (21, NOW + 5)


@pytest.mark.parametrize("next_", [Next.PORTAL, Next.ENTER_CODE])
def test_lg_19_after_a_success_nothing_is_given_back_and_no_guess_is_free(store: Store, next_: Next) -> None:
    """A success forgot the attempt with all others; what is counted since then is a guesser's."""
    account = planted(store, failures=2)
    seen = tried(store, account)
    session = a_session(account, next=next_, whole=next_ is Next.PORTAL)
    assert store.logons.open(seen, session, an_event(account.id))
    for guess in range(3):
        tried(store, account, NOW + guess + 1)
    store.logons.give_back(seen)
    assert stored(store, account).failures == 3


@pytest.mark.parametrize("meanwhile", [{"epoch": 2}, {"failures": 0}])
def test_lg_19_nothing_is_given_back_to_an_account_that_has_moved_or_below_zero(
    store: Store, meanwhile: dict[str, Any]
) -> None:
    seen = tried(store, planted(store, failures=2))
    plant(store, seen._replace(**meanwhile))
    store.logons.give_back(seen)
    assert stored(store, seen).failures == meanwhile.get("failures", 3)


def test_lg_19_a_lock_that_others_have_earned_meanwhile_stays(store: Store) -> None:
    account = planted(store, failures=4)
    right, wrong = tried(store, account), tried(store, account, NOW + 1)
    refuse(store, wrong, at=NOW + 1)
    store.logons.give_back(right)
    after = stored(store, account)
    assert after.failures == 5
    assert after.locked_until > NOW + 1


def test_lg_01_a_wrong_one_locks_though_a_right_one_was_given_back_before_it_was_refused(
    store: Store,
) -> None:
    """Attack: while the owner's right logons fail, each guess finds the count lower than its own, and sets no lock."""
    account = planted(store, failures=4)
    right, wrong = tried(store, account), tried(store, account, NOW + 1)
    store.logons.give_back(right)
    refuse(store, wrong, at=NOW + 1)
    assert stored(store, account).locked_until > NOW + 1


def test_lg_01_a_late_refusal_shortens_no_longer_lock(store: Store) -> None:
    account = planted(store, failures=9)
    early, late = tried(store, account), tried(store, account)
    refuse(store, late)
    longer = stored(store, account).locked_until
    refuse(store, early)
    assert stored(store, account).locked_until == longer > NOW + 32


def test_lg_03_no_refusal_from_outside_takes_the_count_below_zero(store: Store) -> None:
    """Attack: a negative count is so many guesses for free."""
    account = planted(store, failures=0)
    for _ in range(3):
        refuse(store, account._replace(failures=1), outside=True)
    assert stored(store, account).failures == 0


def test_lg_04_a_right_credential_lifts_the_lock_it_was_not_stopped_by(store: Store) -> None:
    """One that was reserved before the lock was set: who is in is not locked out of the next logon."""
    account = planted(store, failures=4)
    right, wrong = tried(store, account), tried(store, account, NOW + 1)
    refuse(store, wrong, at=NOW + 1)
    assert opened(store, right)
    assert (stored(store, account).failures, stored(store, account).locked_until) == (0, 0)
    assert store.logons.reserve_attempt(account.id, NOW + 1)[0]


# Known browsers and networks


def test_lg_14_a_known_attempt_is_counted_apart_and_in_the_same_way(store: Store) -> None:
    strangers = {"failures": 100, "attempted_at": NOW, "locked_until": NOW + 900}
    account = planted(store, **strangers)
    assert not store.logons.reserve_attempt(account.id, NOW)[0]
    done, found = store.logons.reserve_attempt(account.id, NOW, known=True)
    assert done
    assert found == account._replace(known_failures=1, known_attempted_at=NOW) == stored(store, account)


@pytest.mark.parametrize(
    ("facts", "counted"),
    [
        ({"known_failures": 5, "known_locked_until": NOW + 1}, False),
        ({"known_failures": 19, "known_attempted_at": NOW}, True),
        ({"known_failures": 20, "known_attempted_at": NOW}, False),
        ({"known_failures": 20, "known_attempted_at": NOW - CAP}, True),
        ({"known_failures": 100, "known_attempted_at": NOW - CAP}, False),
    ],
)
def test_lg_14_known_attempts_are_locked_paced_and_stopped_like_others(
    store: Store, facts: dict[str, float], counted: bool
) -> None:
    account = planted(store, **facts)
    assert store.logons.reserve_attempt(account.id, NOW, known=True)[0] is counted
    assert store.logons.reserve_attempt(account.id, NOW)[0]


@pytest.mark.parametrize("outside", [False, True])
def test_lg_14_a_refusal_falls_on_the_count_it_was_made_under(store: Store, outside: bool) -> None:
    account = planted(store, failures=9, known_failures=5)
    event = an_event(account.id, EventKind.LOGON_REFUSED)
    store.logons.refuse(
        event, account, counter=f"counter {number()}", counted=True, outside=outside, known=True
    )
    after = stored(store, account)
    assert (after.failures, after.locked_until) == (9, 0)
    assert (after.known_failures, after.known_locked_until) == ((4, 0) if outside else (5, NOW + 1))


def test_lg_14_a_right_credential_forgets_both_counts_and_teaches_the_network(store: Store) -> None:
    account = planted(store, failures=4, locked_until=NOW - 1, known_failures=3, known_locked_until=NOW - 1)
    source = f"source {number()}"
    before = store.logons.admit(source, account.id, None, NOW)
    assert not before.knows_network(NOW)
    session = a_session(account)
    assert store.logons.open(account, session, an_event(account.id), network=before.to_learn(NOW))
    after = stored(store, account)
    assert (after.failures, after.locked_until, after.known_failures, after.known_locked_until) == (
        0,
        0,
        0,
        0,
    )
    found = store.logons.admit(source, account.id, None, NOW + 60)
    assert found.knows_network(NOW + 60)
    assert found.to_learn(NOW + 60) is None
    assert found.to_learn(NOW + 8 * DAY) == before.to_learn(NOW)
    assert not found.knows_network(NOW + 91 * DAY)
    assert not store.logons.admit(source, planted(store).id, None, NOW).knows_network(NOW)


def test_lg_14_a_code_teaches_the_network_too(store: Store) -> None:
    account = planted(store, two_step=TwoStep(seed="sealed"), failures=3, known_failures=2)
    old, new, source = a_session(account), a_session(account), f"source {number()}"
    plant(store, old)
    network = store.logons.admit(source, account.id, None, NOW).to_learn(NOW)
    assert store.two_steps.accept_code_step(account, 7, old.digest, new, an_event(account.id), network)
    assert store.logons.admit(source, account.id, None, NOW).knows_network(NOW)
    assert stored(store, account).known_failures == 0
