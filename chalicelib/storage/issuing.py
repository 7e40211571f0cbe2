"""What a mail carries is stored before it is sent, and is good for the epoch that its account has (RS-08)."""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition

from chalicelib.domain.limits import BUDGET_SPENT, SELF_SERVICE_MAILS, TOO_MANY, Limit
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.resets import SUPERSEDED, Purpose, Reset, pending_key
from chalicelib.storage.database import Database
from chalicelib.storage.rows import reset_row
from chalicelib.storage.tables import AccountRow, ResetRow
from chalicelib.storage.throttles import reserve_in


def issue(
    database: Database,
    resets: Sequence[Reset],
    epoch: int,
    asked_at: float,
    limits: Sequence[Limit],
    budget_at: float | None = None,
) -> str | None:
    """Store what a mail will carry, if the account is still at this epoch. None, or why not.

    `limits` are an account's at this epoch, whoever asks (RS-13); counted in the same transaction. What is already
    stored under these keys was issued by an earlier run of the same event: fine while it is good, the secrets are
    derived from the event, so the mail carries the same link. A mail that somebody asked for counts against the
    portal's budget of `budget_at`, the moment it would be sent: one beyond it raises `Unavailable`, to be tried again
    in a later window (ML-06). The proof of a new address is of use while it is still that one which waits.
    """
    transaction = database.transaction()
    for reset in resets:
        transaction.put("issued", reset_row(reset), ResetRow.key.does_not_exist())
        if reset.purpose is Purpose.ADDRESS:
            transaction.check("pending", ResetRow(pending_key(reset.account_id)), _waits_as(reset))
    account_id = resets[0].account_id
    transaction.check("account", AccountRow(account_id), AccountRow.epoch == epoch)
    for limit in limits:
        # Attack: the owner uses a link, which voids them all, and strangers have left no mail for another.
        # Defence: what was counted before the epoch moved counts no more (RS-15).
        reserve_in(transaction, "limit", limit, f"{account_id}#{epoch}", asked_at)
    if budget_at is not None:
        reserve_in(transaction, "budget", SELF_SERVICE_MAILS, "portal", budget_at)
    failed = transaction.commit()
    if "pending" in failed:
        return SUPERSEDED
    if "issued" in failed:
        return None if _good(database, resets) else SUPERSEDED
    if set(failed) == {"budget"}:
        raise Unavailable(BUDGET_SPENT)
    if not failed:
        return None
    return "account_changed_meanwhile" if "account" in failed else TOO_MANY


def renew(database: Database, reset: Reset, epoch: int) -> bool:
    """Write a link that an earlier mail carries anew, for this epoch. False where none was issued.

    Spent or not: pressed a moment ago it froze, and left in force the second step that it may undo now (ML-09).
    """
    transaction = database.transaction()
    transaction.put("issued", reset_row(reset), ResetRow.key.exists())
    transaction.check("account", AccountRow(reset.account_id), AccountRow.epoch == epoch)
    return not transaction.commit()


def _good(database: Database, resets: Sequence[Reset]) -> bool:
    """Whether each of these is stored, unspent and of the epoch it would be of if it were made now."""
    transaction = database.transaction()
    for reset in resets:
        transaction.check("good", ResetRow(reset.key), _unspent_at(reset.epoch))
    return not transaction.commit()


def _waits_as(link: Reset) -> Condition:
    row = ResetRow
    same: Condition = _unspent_at(link.epoch)
    same &= (row.address == link.address) & (row.valid_until == link.valid_until)
    return same


def _unspent_at(epoch: int) -> Condition:
    row = ResetRow
    unspent: Condition = (row.epoch == epoch) & row.spent_at.does_not_exist()
    return unspent
