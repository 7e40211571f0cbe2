"""The fake store's acts of logging on."""

from __future__ import annotations

import contextlib

from chalicelib.domain import lockout
from chalicelib.domain.accounts import Account, Status, Tries
from chalicelib.domain.addresses import AccountId, domain_id_of
from chalicelib.domain.devices import KNOWN_SECONDS, network_key
from chalicelib.domain.events import Event
from chalicelib.domain.limits import LOGONS_BY_SOURCE
from chalicelib.domain.logons import Admission
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.repeats import repeatable
from chalicelib.domain.resets import temporary_key
from chalicelib.domain.sessions import MAX_HALF_DONE, Session, numbered
from chalicelib.domain.tokens import Digest
from chalicelib.storage.logons import MAX_CLIENTS
from tests.fakes.tables import Family, act, with_number


class Logons(Family):
    """`ports.LogonActs`."""

    @act
    def admit(self, source: str, account_id: AccountId, temporary_name: str | None, now: float) -> Admission:
        counter = LOGONS_BY_SOURCE.key(source, now)
        self._tables.demand_room(LOGONS_BY_SOURCE, counter, now)
        policy = self._tables.policies.get(domain_id_of(account_id))
        key = temporary_key(account_id, temporary_name) if temporary_name is not None else ""
        network = network_key(account_id, source)
        until = self._tables.networks.get(network, 0)
        return Admission(counter, policy, self._tables.resets.get(key), network, until)

    @act
    def reserve_attempt(
        self, account_id: AccountId, now: float, *, known: bool = False
    ) -> tuple[bool, Account | None]:
        account = self._tables.accounts.get(account_id)
        if account is None:
            return False, None
        tries = account.tries(known=known)
        free = tries.failures < lockout.burst_limit(self._store.threshold)
        paced = tries.failures < lockout.HARD_STOP and tries.attempted_at <= now - self._store.cap
        if tries.locked_until > now or not (free or paced):
            return False, account
        counted = with_tries(
            account, tries._replace(failures=tries.failures + 1, attempted_at=now), known=known
        )
        self._tables.accounts[account_id] = counted
        return True, counted

    def give_back(self, account: Account, *, known: bool = False) -> None:
        """Raises nothing, whatever is broken."""
        with contextlib.suppress(Unavailable):
            self._give_back(account, known=known)

    @act
    def _give_back(self, account: Account, *, known: bool) -> None:
        stored = self._tables.accounts.get(account.id)
        if stored is None or stored.epoch != account.epoch or not no_success_since(account, stored):
            return
        tries, mine = stored.tries(known=known), account.tries(known=known).attempted_at
        if tries.failures > 0:
            at = mine - self._store.cap if tries.attempted_at == mine else tries.attempted_at
            less = tries._replace(failures=tries.failures - 1, attempted_at=at)
            self._tables.accounts[account.id] = with_tries(stored, less, known=known)

    @act
    def open(
        self,
        account: Account,
        session: Session,
        event: Event,
        *,
        burn: str | None = None,
        rehash: str | None = None,
        client: str | None = None,
        network: str | None = None,
    ) -> Session | None:
        tables, now = self._tables, session.started_at
        stored = tables.accounts.get(account.id)
        if stored is None or stored.epoch != account.epoch or stored.status is not Status.ACTIVE:
            return None
        if (account.id, session.digest) in tables.sessions:
            return None
        if burn is not None and not tables.spendable(burn, now):
            return None
        taken = numbered(session, stored)
        changed = with_number(stored.forgiven(), taken, event.at)
        if client is not None:
            changed = changed._replace(clients=(*account.clients, client)[-MAX_CLIENTS:])
        tables.accounts[account.id] = changed._replace(password_hash=rehash) if rehash else changed
        tables.put_session(taken)
        tables.put_event(event)
        if burn is not None:
            tables.spend(burn, now)
        if network is not None:
            tables.networks[network] = int(now) + KNOWN_SECONDS
        return taken

    @act
    def opened(self, account_id: AccountId, digest: Digest, now: float, *, known: bool) -> Session | None:
        session = self._tables.alive(account_id, digest, now)
        if session is None or not repeatable(session.started_at, now):
            return None
        account = self._tables.accounts[account_id]
        tries = account.tries(known=known)
        less = tries._replace(failures=max(0, tries.failures - 1))
        self._tables.accounts[account_id] = with_tries(account, less, known=known)
        return session

    @act
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
        self._tables.count(counter)
        self._tables.put_event(event)
        stored = self._tables.accounts.get(account.id) if account else None
        if stored is None or account is None or not counted:
            return
        seen, tries = account.tries(known=known).failures, stored.tries(known=known)
        until = event.at + lockout.lock_seconds(seen, self._store.threshold, self._store.cap)
        if outside and tries.failures > 0:
            tries = tries._replace(failures=tries.failures - 1)
        elif (
            until > event.at
            and tries.failures >= self._store.threshold
            and no_success_since(account, stored)
            and tries.locked_until < until
        ):
            tries = tries._replace(locked_until=until)
            past = stored.half_done(known=known) + MAX_HALF_DONE
            count = "known_half_done_serial" if known else "half_done_serial"
            stored = Account(**{**stored._asdict(), count: past})
        self._tables.accounts[stored.id] = with_tries(stored, tries, known=known)


def no_success_since(account: Account, stored: Account) -> bool:
    """Whether no logon has taken a number since it was read; a lock moves those of half-done ones far ahead."""
    moved = [stored.half_done(known=known) - account.half_done(known=known) for known in (False, True)]
    return stored.session_serial == account.session_serial and all(
        not by or by >= MAX_HALF_DONE for by in moved
    )


def with_tries(account: Account, tries: Tries, *, known: bool) -> Account:
    """The account with one of its two counts."""
    failures, attempted_at, locked_until = tries
    if known:
        return account._replace(
            known_failures=failures, known_attempted_at=attempted_at, known_locked_until=locked_until
        )
    return account._replace(failures=failures, attempted_at=attempted_at, locked_until=locked_until)
