"""The fake store's acts of reading for the console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib.domain.accounts import Account, Kind, Policy, Status
from chalicelib.domain.addresses import AccountId, DomainId, domain_id_of
from chalicelib.domain.brand import Brand
from chalicelib.domain.listing import CameTo, Found, ListedAccount, Wanted
from chalicelib.domain.messages import REPLIES, Message, reply_drawer
from chalicelib.domain.resets import Reset
from tests.fakes.tables import Family, act


def _line(account: Account) -> ListedAccount:
    return ListedAccount(
        account.address,
        account.kind.value,
        account.status.value,
        invited_at=account.created_at if account.password_changed_at is None else None,
        two_step=account.two_step.active,
        last_logon_at=account.last_logon_at,
        created_at=account.created_at,
    )


def _behind(name: str, start: str | None, *, backwards: bool) -> bool:
    return start is None or (name < start if backwards else name > start)


class Directory(Family):
    """`ports.DirectoryActs`."""

    @act
    def users(self, wanted: Wanted, start: str | None, limit: int, *, backwards: bool = False) -> Found:
        lines = [_line(one) for one in self._tables.accounts.values()]
        listed = sorted(
            (one for one in lines if wanted.fits(one) and _behind(one.address, start, backwards=backwards)),
            key=lambda line: line.address,
            reverse=backwards,
        )
        return Found(listed[:limit], listed[limit - 1].address if len(listed) > limit else None)

    @act
    def user(self, account_id: AccountId) -> ListedAccount | None:
        found = self._tables.accounts.get(account_id)
        return _line(found) if found else None

    @act
    def administered_from(self, domain: DomainId) -> bool:
        staff = (one for one in self._tables.accounts.values() if one.staff == Kind.ADMINISTRATOR.value)
        there = (one for one in staff if domain_id_of(one.id) == domain)
        return any(one.status in {Status.ACTIVE, Status.FROZEN} for one in there)

    @act
    def withdrawn(self, account_id: AccountId) -> int | None:
        found = self._tables.accounts.get(account_id)
        return found.epoch if found and found.withdrawn else None

    @act
    def several(self, ids: Sequence[AccountId]) -> list[ListedAccount]:
        return [_line(self._tables.accounts[one]) for one in ids if one in self._tables.accounts]

    @act
    def domains(self, prefix: str, start: str | None, limit: int, *, backwards: bool = False) -> list[Policy]:
        named = [
            policy
            for policy in self._tables.policies.values()
            if policy.name.startswith(prefix)
            and policy.name != "*"
            and _behind(policy.name, start, backwards=backwards)
        ]
        return sorted(named, key=lambda policy: policy.name, reverse=backwards)[:limit]

    @act
    def policy(self, key: str) -> Policy | None:
        return self._tables.policies.get(key)

    @act
    def policies(self, domains: Sequence[DomainId]) -> list[Policy]:
        return [self._tables.policies[one] for one in domains if one in self._tables.policies]

    @act
    def limit(self, account_id: AccountId) -> tuple[str, ...]:
        return self._tables.limits.get(account_id, ())

    @act
    def brand(self, domain: DomainId) -> tuple[Policy | None, Brand | None]:
        return self._tables.policies.get(domain), self._tables.brands.get(domain)

    @act
    def mailed(self, account_id: AccountId) -> list[Reset]:
        mine = [reset for reset in self._tables.resets.values() if reset.account_id == account_id]
        return [reset._replace(password_hash=None) for reset in reversed(mine)]

    @act
    def received(
        self, account_id: AccountId, before: str | None, limit: int, *, replies: bool = False
    ) -> list[Message]:
        return self._received(account_id, before, limit, replies=replies)

    @act
    def came_to(self, account_id: AccountId, limit: int) -> CameTo:
        messages, replies = (self._received(account_id, None, limit, replies=one) for one in (False, True))
        mine = [reset for reset in self._tables.resets.values() if reset.account_id == account_id]
        mailed = [reset._replace(password_hash=None) for reset in reversed(mine)]
        return CameTo(mailed, messages, replies)

    def _received(
        self, account_id: AccountId, before: str | None, limit: int, *, replies: bool
    ) -> list[Message]:
        former = self._tables.moving.get(account_id, account_id)
        places = {reply_drawer(account_id)} if replies else {account_id, former}
        mine = [one for one in self._tables.messages.values() if one.account_id in places]
        wanted = [one for one in mine if before is None or one.id < before]
        bare: dict[str, Any] = {
            "subject": "",
            "sealed_body": "",
            "recipient": "",
            "mail": None,
            "mail_at": None,
        }
        bare |= {"answers_to": "", "answered_at": None}
        newest = sorted(wanted, key=lambda one: one.id, reverse=True)[:limit]
        return [one._replace(**bare) for one in newest]

    @act
    def sent_by(self, sender: str, before: str | None, limit: int) -> list[Message]:
        sent = [
            message
            for message in self._tables.messages.values()
            if not message.service
            and not message.account_id.startswith(REPLIES)
            and message.sender == sender
            and (before is None or message.id < before)
        ]
        newest = sorted(sent, key=lambda message: message.id, reverse=True)[:limit]
        return [message._replace(sealed_body="") for message in newest]

    @act
    def stands_alone(self, administrator: AccountId) -> bool:
        return not any(
            account.staff == Kind.ADMINISTRATOR.value
            and account.status is Status.ACTIVE
            and account.password_changed_at is not None
            and account.id != administrator
            for account in self._tables.accounts.values()
        )
