"""The fake store's acts on passwords."""

from __future__ import annotations

from chalicelib.domain.accounts import Account, NewPassword, Policy, Status, TwoStep, next_epoch
from chalicelib.domain.addresses import AccountId, domain_id_of
from chalicelib.domain.events import Event
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Digest
from tests.fakes.tables import Family, act


class Passwords(Family):
    """`ports.PasswordActs`."""

    @act
    def by_link(self, key: str) -> Reset | None:
        return self._tables.resets.get(key)

    @act
    def standing(self, key: str, who: AccountId) -> tuple[Reset | None, Account | None, Policy | None]:
        tables = self._tables
        return tables.resets.get(key), tables.accounts.get(who), tables.policies.get(domain_id_of(who))

    @act
    def set_by_link(self, reset: Reset, new: NewPassword, event: Event) -> bool:
        stored = self._tables.resets.get(reset.key)
        account = self._tables.accounts.get(reset.account_id)
        if stored is None or account is None or stored.purpose is not reset.purpose:
            return False
        if not self._tables.spendable(reset.key, new.at):
            return False
        if account.epoch != reset.epoch or account.status not in {Status.ACTIVE, Status.FROZEN}:
            return False
        self._tables.spend(reset.key, new.at)
        self._set(account, new)
        self._tables.put_event(event)
        return True

    @act
    def change(self, account: Account, old: Digest, session: Session, new: NewPassword, event: Event) -> bool:
        if not self._tables.succeed(old, session, event, {}, seen=account.epoch):
            return False
        self._set(self._tables.accounts[account.id], new)
        return True

    @act
    def freeze(self, reset: Reset, event: Event, *, undoes: bool = False) -> bool:
        account = self._tables.accounts.get(reset.account_id)
        if account is None:
            return False
        two_step = account.two_step
        if undoes:
            if not two_step.active or two_step.unused_since != reset.enrolled_at:
                return False
            if account.status is Status.DISABLED:
                return False
            two_step = TwoStep(
                last_step=two_step.last_step,
                attempted_at=two_step.attempted_at,
                known_attempted_at=two_step.known_attempted_at,
            )
        elif account.epoch != reset.epoch or account.status is not Status.ACTIVE:
            return False
        elif reset.enrolled_at is not None:
            two_step = two_step._replace(disputed_at=event.at, unused_since=None)
        if not self._tables.spendable(reset.key, event.at):
            return False
        self._tables.spend(reset.key, event.at)
        self._tables.accounts[account.id] = account._replace(
            status=Status.FROZEN,
            epoch=next_epoch(account.epoch, event.at),
            password_hash=None,
            two_step=two_step,
        )
        self._tables.put_event(event)
        return True

    def _set(self, account: Account, new: NewPassword) -> None:
        self._tables.accounts[account.id] = account.forgiven()._replace(
            password_hash=new.password_hash,
            password_changed_at=new.at,
            must_change_password=False,
            status=Status.ACTIVE,
            epoch=next_epoch(account.epoch, new.at),
        )
