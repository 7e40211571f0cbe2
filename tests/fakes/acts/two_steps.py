"""The fake store's acts of 2-step verification."""

from __future__ import annotations

import contextlib

from chalicelib.domain.accounts import Account, TwoStep
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.devices import KNOWN_SECONDS
from chalicelib.domain.events import Event
from chalicelib.domain.limits import PACES
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.sessions import Session, newest_number, numbered
from chalicelib.domain.tokens import Digest
from chalicelib.storage.two_steps import LOGGED_ON
from tests.fakes.tables import Family, act


class TwoSteps(Family):
    """`ports.TwoStepActs`."""

    @act
    def reserve_code(
        self, account_id: AccountId, now: float, *, known: bool = False
    ) -> tuple[bool, Account | None]:
        account = self._tables.accounts.get(account_id)
        if account is None:
            return False, None
        failures, attempted_at = account.two_step.tries(known=known)
        paced = any(
            failures < pace.below and (not pace.seconds or attempted_at <= now - pace.seconds)
            for pace in PACES
        )
        if not paced:
            return False, account
        prefix = "known_" if known else ""
        tries = {f"{prefix}failures": failures + 1, f"{prefix}attempted_at": now}
        counted = account._replace(two_step=account.two_step._replace(**tries))  # type: ignore[arg-type]
        self._tables.accounts[account_id] = counted
        return True, counted

    def give_back_code(self, account: Account, *, known: bool = False) -> None:
        """Raises nothing, whatever is broken."""
        with contextlib.suppress(Unavailable):
            self._give_back_code(account, known=known)

    @act
    def _give_back_code(self, account: Account, *, known: bool) -> None:
        stored = self._tables.accounts.get(account.id)
        if stored is None or stored.epoch != account.epoch:
            return
        now, then = stored.two_step, account.two_step
        if (now.last_step, now.recovery) != (then.last_step, then.recovery):
            return
        (failures, attempted_at), (_, mine) = now.tries(known=known), then.tries(known=known)
        if failures > 0:
            prefix = "known_" if known else ""
            at = mine - PACES[-1].seconds if attempted_at == mine else attempted_at
            less = now._replace(**{f"{prefix}failures": failures - 1, f"{prefix}attempted_at": at})  # type: ignore[arg-type]
            self._tables.accounts[account.id] = stored._replace(two_step=less)

    @act
    def propose(self, account_id: AccountId, epoch: int, sealed_seed: str, until: float) -> bool:
        account = self._tables.accounts.get(account_id)
        if account is None or account.epoch != epoch or account.two_step.active:
            return False
        pending = account.two_step._replace(pending_seed=sealed_seed, pending_until=until)
        self._tables.accounts[account_id] = account._replace(two_step=pending)
        return True

    @act
    def propose_move(
        self,
        account: Account,
        proof: tuple[int | None, str | None],
        pending: tuple[str, float],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        stored, (step, used) = self._tables.accounts.get(account.id), proof
        if stored is None or not self._unused(stored, account, step):
            return False
        two_step = stored.two_step._replace(
            pending_seed=pending[0],
            pending_until=pending[1],
            last_step=stored.two_step.last_step if step is None else step,
            recovery=tuple(one for one in stored.two_step.recovery if one != used),
            failures=0,
            known_failures=0,
        )
        return self._tables.succeed(old, session, event, {"two_step": two_step})

    @act
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
        stored = self._tables.accounts.get(account.id)
        if stored is None or stored.two_step.pending_seed != account.two_step.pending_seed:
            return False
        if stored.two_step.pending_until <= event.at:
            return False
        two_step = stored.two_step._replace(
            seed=sealed_seed,
            pending_seed=None,
            pending_until=0,
            last_step=step,
            failures=0,
            known_failures=0,
            recovery=tuple(recovery),
            unused_since=event.at,
        )
        changes = {"two_step": two_step, "epoch": session.epoch}
        return self._tables.succeed(old, session, event, changes, seen=account.epoch)

    @act
    def accept_code_step(
        self,
        account: Account,
        step: int,
        old: Digest,
        session: Session,
        event: Event,
        network: str | None = None,
    ) -> bool:
        stored = self._tables.accounts.get(account.id)
        if stored is None or stored.two_step.last_step >= step:
            return False
        two_step = stored.two_step._replace(last_step=step, failures=0, known_failures=0)
        return self._accept(account, old, session, event, two_step, network)

    @act
    def accept_recovery_code(
        self,
        account: Account,
        digest: str,
        old: Digest,
        session: Session,
        event: Event,
        network: str | None = None,
    ) -> bool:
        stored = self._tables.accounts.get(account.id)
        if stored is None or stored.two_step.recovery != account.two_step.recovery:
            return False
        left = tuple(code for code in account.two_step.recovery if code != digest)
        two_step = stored.two_step._replace(recovery=left, failures=0, known_failures=0)
        return self._accept(account, old, session, event, two_step, network)

    @act
    def renew(
        self,
        account: Account,
        step: int | None,
        recovery: list[str],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        stored = self._tables.accounts.get(account.id)
        if stored is None or not self._unused(stored, account, step):
            return False
        last = stored.two_step.last_step if step is None else step
        two_step = stored.two_step._replace(
            recovery=tuple(recovery), last_step=last, failures=0, known_failures=0
        )
        return self._tables.succeed(old, session, event, {"two_step": two_step})

    @act
    def remove(self, account: Account, step: int | None, old: Digest, session: Session, event: Event) -> bool:
        stored = self._tables.accounts.get(account.id)
        if stored is None or not self._unused(stored, account, step):
            return False
        last = stored.two_step.last_step if step is None else step
        two_step = stored.two_step._replace(
            seed=None,
            pending_seed=None,
            pending_until=0,
            recovery=(),
            last_step=last,
            failures=0,
            known_failures=0,
            unused_since=None,
            disputed_at=None,
        )
        changes = {"two_step": two_step, "epoch": session.epoch}
        return self._tables.succeed(old, session, event, changes, seen=account.epoch)

    def _unused(self, stored: Account, account: Account, step: int | None) -> bool:
        """Whether 2-step is on, and the code that proves it still good."""
        if step is None:
            return stored.two_step.active and stored.two_step.recovery == account.two_step.recovery
        return stored.two_step.active and stored.two_step.last_step < step

    def _accept(
        self,
        account: Account,
        old: Digest,
        session: Session,
        event: Event,
        two_step: TwoStep,
        network: str | None,
    ) -> bool:
        if event.kind in LOGGED_ON:
            two_step = two_step._replace(unused_since=None, disputed_at=None)
        forgiven = {
            "failures": 0,
            "locked_until": 0,
            "known_failures": 0,
            "known_locked_until": 0,
        }
        if session.serial > newest_number(account, session):
            session = numbered(session, self._tables.accounts[account.id])
        accepted = self._tables.succeed(old, session, event, {"two_step": two_step, **forgiven})
        if accepted and network is not None:
            self._tables.networks[network] = int(event.at) + KNOWN_SECONDS
        return accepted
