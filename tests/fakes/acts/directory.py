"""The fake store's acts of reading for the console."""

from __future__ import annotations

from chalicelib.domain.accounts import Account, Kind, ListedAccount, Policy, Status
from chalicelib.domain.addresses import AccountId, DomainId, domain_of
from chalicelib.domain.brand import Brand
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Reset
from tests.fakes.tables import Family, act


def _line(account: Account) -> ListedAccount:
    invited_at = account.created_at if account.password_changed_at is None else None
    return ListedAccount(account.address, account.kind.value, account.status.value, invited_at)


class Directory(Family):
    """`ports.DirectoryActs`."""

    @act
    def users(
        self, domain: str, prefix: str, after: str | None, limit: int
    ) -> tuple[list[ListedAccount], str | None]:
        found = sorted(
            (account for account in self._tables.accounts.values() if domain_of(account.address) == domain),
            key=lambda account: account.address,
        )
        listed = [
            _line(account)
            for account in found
            if account.address.startswith(prefix) and account.address > (after or "")
        ]
        return listed[:limit], (listed[limit - 1].address if len(listed) > limit else None)

    @act
    def user(self, account_id: AccountId) -> ListedAccount | None:
        found = self._tables.accounts.get(account_id)
        return _line(found) if found else None

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
    def sent_by(self, sender: str, before: str | None, limit: int) -> list[Message]:
        sent = [
            message
            for message in self._tables.messages.values()
            if message.sender == sender and (before is None or message.id < before)
        ]
        newest = sorted(sent, key=lambda message: message.id, reverse=True)[:limit]
        return [message._replace(sealed_body="") for message in newest]

    @act
    def stands_alone(self, administrator: AccountId) -> bool:
        return not any(
            account.kind is Kind.ADMINISTRATOR
            and account.status is Status.ACTIVE
            and account.password_changed_at is not None
            and account.id != administrator
            for account in self._tables.accounts.values()
        )
