"""What administrators change."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.accounts import Account, PolicyChange
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import BrandChange
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message


class AdministrationActs(Protocol):
    """Changes by an administrator; False where something changed meanwhile, and nothing was written.

    Each raises OVERTAKEN, with what was `done`, where the actor's form has done this a moment ago (WB-20).
    """

    def apply(
        self,
        actor: Actor,
        old: Account,
        new: Account,
        events: Sequence[Event],
        formers: Sequence[AccountId] = (),
        domains: Sequence[str] | None = None,
    ) -> bool:
        """Store the difference with its events, if actor and account are still as they were seen; and the status of
        these former addresses of the account, or the domains that it is limited to.
        """

    def apply_policy(self, actor: Actor, change: PolicyChange, event: Event) -> bool:
        """Store a policy with its event."""

    def apply_brand(self, actor: Actor, change: BrandChange, event: Event) -> bool:
        """Store a domain's brand with its event."""

    def recall(self, actor: Actor, message: Message, event: Event) -> bool:
        """Take a message back that nobody has read."""
