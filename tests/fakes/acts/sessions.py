"""The fake store's acts on sessions."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from chalicelib.domain.accounts import PORTAL_POLICY, Account, TwoStep
from chalicelib.domain.addresses import AccountId, domain_id_of
from chalicelib.domain.events import Event
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.repeats import REPEATS, repeatable
from chalicelib.domain.sessions import CONFIRMATIONS, Session, Standing
from chalicelib.domain.tokens import Digest
from tests.fakes.tables import Family, act


class Sessions(Family):
    """`ports.SessionActs`."""

    @act
    def standing(self, who: tuple[AccountId, Digest] | None, *, console: bool = False) -> Standing:
        portal = self._tables.policies.get(PORTAL_POLICY)
        if who is None:
            return Standing(portal)
        account_id, _ = who
        account = self._tables.accounts.get(account_id)
        return Standing(
            portal,
            self._tables.sessions.get(who),
            _as_judged(account) if account else None,
            self._tables.policies.get(domain_id_of(account_id)),
            self._tables.limits.get(account_id, ()) if console else (),
        )

    @act
    def touch(self, session: Session, now: float) -> None:
        stored = self._tables.sessions.get((session.account_id, session.digest))
        if stored is not None and stored.last_seen_at < now:
            self._tables.put_session(stored._replace(last_seen_at=now))

    @act
    def of_account(self, account_id: AccountId) -> list[Session]:
        stored = [session for (who, _), session in sorted(self._tables.sessions.items()) if who == account_id]
        return [session for session in stored if session.handed_over_at is None]

    @act
    def repeated(self, account_id: AccountId, old: Digest, new: Digest, now: float) -> Session | None:
        before = self._tables.sessions.get((account_id, old))
        if before is None or not repeatable(before.handed_over_at, now):
            return None
        return self._tables.alive(account_id, new, now) if self._asked(before) else None

    @act
    def answered(self, account_id: AccountId, digest: Digest, now: float) -> Session | None:
        found = self._tables.alive(account_id, digest, now)
        if found is None or not self._asked(found):
            return None
        return found if found.answered and repeatable(found.answered.at, now) else None

    def _asked(self, session: Session) -> bool:
        asked = self._tables.repeats[session.digest] = self._tables.repeats.get(session.digest, 0) + 1
        return asked <= REPEATS

    @act
    def move_on(self, old: Digest, session: Session, event: Event) -> bool:
        return self._tables.succeed(old, session, event, {})

    @act
    def reserve_confirmation(self, account_id: AccountId, digest: Digest) -> tuple[int, Account | None]:
        account = self._tables.accounts.get(account_id)
        session = self._tables.sessions.get((account_id, digest))
        if session is None or session.handed_over_at is not None or session.confirmations >= CONFIRMATIONS:
            return 0, account
        self._tables.put_session(session._replace(confirmations=session.confirmations + 1))
        return session.confirmations + 1, account

    def give_back_confirmation(self, account_id: AccountId, digest: Digest) -> None:
        """Raises nothing, whatever is broken."""
        with contextlib.suppress(Unavailable):
            self._counted(account_id, digest, lambda count: max(0, count - 1))

    def confirmed(self, account_id: AccountId, digest: Digest) -> None:
        """As above."""
        with contextlib.suppress(Unavailable):
            self._counted(account_id, digest, lambda _: 0)

    @act
    def _counted(self, account_id: AccountId, digest: Digest, change: Callable[[int], int]) -> None:
        session = self._tables.sessions.get((account_id, digest))
        if session is not None:
            self._tables.put_session(session._replace(confirmations=change(session.confirmations)))

    @act
    def end(
        self, account_id: AccountId, digests: list[Digest], *events: Event, present: bool = False
    ) -> bool:
        there = [one.digest for one in self._tables.sessions.values() if one.handed_over_at is None]
        if present and not set(digests) <= set(there):
            return False
        for digest in digests:
            self._tables.sessions.pop((account_id, digest), None)
        for event in events:
            self._tables.put_event(event)
        return True


def _as_judged(account: Account) -> Account:
    """What is read of it for a judgement; the rest is as if it were not there."""
    two_step = TwoStep(seed=account.two_step.seed, recovery=account.two_step.recovery)
    return Account(
        id=account.id,
        address=account.address,
        kind=account.kind,
        status=account.status,
        epoch=account.epoch,
        password_changed_at=account.password_changed_at,
        must_change_password=account.must_change_password,
        locked_until=account.locked_until,
        known_locked_until=account.known_locked_until,
        session_serial=account.session_serial,
        half_done_serial=account.half_done_serial,
        known_half_done_serial=account.known_half_done_serial,
        two_step=two_step,
        two_step_required=account.two_step_required,
        ranges=account.ranges,
        language=account.language,
        time_zone=account.time_zone,
        created_at=account.created_at,
        limited=account.limited,
    )
