"""The acts of logging on: admit the source, reserve the attempt, then open a session or record the refusal.

Three trips one after another, whatever the account is (design, section 9). The attempt is counted before the password
is verified, so a burst of guesses at one account cannot outrun the counter (LG-03; Wazuh CVE-2026-93346). For its
source only a refusal counts, once it is one (ADR 13).
"""

from pynamodb.attributes import NumberAttribute

from chalicelib.domain import lockout
from chalicelib.domain.accounts import NO_TRIES, Account, Status, Tries
from chalicelib.domain.addresses import AccountId, domain_id_of
from chalicelib.domain.devices import network_key
from chalicelib.domain.events import Event
from chalicelib.domain.limits import LOGONS_BY_SOURCE
from chalicelib.domain.logons import Admission
from chalicelib.domain.repeats import repeatable
from chalicelib.domain.resets import temporary_key
from chalicelib.domain.sessions import MAX_HALF_DONE, Session, numbered
from chalicelib.domain.tokens import Digest
from chalicelib.storage.accounts import forgive
from chalicelib.storage.database import Database, Wanted
from chalicelib.storage.events import Events
from chalicelib.storage.rows import account_of, event_row, policy_of, reset_of, session_of, session_row
from chalicelib.storage.sessions import SERIAL_TRIES, alive, half_done_count, no_success_since, numbering
from chalicelib.storage.tables import AccountRow, PolicyRow, ResetRow, SessionRow, ThrottleRow
from chalicelib.storage.throttles import count, demand_room, learn_in
from chalicelib.storage.transaction import Transaction

MAX_CLIENTS = 4  # browsers of one person; more of them would take the account's row over 1 KB


