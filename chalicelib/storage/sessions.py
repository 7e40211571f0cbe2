"""The acts on sessions: who is asking, touch, move on to the next step, end one or all."""

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Status, month_of
from chalicelib.domain.addresses import AccountId, domain_id_of, limit_key
from chalicelib.domain.events import Event
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.repeats import REPEAT_SECONDS, REPEATS, repeatable
from chalicelib.domain.sessions import (
    CONFIRMATIONS,
    MAX_HALF_DONE,
    MAX_SESSIONS,
    Session,
    Standing,
    newest_number,
)
from chalicelib.domain.tokens import Digest
from chalicelib.storage.database import Database
from chalicelib.storage.rows import account_of, domains_of, event_row, policy_of, session_of, session_row
from chalicelib.storage.tables import AccountRow, LimitRow, PolicyRow, SessionRow
from chalicelib.storage.transaction import Transaction

SERIAL_TRIES = 40  # for a number that others take meanwhile
# What a request is judged by. Attack: the authorizer meets every request of everybody, so whoever finds a hole in it
# reads each password hash that comes by. Defence: it reads none, and its role may not (LO-07).
_NAMES = (
    "id address kind status epoch password_changed_at must_change_password locked_until known_locked_until"
    " session_serial half_done_serial known_half_done_serial two_step_seed recovery two_step_required ranges"
    " language time_zone created_at staff"
)
JUDGED_BY = tuple(getattr(AccountRow, name) for name in _NAMES.split())


