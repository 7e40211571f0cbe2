"""Accounts: finding one, making one. What changes one afterwards is the other families'."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.accounts import Account, Policy
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.services import Sender


class AccountActs(Protocol):
    """Finding and making accounts."""

    def find(self, account_id: AccountId) -> tuple[Account | None, Policy | None]:
        """An account and its domain's policy."""

    def read(self, account_id: AccountId) -> Account | None:
        """One account, where its domain does not matter."""

    def invite(
        self, account: Account, event: Event, actor: Actor | Sender | None = None, over: int | None = None
    ) -> bool:
        """Make an account, once; False where there is one. Raises for an `actor` who may no longer: CONFLICT, or
        SESSION_REQUIRED for a service. `over`: in place of one that was withdrawn and is still at this epoch.
        """

    def invite_all(self, invited: Sequence[tuple[Account, Event]], actor: Actor) -> set[AccountId]:
        """Make so many accounts as go together, all or none. Of none: those that were there already.

        Raises CONFLICT for an `actor` who may no longer.
        """

    def set_up(self, account: Account, event: Event) -> bool:
        """Make one that is no person's, whose domain is listed nowhere; False where it is there."""
