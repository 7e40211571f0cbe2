"""The fake store's acts on sessions."""

from __future__ import annotations

from chalicelib.domain.accounts import PORTAL_POLICY, Account
from chalicelib.domain.addresses import AccountId, domain_id_of
from chalicelib.domain.events import Event
from chalicelib.domain.sessions import CONFIRMATIONS, Session, Standing
from chalicelib.domain.tokens import Digest
from tests.fakes.tables import Family, act


class Sessions(Family):
    """`ports.SessionActs`."""

    @act
    def standing(self, who: tuple[AccountId, Digest] | None) -> Standing:
        portal = self._tables.policies.get(PORTAL_POLICY)
        if who is None:
            return Standing(portal)
        account_id, _ = who
        return Standing(
            portal,
            self._tables.sessions.get(who),
            self._tables.accounts.get(account_id),
            self._tables.policies.get(domain_id_of(account_id)),
        )

    @act
    def touch(self, session: Session, now: float) -> None:
        stored = self._tables.sessions.get((session.account_id, session.digest))
        if stored is not None and stored.last_seen_at < now:
            self._tables.put_session(stored._replace(last_seen_at=now))

    @act
    def of_account(self, account_id: AccountId) -> list[Session]:
        return [session for (who, _), session in sorted(self._tables.sessions.items()) if who == account_id]

    @act
    def move_on(self, old: Digest, session: Session, event: Event) -> bool:
        return self._tables.succeed(old, session, event, {})

    @act
    def reserve_confirmation(self, account_id: AccountId, digest: Digest) -> tuple[int, Account | None]:
        account = self._tables.accounts.get(account_id)
        session = self._tables.sessions.get((account_id, digest))
        if session is None or session.confirmations >= CONFIRMATIONS:
            return 0, account
        self._tables.put_session(session._replace(confirmations=session.confirmations + 1))
        return session.confirmations + 1, account

    @act
    def confirmed(self, account_id: AccountId, digest: Digest) -> None:
        session = self._tables.sessions.get((account_id, digest))
        if session is not None:
            self._tables.put_session(session._replace(confirmations=0))

    @act
    def end(self, account_id: AccountId, digests: list[Digest], *events: Event) -> None:
        for digest in digests:
            self._tables.sessions.pop((account_id, digest), None)
        for event in events:
            self._tables.put_event(event)
