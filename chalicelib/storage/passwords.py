"""The acts that set a password. Each moves the epoch, so every other session and credential is void with it (SE-07)."""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.accounts import Account, NewPassword, Policy, Status, next_epoch
from chalicelib.domain.addresses import AccountId, domain_id_of
from chalicelib.domain.events import Event
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Digest
from chalicelib.storage.accounts import forgive, forgive_codes, without_second_step
from chalicelib.storage.database import Database
from chalicelib.storage.rows import account_of, event_row, policy_of, reset_of
from chalicelib.storage.sessions import hand_over_in, numbering
from chalicelib.storage.tables import AccountRow, PolicyRow, ResetRow
from chalicelib.storage.transaction import Transaction


class Passwords:
    """Atomic acts on passwords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_link(self, key: str) -> Reset | None:
        """What a link stands for; spends nothing."""
        row = self._database.read(ResetRow, key)
        return reset_of(row) if row else None

    def standing(self, key: str, who: AccountId) -> tuple[Reset | None, Account | None, Policy | None]:
        """A link, the account it is said to be of, and its domain's policy, in one trip; spends nothing."""
        link, account, policy = self._database.read_together(
            (ResetRow, key, None), (AccountRow, who, None), (PolicyRow, domain_id_of(who), None)
        )
        return (
            reset_of(link) if link else None,
            account_of(account) if account else None,
            policy_of(policy),
        )

    def set_by_link(self, reset: Reset, new: NewPassword, event: Event) -> bool:
        """Spend the link, set the password, lift the lock and the freeze: all or nothing (RS-02, RS-10).

        Of many parallel posts one finds the link unspent. Of a disabled account none does.
        """
        transaction = self._database.transaction()
        row = ResetRow
        unspent = (
            row.spent_at.does_not_exist() & (row.valid_until > new.at) & (row.purpose == reset.purpose.value)
        )
        transaction.update("link", ResetRow(reset.key), [row.spent_at.set(new.at)], unspent)
        epochs = reset.epoch, next_epoch(reset.epoch, new.at)
        _set_password(transaction, reset.account_id, epochs, new, (Status.ACTIVE, Status.FROZEN))
        transaction.add("event", event_row(event))
        return not transaction.commit()

    def change(self, account: Account, old: Digest, session: Session, new: NewPassword, event: Event) -> bool:
        """Set the password from inside a session, which goes on under a new secret and the new epoch.

        `session.epoch` is the next one already. False when the old session is gone or the account moved. No condition
        on the number it may take: whatever had one dies with the epoch.
        """
        transaction = self._database.transaction()
        hand_over_in(transaction, old, session, event)
        number, _ = numbering(session, account, event.at)
        _set_password(transaction, account.id, (account.epoch, session.epoch), new, (Status.ACTIVE,), number)
        return not transaction.commit()

    def freeze(self, reset: Reset, event: Event, *, undoes: bool = False) -> bool:
        """The owner's "this was not me": password, sessions and everything issued are void in one write.

        With `undoes`, so is the second step that the link's notice told of, if it is still that one and no logon has
        used it (TF-12): of a link and a logon at once one finds its condition false.
        """
        row = AccountRow
        if undoes:
            actions = [*without_second_step(), *forgive_codes()]
            condition = row.two_step_seed.exists() & (row.two_step_unused_since == reset.enrolled_at)
            condition &= row.status.is_in(Status.ACTIVE.value, Status.FROZEN.value)
            # Its epoch may be any, and DynamoDB knows no later of two: the time, where the row is not there yet; else
            # the next number, of a row that is, which only a clock behind another's or the same second brings about.
            time = next_epoch(0, event.at)
            return self._freeze(
                reset, event, [*actions, row.epoch.set(time)], condition & (row.epoch < time)
            ) or self._freeze(
                reset, event, [*actions, row.epoch.set(row.epoch + 1)], condition & (row.epoch >= time)
            )
        actions = [row.epoch.set(next_epoch(reset.epoch, event.at))]
        if reset.enrolled_at is not None:
            actions += [row.two_step_disputed_at.set(event.at), row.two_step_unused_since.remove()]
        condition = (row.epoch == reset.epoch) & (row.status == Status.ACTIVE.value)
        return self._freeze(reset, event, actions, condition)

    def _freeze(self, reset: Reset, event: Event, actions: list[Action], condition: Condition) -> bool:
        transaction = self._database.transaction()
        link, row = ResetRow, AccountRow
        unspent = link.spent_at.does_not_exist() & (link.valid_until > event.at)
        transaction.update("link", ResetRow(reset.key), [link.spent_at.set(event.at)], unspent)
        frozen = [row.status.set(Status.FROZEN.value), row.password_hash.remove()]
        transaction.update("account", AccountRow(reset.account_id), [*frozen, *actions], condition)
        transaction.add("event", event_row(event))
        return not transaction.commit()


def _set_password(
    transaction: Transaction,
    account_id: AccountId,
    epochs: tuple[int, int],
    new: NewPassword,
    statuses: tuple[Status, ...],
    number: Sequence[Action] = (),
) -> None:
    row = AccountRow
    actions = [
        row.password_hash.set(new.password_hash),
        row.password_changed_at.set(new.at),
        row.must_change_password.set(False),
        row.status.set(Status.ACTIVE.value),
        row.epoch.set(epochs[1]),
        *forgive(),
        *number,
    ]
    condition = (row.epoch == epochs[0]) & row.status.is_in(*(status.value for status in statuses))
    transaction.update("account", AccountRow(account_id), actions, condition)
