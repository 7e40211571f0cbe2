"""The ports of the console: what its steps ask of the store, each one atomic act or one reading."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.accounts import Account, ListedAccount, Policy, PolicyChange
from chalicelib.domain.addresses import AccountId, DomainId
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import Brand, BrandChange
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Reset


class AdministrationActs(Protocol):
    """Changes by an administrator; False where something changed meanwhile, and nothing was written."""

    def apply(self, actor: Actor, old: Account, new: Account, events: Sequence[Event]) -> bool:
        """Store the difference with its events, if actor and account are still as they were seen."""

    def invite(self, actor: Actor, account: Account, event: Event) -> bool:
        """Make an account once; raises CONFLICT when the actor may no longer."""

    def apply_policy(self, actor: Actor, change: PolicyChange, event: Event) -> bool:
        """Store a policy with its event."""

    def apply_brand(self, actor: Actor, change: BrandChange, event: Event) -> bool:
        """Store a domain's brand with its event."""

    def recall(self, actor: Actor, message: Message, event: Event) -> bool:
        """Take a message back that nobody has read."""

    def record_delivery(self, event: Event, undeliverable: str | None) -> None:
        """Note what became of a mail, once; a hard bounce or a complaint stops self-service mails."""


class DirectoryActs(Protocol):
    """What the console reads."""

    def users(
        self, domain: str, prefix: str, after: str | None, limit: int
    ) -> tuple[list[ListedAccount], str | None]:
        """The users of a domain by address, and where the next page begins."""

    def domains(self) -> list[Policy]:
        """Every domain with a user or a policy."""

    def policy(self, key: str) -> Policy | None:
        """One policy, strongly consistent."""

    def brand(self, domain: DomainId) -> tuple[Policy | None, Brand | None]:
        """A domain's policy, None for a domain nobody knows, and its brand, in one strongly consistent trip."""

    def mailed(self, account_id: AccountId) -> list[Reset]:
        """What was mailed to an account, without its hashes."""

    def attempts_of_day(self, day: str, limit: int) -> list[Event]:
        """The attempts of one day (YYYY-MM-DD), newest first."""

    def sent_by(self, sender: str, limit: int) -> list[Message]:
        """What one sender sent, newest first, without bodies."""
