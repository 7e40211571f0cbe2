"""The fake store's acts on accounts as such."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.accounts import Account, Policy
from chalicelib.domain.addresses import AccountId, domain_id, domain_id_of, domain_of
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.services import Sender, void
from tests.fakes.tables import Family, act


class Accounts(Family):
    """`ports.AccountActs`."""

    @act
    def find(self, account_id: AccountId) -> tuple[Account | None, Policy | None]:
        return self._tables.accounts.get(account_id), self._tables.policies.get(domain_id_of(account_id))

    @act
    def read(self, account_id: AccountId) -> Account | None:
        return self._tables.accounts.get(account_id)

    @act
    def invite(
        self, account: Account, event: Event, actor: Actor | Sender | None = None, over: int | None = None
    ) -> bool:
        once = actor.once if isinstance(actor, Actor) else None
        self._tables.demand_first(once)
        if isinstance(actor, Sender) and not self._tables.still_good(actor):
            raise void()
        if isinstance(actor, Actor) and not self._tables.still_administrator(actor):
            raise Refusal(Code.CONFLICT, "changed_meanwhile")
        stored = self._tables.accounts.get(account.id)
        if stored is not None and (over is None or not stored.withdrawn or stored.epoch != over):
            return False
        self._tables.accounts.pop(account.id, None)  # the row is written whole, over one that was withdrawn
        domain = domain_of(account.address)
        self._tables.policies.setdefault(domain_id(domain), Policy(domain))
        self._tables.accounts[account.id] = Account(
            id=account.id,
            address=account.address,
            kind=account.kind,
            status=account.status,
            epoch=account.epoch,
            password_hash=account.password_hash,
            two_step_required=account.two_step_required,
            alias_of=account.alias_of,
            created_at=account.created_at,
        )
        self._tables.put_event(event)
        self._tables.note(once)
        return True

    @act
    def invite_all(self, invited: Sequence[tuple[Account, Event]], actor: Actor) -> set[AccountId]:
        if not self._tables.still_administrator(actor):
            raise Refusal(Code.CONFLICT, "changed_meanwhile")
        there = {account.id for account, _ in invited if account.id in self._tables.accounts}
        for account, event in invited if not there else ():
            domain = domain_of(account.address)
            self._tables.policies.setdefault(domain_id(domain), Policy(domain))
            self._tables.accounts[account.id] = account
            self._tables.put_event(event)
        return there

    @act
    def set_up(self, account: Account, event: Event) -> bool:
        if account.id in self._tables.accounts:
            return False
        self._tables.accounts[account.id] = account
        self._tables.put_event(event)
        return True
