"""The counts of an account's codes, in its own row: taken before a code is looked at, given back after a right one."""

from pynamodb.attributes import NumberAttribute

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.limits import PACES
from chalicelib.storage.database import Database
from chalicelib.storage.rows import account_of
from chalicelib.storage.tables import AccountRow


def reserve_code(
    database: Database, account_id: AccountId, now: float, *, known: bool
) -> tuple[bool, Account | None]:
    """Count one code attempt, over all sessions and addresses together, and read the account in the same trip.

    (False, account) while the account's codes are paced or stopped. Attack: many half-done logons, a few codes
    each (TF-03; AuthQuake). Defence: one counter for the account, taken before the code is looked at.

    Attack: a stranger who knows the password keeps the owner waiting an hour, or stops the codes. Defence: sessions
    that were opened from where the owner was before (`known`) have a counter of their own (TF-10).
    """
    row, (failures, attempted_at) = AccountRow, _counted_in(known=known)
    # A row from before this counter has none.
    paced = failures.does_not_exist() | (failures < PACES[0].below)
    for pace in PACES[1:]:
        paced |= (failures < pace.below) & (attempted_at <= now - pace.seconds)
    done, item = database.reserve(
        AccountRow(account_id),
        [failures.set((failures | 0) + 1), attempted_at.set(now)],
        [failures.set(failures - 1), attempted_at.set(now - PACES[-1].seconds)],
        row.id.exists() & paced,
        row.reserved_by,
    )
    return done, account_of(AccountRow.from_raw_data(item)) if item else None


def give_back_code(database: Database, account: Account, *, known: bool) -> None:
    """Take back an attempt whose code was right; `account` is as it was when that was counted.

    A code that was accepted since then, or another second step, has forgotten it with all others. Attack: what is
    given back is used for another guess. Defence: only after a right code, or one that nobody could look at; all wrong
    ones stay counted (TF-03).
    """
    row, two_step, (failures, attempted_at) = AccountRow, account.two_step, _counted_in(known=known)
    same = row.recovery == list(two_step.recovery)
    if not two_step.recovery:
        same |= row.recovery.does_not_exist()
    counted = (row.epoch == account.epoch) & (failures > 0) & (row.two_step_last == two_step.last_step) & same
    one_less, (_, now) = failures.set(failures - 1), two_step.tries(known=known)
    last = [one_less, attempted_at.set(now - PACES[-1].seconds)]
    if not database.give_back(AccountRow(account.id), last, counted & (attempted_at == now)):
        database.give_back(AccountRow(account.id), [one_less], counted & (attempted_at > now))


def _counted_in(*, known: bool) -> tuple[NumberAttribute, NumberAttribute]:
    """How many failed in a row, and when the last one was tried."""
    if known:
        return AccountRow.two_step_known_failures, AccountRow.two_step_known_attempted_at
    return AccountRow.two_step_failures, AccountRow.two_step_attempted_at