class Sessions:
    """Atomic acts on sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, who: tuple[AccountId, Digest] | None, *, console: bool = False) -> Standing:
        """Everything the authorizer judges by, strongly consistent, in one trip (SE-06): not the whole account.

        Of the `console` also the domains of whoever is limited; nobody else pays for that row.
        """
        if who is None:
            return Standing(policy_of(self._database.read(PolicyRow, PORTAL_POLICY)))
        account_id, digest = who
        further = [(LimitRow, limit_key(account_id), None)] if console else []
        portal, session, account, domain, *limit = self._database.read_together(
            (PolicyRow, PORTAL_POLICY, None),
            (SessionRow, account_id, digest),
            (AccountRow, account_id, None),
            (PolicyRow, domain_id_of(account_id), None),
            *further,
            only={AccountRow: JUDGED_BY},
        )
        return Standing(
            policy_of(portal),
            session_of(session) if session else None,
            account_of(account) if account else None,
            policy_of(domain),
            domains_of(limit[0]) if limit else (),
        )

    def touch(self, session: Session, now: float) -> None:
        """Write last-seen; never backwards, and never for a session that was ended meanwhile."""
        row = SessionRow
        self._database.update(
            SessionRow(session.account_id, session.digest),
            [row.last_seen_at.set(now)],
            row.digest.exists() & (row.last_seen_at < now),
        )

    def move_on(self, old: Digest, session: Session, event: Event) -> bool:
        """Give a session whose owner proved the password again a new secret; the old one is dead with it (SE-02)."""
        transaction = self._database.transaction()
        hand_over_in(transaction, old, session, event)
        row = AccountRow
        current = (row.epoch == session.epoch) & (row.status == Status.ACTIVE.value)
        transaction.check("account", AccountRow(session.account_id), current)
        return not transaction.commit()

    def reserve_confirmation(self, account_id: AccountId, digest: Digest) -> tuple[int, Account | None]:
        """Count a password or code typed again in this session, and read the account in the same trip.

        Attack: a stranger's wrong passwords lock the account, and the owner, logged on, can confirm nothing (LG-13).
        Defence: the count is the session's own, of which a stranger has none; a thief of one uses up that one alone.
        """
        row = SessionRow
        with self._database.all_beside(lambda: self._database.read(AccountRow, account_id)) as (reading,):
            done, item = self._database.reserve(
                SessionRow(account_id, digest),
                # A session from before this counter has none.
                [row.confirmations.set((row.confirmations | 0) + 1)],
                [row.confirmations.set(row.confirmations - 1)],
                _there() & (row.confirmations.does_not_exist() | (row.confirmations < CONFIRMATIONS)),
                row.reserved_by,
            )
        try:
            account = reading.result()
        except Unavailable:
            if done:  # and nobody will look at it
                self.give_back_confirmation(account_id, digest)
            raise
        number = session_of(SessionRow.from_raw_data(item)).confirmations if done and item else 0
        return number, account_of(account) if account else None

    def give_back_confirmation(self, account_id: AccountId, digest: Digest) -> None:
        """Take back one that nobody could look at; the others stay counted."""
        count = SessionRow.confirmations
        self._database.give_back(SessionRow(account_id, digest), [count.set(count - 1)], count > 0)

    def confirmed(self, account_id: AccountId, digest: Digest) -> None:
        """Count afresh; a session that was ended meanwhile does not come back."""
        row = SessionRow
        self._database.give_back(
            SessionRow(account_id, digest), [row.confirmations.set(0)], row.digest.exists()
        )

    def of_account(self, account_id: AccountId) -> list[Session]:
        """Every stored session of the account, dead ones too; the caller judges (`cause_of_death`)."""
        stored = [session_of(row) for row in self._database.query(SessionRow, account_id)]
        return [session for session in stored if session.handed_over_at is None]

    def repeated(self, account_id: AccountId, old: Digest, new: Digest, now: float) -> Session | None:
        """The session that a request of a moment ago put in the place of `old`, if it is the one called `new`.

        Attack: a stolen half-done session, just handed over, guesses the code that did it, each guess a repeat.
        Defence: the guesses are counted at the old one before they are looked at; a few, within a minute (WB-20).
        """
        return self._asked(account_id, old, SessionRow.handed_over_at > now - REPEAT_SECONDS, new, now)

    def answered(self, account_id: AccountId, digest: Digest, now: float) -> Session | None:
        """The session itself, if its secret is the answer of a form of a moment ago, with that form's mark.

        Attack: a session, stolen just as it began, guesses what was sent (a password, a code of an app). Defence: as
        above, the guesses are counted before the mark is looked at.
        """
        found = self._asked(account_id, digest, _there(), digest, now)
        return found if found and found.answered and repeatable(found.answered.at, now) else None

    def _asked(
        self, account_id: AccountId, counted_at: Digest, while_: Condition, wanted: Digest, now: float
    ) -> Session | None:
        asked, database = SessionRow.repeats, self._database
        few = asked.does_not_exist() | (asked < REPEATS)
        with database.all_beside(lambda: database.read(SessionRow, account_id, wanted)) as (reading,):
            one_more = [asked.set((asked | 0) + 1)]
            counted = database.update(SessionRow(account_id, counted_at), one_more, while_ & few)
        found = reading.result()
        return alive(session_of(found), now) if counted and found else None

    def end(
        self, account_id: AccountId, digests: list[Digest], *events: Event, present: bool = False
    ) -> bool:
        """End these sessions with their events; ending one that is gone is no error.

        Unless all must be `present`: then False, and nothing is written, where another request has ended one meanwhile.
        """
        for start in range(0, max(len(digests), 1), 2 * MAX_SESSIONS):
            transaction = self._database.transaction()
            for digest in digests[start : start + 2 * MAX_SESSIONS]:
                there = _there() if present and start == 0 else None
                transaction.delete(f"session {digest}", SessionRow(account_id, digest), there)
            if start == 0:
                for event in events:
                    transaction.add("event", event_row(event))
            if transaction.commit():
                return False
        return True


def numbering(session: Session, account: Account, at: float) -> tuple[list[Action], Condition]:
    """What the account's row takes down of a session that takes a number now, and that nobody else took it.

    Attack: ten logons by somebody who has only the password push the owner's sessions out. Defence: until it is whole,
    a logon has a number among half-done ones only, apart for strangers and for where the owner was before (LG-16).
    """
    row = AccountRow
    if session.serial <= newest_number(account, session):
        return [], row.id.exists()
    if session.whole:
        last_in = row.last_logon_at.set(at), row.last_logon_month.set(month_of(at))  # its page; a list
        taken: list[Action] = [row.session_serial.set(session.serial), *last_in]
        return taken, row.session_serial == account.session_serial
    count, seen = half_done_count(known=session.known), account.half_done(known=session.known)
    # A row from before these numbers has none.
    untaken: Condition = count == seen if seen else (count == seen) | count.does_not_exist()
    return [count.set(session.serial)], untaken


def no_success_since(account: Account | None) -> Condition:
    """That no logon has taken a number since the account was read. A lock moves those of half-done ones far ahead."""
    row = AccountRow
    whole, strangers, owners = (
        (account.session_serial, account.half_done_serial, account.known_half_done_serial)
        if account
        else (0, 0, 0)
    )
    condition: Condition = _as_read(row.session_serial, whole)
    for serial, seen in ((row.half_done_serial, strangers), (row.known_half_done_serial, owners)):
        condition &= _as_read(serial, seen) | (serial >= seen + MAX_HALF_DONE)
    return condition


def _as_read(serial: NumberAttribute, seen: int) -> Condition:
    same: Condition = serial == seen
    return same if seen else same | serial.does_not_exist()  # a row from before these numbers


def half_done_count(*, known: bool) -> NumberAttribute:
    """Where half-done logons are numbered."""
    return AccountRow.known_half_done_serial if known else AccountRow.half_done_serial


def hand_over_in(transaction: Transaction, old: Digest, session: Session, event: Event) -> None:
    """Put a session in the place of the one it came from, which must still be there, with its event (SE-02).

    Attack: the old secret goes on opening something while its row is kept for a repeat. Defence: the row expires in the
    same write, which is all that anybody asks who judges a session, an authorizer of the former version too.
    """
    row = SessionRow
    over = [row.handed_over_at.set(event.at), row.expires_at.set(int(event.at))]
    transaction.update("old", SessionRow(session.account_id, old), over, _there())
    transaction.put("session", session_row(session))
    transaction.add("event", event_row(event))


def _there() -> Condition:
    """That a session is there and has not been handed over."""
    there: Condition = SessionRow.digest.exists() & SessionRow.handed_over_at.does_not_exist()
    return there


def alive(session: Session, now: float) -> Session | None:
    """The session, unless it is over or was handed over; whether its account is as it was, the authorizer asks."""
    return session if session.handed_over_at is None and now < session.expires_at else None