class Logons:
    """Atomic acts of logon. `threshold` and `cap` are the lock's settings, in failures and seconds."""

    def __init__(self, database: Database, threshold: int, cap: int) -> None:
        self._database = database
        self._threshold = threshold
        self._cap = cap

    def admit(self, source: str, account_id: AccountId, temporary_name: str | None, now: float) -> Admission:
        """Read what does not depend on the account, the source's counter among it. Raises THROTTLED; writes nothing.

        Whether the account was used from this network before is asked for every address alike (EN-03).
        """
        counter, network = LOGONS_BY_SOURCE.key(source, now), network_key(account_id, source)
        wanted: list[Wanted] = [
            (ThrottleRow, counter, None),
            (PolicyRow, domain_id_of(account_id), None),
            (ThrottleRow, network, None),
        ]
        if temporary_name is not None:
            wanted.append((ResetRow, temporary_key(account_id, temporary_name), None))
        refused, policy, used, temporary = [*self._database.read_together(*wanted), None][:4]
        demand_room(refused, LOGONS_BY_SOURCE, now)
        return Admission(
            counter,
            policy_of(policy),
            reset_of(temporary) if temporary else None,
            network,
            used.expires_at if used else 0,
        )

    def reserve_attempt(
        self, account_id: AccountId, now: float, *, known: bool = False
    ) -> tuple[bool, Account | None]:
        """Count one attempt, if the account may be tried at all; reads the account in the same trip.

        (True, account) when counted; (False, account) while locked or stopped; (False, None) for no such account.
        Up to four times the threshold may be under way at once, since ten right logons at once must all succeed
        (LG-04); beyond that each attempt needs a full lock's time since the one before it.

        Attack: strangers lock the account, or stop its password, with one wrong one at each lapse. Defence: what comes
        from a browser or a network that its owner has used (`known`) is under a count of its own (LG-14).
        """
        row = AccountRow
        failures, attempted_at, locked_until = _counted_in(known=known)
        so_far = failures | 0  # a row from before that count has none
        free = failures.does_not_exist() | (failures < lockout.burst_limit(self._threshold))
        paced = (failures < lockout.HARD_STOP) & (attempted_at <= now - self._cap)
        unlocked = locked_until.does_not_exist() | (locked_until <= now)
        done, item = self._database.reserve(
            AccountRow(account_id),
            [failures.set(so_far + 1), attempted_at.set(now)],
            [failures.set(failures - 1), attempted_at.set(now - self._cap)],
            row.id.exists() & unlocked & (free | paced),
            row.reserved_by,
        )
        return done, account_of(row.from_raw_data(item)) if item else None

    def give_back(self, account: Account, *, known: bool = False) -> None:
        """Take back an attempt that was not a guess: its password was right, or nobody looked at it.

        `account` is as it was when the attempt was counted. A success since then has forgotten the attempt with all
        others: what is counted now is others'. The last attempt also gives its pace back (after a burst, one in a full
        lock's time), which it would not have had but for having waited.

        Attack: what is given back is used for another guess. Defence: only a place that was taken is given back, once,
        and only after a right password or none; all wrong ones stay counted (ADR 7).
        """
        failures, attempted_at, _ = _counted_in(known=known)
        now = account.tries(known=known).attempted_at
        counted = (AccountRow.epoch == account.epoch) & (failures > 0) & no_success_since(account)
        row, one_less = AccountRow(account.id), failures.set(failures - 1)
        last = [one_less, attempted_at.set(now - self._cap)]
        if not self._database.give_back(row, last, counted & (attempted_at == now)):
            self._database.give_back(row, [one_less], counted & (attempted_at > now))

    def open(self, account: Account, session: Session, event: Event, **also: str | None) -> Session | None:
        """One doorway to a session after a right credential; None when the account changed in the meantime.

        Burns the temporary password (`burn`: its key), forgets the failures, stores a fresh hash (`rehash`), a browser
        and a network not seen before (`client`, `network`), all in one transaction on the epoch seen. The session's
        number is the next one: another logon may take it first, then the row comes back with the refusal and we try the
        next (LG-04).
        """
        for _ in range(SERIAL_TRIES):
            session = numbered(session, account)
            failed = self._open_once(account, session, event, **also)
            if not failed:
                return session
            seen = failed.get("account")
            if set(failed) != {"account"} or not seen:
                return None
            meanwhile = account_of(AccountRow.from_raw_data(seen))
            if not meanwhile.open or meanwhile.epoch != account.epoch:
                return None
            account = meanwhile
        return None

    def _open_once(
        self,
        account: Account,
        session: Session,
        event: Event,
        *,
        burn: str | None = None,
        rehash: str | None = None,
        client: str | None = None,
        network: str | None = None,
    ) -> dict[str, dict[str, object] | None]:
        transaction = self._database.transaction()
        row = AccountRow
        number, untaken = numbering(session, account, event.at)
        actions = [*forgive(), *number]
        if client is not None:
            actions.append(row.clients.set([*account.clients, client][-MAX_CLIENTS:]))
        condition = (row.epoch == account.epoch) & (row.status == Status.ACTIVE.value) & untaken
        if rehash is not None:
            actions.append(row.password_hash.set(rehash))
            # A concurrent change beats the rehash (PW-11).
            condition &= row.password_hash == account.password_hash
        transaction.update("account", AccountRow(account.id), actions, condition, shown=True)
        transaction.put("session", session_row(session), SessionRow.digest.does_not_exist())
        transaction.add("event", event_row(event))
        if burn is not None:
            _burn(transaction, burn, session.started_at)
        if network is not None:
            learn_in(transaction, network, session.started_at)
        return transaction.commit()

    def opened(self, account_id: AccountId, digest: Digest, now: float, *, known: bool) -> Session | None:
        """The session of this digest that a logon opened a moment ago, while it lives; the attempt is not counted then.

        Whoever asks has proved the same credential with the same form: the account's count is as it was before (WB-20).
        """
        found = self._database.read(SessionRow, account_id, digest)
        session = alive(session_of(found), now) if found else None
        if session is None or not repeatable(session.started_at, now):
            return None
        failures, _, _ = _counted_in(known=known)
        self._database.update(AccountRow(account_id), [failures.set(failures - 1)], failures > 0)
        return session

    def refuse(
        self,
        event: Event,
        account: Account | None,
        *,
        counter: str,
        counted: bool,
        outside: bool,
        known: bool = False,
    ) -> None:
        """Record a refusal, and beside it count it for its source and for the account. Any of them failing fails it.

        Attack: sixteen guesses at once; in one transaction with the account's row they get into each other's way and
        are tried again, which only a known address has, and time tells it. Defence: three plain writes at once, the
        same three whatever the account is; none is a transaction, so none conflicts with its like (EN-07).
        """
        tries = account.tries(known=known) if account and counted else NO_TRIES
        with self._database.all_beside(
            lambda: count(self._database, counter, LOGONS_BY_SOURCE, event.at),
            lambda: self._settle(event, account, tries, outside=outside and counted, known=known),
        ) as beside:
            Events(self._database).record(event)
        for act in beside:
            act.result()

    def _settle(
        self, event: Event, account: Account | None, tries: Tries, *, outside: bool, known: bool
    ) -> None:
        """What follows from the refusal for the account: mostly nothing, by a condition that fails.

        `tries` are those that this attempt was counted among, if it was. One from outside the permitted ranges gives
        its place back, so strangers cannot lock the owner out (design 5.9); a wrong one sets the lock it has earned
        (LG-01), whatever others have given back meanwhile. A success or a longer lock that came between stays.

        Attack: a half-done logon waits until the lock has lapsed, or a right password has lifted it. Defence: a lock
        moves the numbers of half-done logons past all that there are, so none of them comes back to life (LG-09).
        """
        failures, _, locked_until = _counted_in(known=known)
        until = event.at + lockout.lock_seconds(tries.failures, self._threshold, self._cap)
        if outside:
            actions, condition = [failures.set(failures - 1)], failures > 0
        else:
            shorter = locked_until.does_not_exist() | (locked_until < until)
            half_done = half_done_count(known=known)
            actions = [locked_until.set(until), half_done.set((half_done | 0) + MAX_HALF_DONE)]
            # Of one that was not counted it is never true: no count is below zero.
            earned = failures >= self._threshold if tries is not NO_TRIES else failures < 0
            condition = earned & no_success_since(account) & shorter
        self._database.update(AccountRow(event.account_id), actions, condition)


def _counted_in(*, known: bool) -> tuple[NumberAttribute, NumberAttribute, NumberAttribute]:
    """Where an attempt is counted: failures, the last attempt, the lock."""
    row = AccountRow
    if known:
        return row.known_failures, row.known_attempted_at, row.known_locked_until
    return row.failures, row.attempted_at, row.locked_until


def _burn(transaction: Transaction, key: str, now: float) -> None:
    """Use a temporary password up: of two parallel logons with it one finds the condition false (TP-08)."""
    row = ResetRow
    transaction.update(
        "temporary",
        ResetRow(key),
        [row.spent_at.set(now)],
        row.spent_at.does_not_exist() & (row.valid_until > now),
    )
