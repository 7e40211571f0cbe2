"""What must hold of whatever opens an account: its sessions, and what was mailed to it."""

from __future__ import annotations

from chalicelib.domain.accounts import Status
from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose
from chalicelib.domain.sessions import CONFIRMATIONS, newest_number
from infra.verify.invariants import Case, Wrong, of
from infra.verify.of_accounts import SAME_MOMENT

LONGEST = 604800  # no setting lets a session live longer
SPENDS = {
    Purpose.RESET: {EventKind.PASSWORD_RESET},
    Purpose.NOT_ME: {EventKind.ACCOUNT_FROZEN},
    Purpose.ADDRESS: {EventKind.ADDRESS_CHANGED},
    Purpose.TEMPORARY: {EventKind.LOGON_SUCCEEDED, EventKind.LOGON_HALF_DONE},
}


@of("sessions")
def session_is_somebodys(case: Case) -> Wrong:
    """A row of nobody, which would open the account that is made next under its key."""
    if case.around.account(case.value.account_id) is None:
        yield "it is of no account"


@of("sessions")
def none_lives_on_a_closed_account(case: Case) -> Wrong:
    """What closes an account moves its epoch: a session of the present one is opened again by whoever enables it."""
    account = case.around.account(case.value.account_id)
    if account and account.status is not Status.ACTIVE and case.value.epoch == account.epoch:
        yield f"its account is {account.status.value}, and it is of the present epoch"


@of("sessions")
def session_is_not_ahead_of_its_account(case: Case) -> Wrong:
    """One of an epoch or a number yet to come waits for an account that is moved on to it (SE-15)."""
    session, account = case.value, case.around.account(case.value.account_id)
    if account is None:
        return
    if session.epoch > account.epoch:
        yield f"its epoch {session.epoch} is later than the account's {account.epoch}"
    elif session.epoch == account.epoch and session.serial > newest_number(account, session):
        yield f"its number {session.serial} is later than the account's {newest_number(account, session)}"


@of("sessions")
def session_ends(case: Case) -> Wrong:
    """Whatever its steps, a logon has an end (SE-13), and a thief of a session few tries at the password (LG-13)."""
    session = case.value
    if session.expires_at > session.started_at + LONGEST + 1:
        yield "it ends later than any session may"
    if session.confirmations > CONFIRMATIONS:
        yield "more confirmations were tried in it than there may be"


@of("resets")
def mailed_thing_is_somebodys(case: Case) -> Wrong:
    """A link of nobody, which would open the account that is made next under its key."""
    if case.around.account(case.value.account_id) is None:
        yield "it is of no account"


@of("resets")
def mailed_thing_is_not_ahead_of_its_account(case: Case) -> Wrong:
    """As a session: issued in an hour that was lost, it waits for its epoch to come back (SE-15)."""
    account = case.around.account(case.value.account_id)
    if account and case.value.epoch > account.epoch:
        yield f"its epoch {case.value.epoch} is later than the account's {account.epoch}"


@of("resets")
def was_spent_in_its_time(case: Case) -> Wrong:
    """An expired one is not taken, though its row is there for a month more."""
    spent = case.value.spent_at
    if spent is not None and spent >= case.value.valid_until:
        yield "it was spent after its end"


@of("resets")
def was_spent_by_one_event(case: Case) -> Wrong:
    """Each change has its event: somebody came in by this, and the trail says so."""
    reset = case.value
    if reset.spent_at is None:
        return
    kinds = SPENDS[reset.purpose]
    told = [
        event
        for event in case.around.trail(reset.account_id)
        if event.kind in kinds and abs(event.at - reset.spent_at) < SAME_MOMENT
    ]
    if not told:
        yield f"it was spent at {reset.spent_at:.0f}, and no event tells of it", reset.spent_at
