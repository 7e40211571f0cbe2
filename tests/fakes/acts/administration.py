"""The fake store's acts of administrators."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.accounts import Account, Kind, PolicyChange, Status
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import BrandChange
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Code, Refusal
from tests.fakes.acts.messages import invited
from tests.fakes.tables import Family, act

# Changes of these lose against a change in between; the rest lies under the epoch.
GUARDED = ("status", "must_change_password", "two_step_required", "ranges", "undeliverable")


class Administration(Family):
    """`ports.AdministrationActs`."""

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
