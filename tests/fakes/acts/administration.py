"""The fake store's acts of administrators."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.accounts import Account, PolicyChange, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import BrandChange
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from tests.fakes.tables import Family, act

# Changes of these lose against a change in between; the rest lies under the epoch.
GUARDED = ("kind", "status", "must_change_password", "two_step_required", "ranges", "undeliverable")


class Administration(Family):
    """`ports.AdministrationActs`."""

    @act
    def apply(
        self,
        actor: Actor,
        old: Account,
        new: Account,
        events: Sequence[Event],
        formers: Sequence[AccountId] = (),
        domains: Sequence[str] | None = None,
    ) -> bool:
        self._tables.demand_first(actor.once)
        stored = self._tables.accounts.get(old.id)
        if old.status is Status.ERASED:
            return False
        if stored is None or stored.epoch != old.epoch or not self._tables.still_administrator(actor):
            return False
        changed = [name for name in GUARDED if getattr(old, name) != getattr(new, name)]
        if any(getattr(stored, name) != getattr(old, name) for name in changed):
            return False
        self._tables.accounts[old.id] = new._replace(session_serial=stored.session_serial)
        for one in formers:
            self._tables.accounts[one] = self._tables.accounts[one]._replace(status=new.status)
        if domains is not None and new.limited:
            self._tables.limits[old.id] = tuple(domains)
        elif not new.limited or new.status is Status.ERASED:
            self._tables.limits.pop(old.id, None)
        for event in events:
            self._tables.put_event(event)
        self._tables.note(actor.once)
        return True

    @act
    def apply_policy(self, actor: Actor, change: PolicyChange, event: Event) -> bool:
        self._tables.demand_first(actor.once)
        stored = self._tables.policies.get(change.key)
        if not self._tables.still_administrator(actor) or (stored or change.old) != change.old:
            return False
        self._tables.policies[change.key] = change.new
        self._tables.put_event(event)
        self._tables.note(actor.once)
        return True

    @act
    def apply_brand(self, actor: Actor, change: BrandChange, event: Event) -> bool:
        self._tables.demand_first(actor.once)
        if (
            not self._tables.still_administrator(actor)
            or self._tables.brands.get(change.domain) != change.old
        ):
            return False
        self._tables.brands[change.domain] = change.new
        self._tables.put_event(event)
        self._tables.note(actor.once)
        return True

    @act
    def recall(self, actor: Actor, message: Message, event: Event) -> bool:
        self._tables.demand_first(actor.once)
        stored = self._tables.messages.get((message.account_id, message.id))
        if (
            stored is None
            or stored.read_at is not None
            or stored.recalled_at is not None
            or not self._tables.still_administrator(actor)
        ):
            return False
        self._tables.messages[message.account_id, message.id] = stored._replace(recalled_at=event.at)
        self._tables.put_event(event)
        self._tables.note(actor.once)
        return True
