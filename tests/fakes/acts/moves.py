"""The fake store's acts on changes of an address."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.accounts import Account, Policy, Status
from chalicelib.domain.addresses import (
    AccountId,
    CanonicalAddress,
    account_id,
    domain_id,
    domain_id_of,
    domain_of,
)
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.domain.moves import Carried, OfOwner, Standing, left_behind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Reset, pending_key
from tests.fakes.tables import Family, act


class Moves(Family):
    """`ports.MoveActs`."""

    @act
    def ask(self, actor: Actor, account: Account, pending: Reset, events: Sequence[Event]) -> bool:
        tables = self._tables
        tables.demand_first(actor.once)
        if self._taken(account_id(CanonicalAddress(pending.address)), account.id):
            raise Refusal(Code.EXISTS, "address_taken")
        now = tables.accounts.get(account.id)
        if now is None or (now.epoch, now.status) != (account.epoch, Status.ACTIVE):
            return False
        if not tables.still_administrator(actor):
            return False
        tables.resets[pending.key] = pending
        for event in events:
            tables.put_event(event)
        tables.note(actor.once)
        return True

    @act
    def standing(self, link: Reset) -> Standing:
        tables, who = self._tables, link.account_id
        return Standing(
            tables.resets.get(pending_key(who)),
            tables.accounts.get(who),
            tables.policies.get(domain_id_of(who)),
            self._taken(account_id(CanonicalAddress(link.address)), who),
            tables.limits.get(who, ()),
        )

    def _taken(self, to: AccountId, who: AccountId) -> bool:
        there = self._tables.accounts.get(to)
        return there is not None and there.alias_of != who

    @act
    def confirm(
        self, link: Reset, old: Account, new: Account, events: Sequence[Event], domains: Sequence[str] = ()
    ) -> bool:
        tables, at, pending = self._tables, events[0].at, pending_key(link.account_id)
        waits = tables.resets.get(pending)
        if not tables.spendable(link.key, at) or not tables.spendable(pending, at) or waits is None:
            return False
        if tables.resets[link.key].purpose is not link.purpose:
            return False
        if (waits.address, waits.valid_until, waits.epoch) != (link.address, link.valid_until, link.epoch):
            return False
        if tables.accounts.get(old.id) != old or self._taken(new.id, old.id) or old.id in tables.moving:
            return False
        tables.spend(link.key, at)
        tables.spend(pending, at)
        for one in set(self._formers(old.id)) - {new.id}:
            tables.accounts[one] = tables.accounts[one]._replace(alias_of=new.id)
        tables.accounts.put(new)
        # Put as a whole: what of it differs is not set by an update.
        tables.accounts.put(left_behind(old, new))
        tables.policies.setdefault(domain_id(domain_of(new.address)), Policy(domain_of(new.address)))
        tables.moving[new.id] = old.id
        if new.limited:
            tables.limits[new.id] = tuple(domains)
            tables.limits.pop(old.id, None)
        for event in events:
            tables.put_event(event)
        return True

    @act
    def formers(self, who: AccountId) -> list[AccountId]:
        return self._formers(who)

    def _formers(self, who: AccountId) -> list[AccountId]:
        return sorted(one.id for one in self._tables.accounts.values() if one.former and one.alias_of == who)

    @act
    def of_owner(self, who: AccountId) -> OfOwner:
        accounts = self._tables.accounts
        formers = sorted(accounts[one].address for one in self._formers(who))
        return OfOwner(self._tables.resets.get(pending_key(who)), formers)

    @act
    def waiting(self, limit: int) -> list[Carried]:
        return [Carried(old, new) for new, old in sorted(self._tables.moving.items())][:limit]

    @act
    def left(self, old: AccountId, limit: int) -> list[Message]:
        keys = sorted((key for key in self._tables.messages if key[0] == old), reverse=True)
        return [self._tables.messages[key] for key in keys[:limit]]

    @act
    def carry(self, old: Message, new: Message) -> bool:
        stored, place = self._tables.messages, (old.account_id, old.id)
        seen, now = old, stored.get(place)
        if (new.account_id, new.id) in stored:
            stored.pop(place, None)
            return True
        if now is None or _happened(now) != _happened(seen):
            return False
        stored[new.account_id, new.id] = new
        del stored[place]
        return True

    @act
    def carried(self, move: Carried) -> None:
        if self._tables.moving.get(move.new) == move.old:
            del self._tables.moving[move.new]


def _happened(message: Message) -> tuple[object, ...]:
    return (
        *(message.sender, message.answers_to),
        *(message.read_at, message.recalled_at, message.mail, message.mail_at, message.answered_at),
    )
