"""The acts of 2-step verification: enrol, confirm, accept a code once, stop a guesser, remove."""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.limits import PACES
from chalicelib.domain.sessions import Session, numbered
from chalicelib.domain.tokens import Digest
from chalicelib.storage.accounts import forgive, forgive_codes, without_second_step
from chalicelib.storage.database import Database
from chalicelib.storage.rows import account_of
from chalicelib.storage.sessions import SERIAL_TRIES, hand_over_in, numbering
from chalicelib.storage.tables import AccountRow
from chalicelib.storage.throttles import learn_in

LOGGED_ON = frozenset({EventKind.LOGON_SUCCEEDED, EventKind.RECOVERY_CODE_USED})


class TwoSteps:
    """Atomic acts on the second step."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reserve_code(
        self, account_id: AccountId, now: float, *, known: bool = False
    ) -> tuple[bool, Account | None]:
        """Count one code attempt, over all sessions and addresses together, and read the account in the same trip.

        (False, account) while the account's codes are paced or stopped. Attack: many half-done logons, a few codes
        each (TF-03; AuthQuake). Defence: one counter for the account, taken before the code is looked at.

        Attack: a stranger who knows the password keeps the owner waiting an hour, or stops the codes. Defence: sessions
        that were opened from where the owner was before (`known`) have a counter of their own (TF-10).
        """
        row = AccountRow
        failures, attempted_at = row.two_step_failures, row.two_step_attempted_at
        if known:
            failures, attempted_at = row.two_step_known_failures, row.two_step_known_attempted_at
        # A row from before this counter has none.
        paced = failures.does_not_exist() | (failures < PACES[0].below)
        for pace in PACES[1:]:
            paced |= (failures < pace.below) & (attempted_at <= now - pace.seconds)
        done, item = self._database.reserve(
            AccountRow(account_id),
            [failures.set((failures | 0) + 1), attempted_at.set(now)],
            [failures.set(failures - 1), attempted_at.set(now - PACES[-1].seconds)],
            row.id.exists() & paced,
            row.reserved_by,
        )
        return done, account_of(AccountRow.from_raw_data(item)) if item else None

    def give_back_code(self, account: Account, *, known: bool = False) -> None:
        """Take back an attempt whose code was right; `account` is as it was when that was counted.

        A code that was accepted since then, or another second step, has forgotten it with all others. Attack: what is
        given back is used for another guess. Defence: only after a right code; all wrong ones stay counted (TF-03).
        """
        row, two_step = AccountRow, account.two_step
        failures, attempted_at = row.two_step_failures, row.two_step_attempted_at
        if known:
            failures, attempted_at = row.two_step_known_failures, row.two_step_known_attempted_at
        same = row.recovery == list(two_step.recovery)
        if not two_step.recovery:
            same |= row.recovery.does_not_exist()
        counted = (
            (row.epoch == account.epoch) & (failures > 0) & (row.two_step_last == two_step.last_step) & same
        )
        one_less, (_, now) = failures.set(failures - 1), two_step.tries(known=known)
        last = [one_less, attempted_at.set(now - PACES[-1].seconds)]
        if not self._database.give_back(AccountRow(account.id), last, counted & (attempted_at == now)):
            self._database.give_back(AccountRow(account.id), [one_less], counted)

    def propose(self, account_id: AccountId, epoch: int, sealed_seed: str, until: float) -> bool:
        """Keep a seed that is not active yet; a later proposal replaces it."""
        row = AccountRow
        return self._database.update(
            AccountRow(account_id),
            [row.two_step_pending.set(sealed_seed), row.two_step_pending_until.set(until)],
            row.id.exists() & (row.epoch == epoch) & row.two_step_seed.does_not_exist(),
        )

    def enrol(
        self,
        account: Account,
        sealed_seed: str,
        step: int,
        recovery: list[str],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        """Make the proposed seed the account's, sealed anew for it alone, by the code of `step`.

        Every other session ends (TF-06); so no condition on the number this one may take.
        """
        row, proposed = AccountRow, account.two_step.pending_seed
        if proposed is None:
            return False
        transaction = self._database.transaction()
        number, _ = numbering(session, account, event.at)
        transaction.update(
            "account",
            AccountRow(account.id),
            [
                row.two_step_seed.set(sealed_seed),
                row.two_step_pending.remove(),
                row.two_step_pending_until.remove(),
                row.two_step_last.set(step),
                *forgive_codes(),
                row.recovery.set(recovery),
                row.two_step_unused_since.set(event.at),
                row.epoch.set(session.epoch),
                *number,
            ],
            (row.epoch == account.epoch)
            & (row.status == Status.ACTIVE.value)
            & (row.two_step_pending == proposed)
            & (row.two_step_pending_until > event.at),
        )
        hand_over_in(transaction, old, session, event)
        return not transaction.commit()

    def accept_code_step(
        self,
        account: Account,
        step: int,
        old: Digest,
        session: Session,
        event: Event,
        network: str | None = None,
    ) -> bool:
        """Use up a time step and everything before it, and move the session on (TF-02). One of many wins."""
        row = AccountRow
        actions = [row.two_step_last.set(step), *forgive_codes(), *forgive()]
        return self._accept(account, actions, row.two_step_last < step, old, session, event, network)

    def accept_recovery_code(
        self,
        account: Account,
        digest: str,
        old: Digest,
        session: Session,
        event: Event,
        network: str | None = None,
    ) -> bool:
        """Use up one recovery code and move the session on; the list must be as it was read (TF-08)."""
        row = AccountRow
        left = [code for code in account.two_step.recovery if code != digest]
        actions = [row.recovery.set(left), *forgive_codes(), *forgive()]
        return self._accept(
            account, actions, row.recovery == list(account.two_step.recovery), old, session, event, network
        )

    def _accept(
        self,
        account: Account,
        actions: Sequence[Action],
        condition: Condition,
        old: Digest,
        session: Session,
        event: Event,
        network: str | None,
    ) -> bool:
        """Try again with the next number where another logon has become whole meanwhile, and taken this one's."""
        row = AccountRow
        if event.kind in LOGGED_ON:
            # In use from now on: no notice undoes it any more, and whoever disputed it has come in by it (TF-12).
            actions = [*actions, row.two_step_unused_since.remove(), row.two_step_disputed_at.remove()]
        current = (row.epoch == session.epoch) & (row.status == Status.ACTIVE.value)
        for _ in range(SERIAL_TRIES):
            transaction = self._database.transaction()
            if network is not None:
                learn_in(transaction, network, event.at)
            number, untaken = numbering(session, account, event.at)
            transaction.update(
                "account",
                AccountRow(account.id),
                [*actions, *number],
                condition & current & untaken,
                shown=bool(number),
            )
            hand_over_in(transaction, old, session, event)
            failed = transaction.commit()
            seen = failed.get("account")
            if not failed or not seen or not number:
                return not failed
            meanwhile = account_of(AccountRow.from_raw_data(seen))
            if meanwhile.session_serial == account.session_serial:
                return False
            account, session = meanwhile, numbered(session, meanwhile)
        return False

    def renew(
        self,
        account: Account,
        step: int | None,
        recovery: list[str],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        """Put other recovery codes in place of all there are, by the code of `step`, or by one of the old ones."""
        row = AccountRow
        transaction = self._database.transaction()
        transaction.update(
            "account",
            AccountRow(account.id),
            [
                row.recovery.set(recovery),
                row.two_step_last.set(step or account.two_step.last_step),
                *forgive_codes(),
            ],
            (row.epoch == session.epoch)
            & (row.status == Status.ACTIVE.value)
            & row.two_step_seed.exists()
            & _unused(account, step),
        )
        hand_over_in(transaction, old, session, event)
        return not transaction.commit()

    def remove(self, account: Account, step: int | None, old: Digest, session: Session, event: Event) -> bool:
        """Take the second step away, by its own last code; every other session ends (TF-06)."""
        row = AccountRow
        transaction = self._database.transaction()
        transaction.update(
            "account",
            AccountRow(account.id),
            [
                *without_second_step(),
                *forgive_codes(),
                row.two_step_last.set(step or account.two_step.last_step),
                row.epoch.set(session.epoch),
            ],
            (row.epoch == account.epoch) & row.two_step_seed.exists() & _unused(account, step),
        )
        hand_over_in(transaction, old, session, event)
        return not transaction.commit()


def _unused(account: Account, step: int | None) -> Condition:
    """That the code which proves it was not used meanwhile: a time step's, or a recovery code that is then gone."""
    row = AccountRow
    return row.two_step_last < step if step is not None else row.recovery == list(account.two_step.recovery)
