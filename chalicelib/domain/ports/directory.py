"""What the console reads."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.accounts import Policy
from chalicelib.domain.addresses import AccountId, DomainId
from chalicelib.domain.brand import Brand
from chalicelib.domain.listing import CameTo, Found, ListedAccount, Wanted
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Reset


class DirectoryActs(Protocol):
    """What the console reads."""

    def users(self, wanted: Wanted, start: str | None, limit: int, *, backwards: bool = False) -> Found:
        """Users by address, behind one or (`backwards`) before it. Few or none may be a page that has a next one."""

    def administered_from(self, domain: DomainId) -> bool:
        """Whether an administrator of all domains has an address in this one, by the index of staff."""

    def withdrawn(self, account_id: AccountId) -> int | None:
        """The epoch of an account whose invitation was withdrawn; None for any other."""

    def user(self, account_id: AccountId) -> ListedAccount | None:
        """One user, strongly consistent, as a line of the list."""

    def several(self, ids: Sequence[AccountId]) -> list[ListedAccount]:
        """Those of them that there are, strongly consistent, as lines of the list."""

    def domains(self, prefix: str, start: str | None, limit: int, *, backwards: bool = False) -> list[Policy]:
        """So many domains with a user or a policy, by name, behind one or (`backwards`) before it."""

    def policy(self, key: str) -> Policy | None:
        """One policy, strongly consistent."""

    def policies(self, domains: Sequence[DomainId]) -> list[Policy]:
        """Those of them that somebody has a user or a policy of, strongly consistent, in one trip."""

    def limit(self, account_id: AccountId) -> tuple[str, ...]:
        """The domains that an account is limited to, strongly consistent; none for one that is not."""

    def brand(self, domain: DomainId) -> tuple[Policy | None, Brand | None]:
        """A domain's policy, None for a domain nobody knows, and its brand, in one strongly consistent trip."""

    def mailed(self, account_id: AccountId) -> list[Reset]:
        """What was mailed to an account, without its hashes."""

    def received(
        self, account_id: AccountId, before: str | None, limit: int, *, replies: bool = False
    ) -> list[Message]:
        """So many messages to an account, or of the `replies` to it, before one of their ids, newest first.

        Of each when, from whom and what became of it; neither its text nor its subject.
        """

    def came_to(self, account_id: AccountId, limit: int) -> CameTo:
        """What was mailed to an account, and so many lines of what it has received, in one trip."""

    def sent_by(self, sender: str, before: str | None, limit: int) -> list[Message]:
        """What one sender sent before that message, newest first, without bodies."""

    def stands_alone(self, administrator: AccountId) -> bool:
        """Whether no other administrator could help this one: active, with a password of their own."""
