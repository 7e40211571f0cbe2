"""The fake store's acts of administrators, and what the console reads."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.accounts import Account, Kind, ListedAccount, Policy, PolicyChange, Status
from chalicelib.domain.addresses import AccountId, DomainId, domain_of
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import Brand, BrandChange
from chalicelib.domain.events import ATTEMPTS, Event, iso
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Reset
from tests.fakes.acts_of_password import invited
from tests.fakes.tables import Family, act

# Changes of these lose against a change in between; the rest lies under the epoch.
GUARDED = ("status", "must_change_password", "two_step_required", "ranges", "undeliverable")


class Administration(Family):
    """`admin_ports.AdministrationActs`."""

    @act
    def apply(self, actor: Actor, old: Account, new: Account, events: Sequence[Event]) -> bool:
        stored = self._tables.accounts.get(old.id)
        if stored is None or stored.epoch != old.epoch or not self._may(actor):
            return False
        changed = [name for name in GUARDED if getattr(old, name) != getattr(new, name)]
        if any(getattr(stored, name) != getattr(old, name) for name in changed):
            return False
        self._tables.accounts[old.id] = new._replace(session_serial=stored.session_serial)
        for event in events:
            self._tables.put_event(event)
        return True

    @act
    def invite(self, actor: Actor, account: Account, event: Event) -> bool:
        if not self._may(actor):
            raise Refusal(Code.CONFLICT, "changed_meanwhile")
        return invited(self._tables, account, event)

    @act
    def apply_policy(self, actor: Actor, change: PolicyChange, event: Event) -> bool:
        stored = self._tables.policies.get(change.key)
        if not self._may(actor) or (stored or change.old) != change.old:
            return False
        self._tables.policies[change.key] = change.new
        self._tables.put_event(event)
        return True

    @act
    def apply_brand(self, actor: Actor, change: BrandChange, event: Event) -> bool:
        if not self._may(actor) or self._tables.brands.get(change.domain) != change.old:
            return False
        self._tables.brands[change.domain] = change.new
        self._tables.put_event(event)
        return True

    @act
    def recall(self, actor: Actor, message: Message, event: Event) -> bool:
        stored = self._tables.messages.get((message.account_id, message.id))
        if (
            stored is None
            or stored.read_at is not None
            or stored.recalled_at is not None
            or not self._may(actor)
        ):
            return False
        self._tables.messages[message.account_id, message.id] = stored._replace(recalled_at=event.at)
        self._tables.put_event(event)
        return True

    @act
    def record_delivery(self, event: Event, undeliverable: str | None) -> None:
        if (event.account_id, event.sort_key) in self._tables.events:
            return
        self._tables.put_event(event)
        account = self._tables.accounts.get(event.account_id)
        if undeliverable is not None and account is not None and account.delivery_lifted_at < event.at:
            self._tables.accounts[account.id] = account._replace(undeliverable=undeliverable)

    def _may(self, actor: Actor) -> bool:
        account = self._tables.accounts.get(actor.account_id)
        if account is None or account.epoch != actor.epoch:
            return False
        return account.status is Status.ACTIVE and account.kind is Kind.ADMINISTRATOR


class Directory(Family):
    """`admin_ports.DirectoryActs`."""

    @act
    def users(
        self, domain: str, prefix: str, after: str | None, limit: int
    ) -> tuple[list[ListedAccount], str | None]:
        found = sorted(
            (account for account in self._tables.accounts.values() if domain_of(account.address) == domain),
            key=lambda account: account.address,
        )
        listed = [
            ListedAccount(account.address, account.kind.value, account.status.value)
            for account in found
            if account.address.startswith(prefix) and account.address > (after or "")
        ]
        return listed[:limit], (listed[limit - 1].address if len(listed) > limit else None)

    @act
    def domains(self) -> list[Policy]:
        named = [policy for policy in self._tables.policies.values() if policy.name != "*"]
        return sorted(named, key=lambda policy: policy.name)

    @act
    def policy(self, key: str) -> Policy | None:
        return self._tables.policies.get(key)

    @act
    def brand(self, domain: DomainId) -> tuple[Policy | None, Brand | None]:
        return self._tables.policies.get(domain), self._tables.brands.get(domain)

    @act
    def mailed(self, account_id: AccountId) -> list[Reset]:
        mine = [reset for reset in self._tables.resets.values() if reset.account_id == account_id]
        return [reset._replace(password_hash=None) for reset in reversed(mine)]

    @act
    def attempts_of_day(self, day: str, limit: int) -> list[Event]:
        found = [
            event
            for event in self._tables.events.values()
            if event.kind in ATTEMPTS and iso(event.at)[:10] == day
        ]
        return sorted(found, key=lambda event: event.at, reverse=True)[:limit]

    @act
    def sent_by(self, sender: str, limit: int) -> list[Message]:
        sent = [message for message in self._tables.messages.values() if message.sender == sender]
        newest = sorted(sent, key=lambda message: message.sent_at, reverse=True)[:limit]
        return [message._replace(sealed_body="") for message in newest]
