"""The acts of 2-step verification: enrol, confirm, accept a code once, stop a guesser, remove."""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.sessions import Session, numbered
from chalicelib.domain.tokens import Digest
from chalicelib.storage import code_counts
from chalicelib.storage.accounts import (
    forgive,
    forgive_codes,
    second_step_in_use,
    still_unused,
    used_up,
    without_second_step,
)
from chalicelib.storage.database import Database
from chalicelib.storage.rows import ON, account_of
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
        """Count one code attempt, and read the account in the same trip."""
        return code_counts.reserve_code(self._database, account_id, now, known=known)

    def give_back_code(self, account: Account, *, known: bool = False) -> None:
        """Take back an attempt whose code was right."""
        code_counts.give_back_code(self._database, account, known=known)

    def propose(self, account_id: AccountId, epoch: int, sealed_seed: str, until: float) -> bool:
        """Keep a seed that is not active yet; a later proposal replaces it."""
        row = AccountRow
        return self._database.update(
            AccountRow(account_id),
            [row.two_step_pending.set(sealed_seed), row.two_step_pending_until.set(until)],
            row.id.exists() & (row.epoch == epoch) & row.two_step_seed.does_not_exist(),
        )

    def propose_move(
        self,
        account: Account,
        proof: tuple[int | None, str | None],
        pending: tuple[str, float],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        """Keep a seed, and until when it waits, by a time step of the one in force or the digest of a recovery code."""
        row, (step, used), (sealed_seed, until) = AccountRow, proof, pending
        spent = [row.recovery.set([one for one in account.two_step.recovery if one != used])] if used else []
        transaction = self._database.transaction()
        transaction.update(
            "account",
            AccountRow(account.id),
            [
                row.two_step_pending.set(sealed_seed),
                row.two_step_pending_until.set(until),
                *used_up(step),
                *spent,
                *forgive_codes(),
            ],
            second_step_in_use(session) & still_unused(account, step),
        )
        hand_over_in(transaction, old, session, event)
        return not transaction.commit()

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
        """Make the proposed seed the account's, sealed anew for it alone, by the code of `step`; one in force is dead.

        Every other session ends (TF-06); so no condition on the number this one may take.
        """
        row, proposed = AccountRow, account.two_step.pending_seed
        transaction = self._database.transaction()
        number, _ = numbering(session, account, event.at)
        transaction.update(
            "account",
            AccountRow(account.id),
            [
                row.two_step_seed.set(sealed_seed),
                row.two_step_on.set(ON),
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
        actions = [*used_up(step), *forgive_codes(), *forgive()]
        return self._accept(account, actions, still_unused(account, step), old, session, event, network)

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
        left = [code for code in account.two_step.recovery if code != digest]
        actions = [AccountRow.recovery.set(left), *forgive_codes(), *forgive()]
        return self._accept(account, actions, still_unused(account, None), old, session, event, network)

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
            actions.append(row.two_step_on.set(ON))
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
            if not seen:  # nothing failed, or no number was asked for, which alone is worth another try
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
                *used_up(step),
                *forgive_codes(),
            ],
            second_step_in_use(session) & still_unused(account, step),
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
                *used_up(step),
                row.epoch.set(session.epoch),
            ],
            (row.epoch == account.epoch) & row.two_step_seed.exists() & still_unused(account, step),
        )
        hand_over_in(transaction, old, session, event)
        return not transaction.commit()
