"""The fake store's acts on passwords, messages and the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.accounts import Account, NewPassword, Policy, Status
from chalicelib.domain.addresses import AccountId, DomainId, domain_id, domain_id_of, domain_of
from chalicelib.domain.events import Event
from chalicelib.domain.limits import BUDGET_SPENT, SELF_SERVICE_MAILS, Limit
from chalicelib.domain.mails import NOTE, Due, hour_of
from chalicelib.domain.messages import Message
from chalicelib.domain.refusals import Refusal, Unavailable
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Digest
from tests.fakes.tables import Family, Tables, act


class Passwords(Family):
    """`ports.PasswordActs`."""

    @act
    def by_link(self, key: str) -> Reset | None:
        return self._tables.resets.get(key)

    @act
    def owner(self, account_id: AccountId) -> tuple[Account | None, Policy | None]:
        return self._tables.accounts.get(account_id), self._tables.policies.get(domain_id_of(account_id))

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
    def change(self, old: Digest, session: Session, new: NewPassword, event: Event) -> bool:
        account = self._tables.accounts.get(session.account_id)
        if not self._tables.succeed(old, session, event, {}, moves=True) or account is None:
            return False
        self._set(account, new)
        return True

    @act
    def freeze(self, reset: Reset, event: Event) -> bool:
        account = self._tables.accounts.get(reset.account_id)
        if account is None or account.epoch != reset.epoch or account.status is not Status.ACTIVE:
            return False
        if not self._tables.spendable(reset.key, event.at):
            return False
        self._tables.spend(reset.key, event.at)
        self._tables.accounts[account.id] = account._replace(
            status=Status.FROZEN, epoch=account.epoch + 1, password_hash=None
        )
        self._tables.put_event(event)
        return True

    def _set(self, account: Account, new: NewPassword) -> None:
        self._tables.accounts[account.id] = account._replace(
            password_hash=new.password_hash,
            password_changed_at=new.at,
            must_change_password=False,
            status=Status.ACTIVE,
            epoch=account.epoch + 1,
            failures=0,
            locked_until=0,
        )


def invited(tables: Tables, account: Account, event: Event) -> bool:
    """An account made once, its domain listed, its event written."""
    if account.id in tables.accounts:
        return False
    domain = domain_of(account.address)
    tables.policies.setdefault(domain_id(domain), Policy(domain))
    tables.accounts[account.id] = Account(
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
    tables.put_event(event)
    return True


class Messages(Family):
    """`ports.MessageActs`."""

    @act
    def invite(self, account: Account, event: Event) -> bool:
        return invited(self._tables, account, event)

    @act
    def send(self, message: Message, event: Event) -> None:
        if (message.account_id, message.id) not in self._tables.messages:
            self._tables.messages[message.account_id, message.id] = message
            self._tables.put_event(event)

    @act
    def of_account(self, account_id: AccountId) -> list[Message]:
        keys = sorted((key for key in self._tables.messages if key[0] == account_id), reverse=True)
        return [self._tables.messages[key] for key in keys]

    @act
    def read(self, account_id: AccountId, message_id: str) -> Message | None:
        return self._tables.messages.get((account_id, message_id))

    @act
    def mark_read(self, message: Message, event: Event) -> bool:
        key = (message.account_id, message.id)
        stored = self._tables.messages.get(key)
        if stored is None or stored.recalled_at is not None:
            return False
        if stored.read_at is None:
            self._tables.messages[key] = stored._replace(read_at=event.at)
            self._tables.put_event(event)
        return True


class Outbox(Family):
    """`ports.OutboxActs`."""

    @act
    def due(self, event: Event, note: Event, sender: DomainId) -> Due:
        sent = (note.account_id, note.sort_key) in self._tables.events
        return Due(self._tables.accounts.get(event.account_id), sent, self._tables.brands.get(sender))

    @act
    def account(self, account_id: AccountId) -> Account | None:
        return self._tables.accounts.get(account_id)

    def event_of(self, image: Mapping[str, Any]) -> Event:
        return self._tables.events[AccountId(image["account_id"]["S"]), image["at"]["S"]]

    @act
    def issue(
        self,
        resets: Sequence[Reset],
        epoch: int,
        asked_at: float,
        limits: Sequence[Limit],
        budget_at: float | None = None,
    ) -> str | None:
        if any(reset.key in self._tables.resets for reset in resets):
            return None
        account = self._tables.accounts.get(resets[0].account_id)
        if account is None or account.epoch != epoch:
            return "account_changed_meanwhile"
        before = dict(self._tables.throttles)
        try:
            for limit in limits:
                self._tables.reserve(limit, account.id, asked_at)
        except Refusal:
            self._tables.throttles = before
            return "too_many_mails"
        if budget_at is not None:
            try:
                self._tables.reserve(SELF_SERVICE_MAILS, "portal", budget_at)
            except Refusal as full:
                self._tables.throttles = before
                raise Unavailable(BUDGET_SPENT) from full
        self._tables.resets |= {reset.key: reset for reset in resets}
        return None

    @act
    def note(self, note: Event) -> None:
        self._tables.events.setdefault((note.account_id, note.sort_key), note)

    @act
    def unsettled(self, hour: str) -> list[Event]:
        events = sorted(self._tables.events.values(), key=lambda event: event.sort_key)
        return [
            event
            for event in events
            if hour_of(event) == hour
            and (event.account_id, f"{event.sort_key}{NOTE}") not in self._tables.events
        ]
