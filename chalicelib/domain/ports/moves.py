"""Changes of an address."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.domain.moves import Carried, OfOwner, Standing
from chalicelib.domain.resets import Reset


class MoveActs(Protocol):
    """Changes of an address, and what is carried over after one."""

    def ask(self, actor: Actor, account: Account, pending: Reset, events: Sequence[Event]) -> bool:
        """Let a change wait for its proof, in place of one before. Raises EXISTS where somebody has the address; False
        where account or actor are not as they were.
        """

    def standing(self, link: Reset) -> Standing:
        """What a link of a new address stands for, in one trip; spends nothing."""

    def confirm(
        self, link: Reset, old: Account, new: Account, events: Sequence[Event], domains: Sequence[str] = ()
    ) -> bool:
        """Spend the link and move the account, if it is in every respect as it was read; False otherwise.

        `domains`: those that it is limited to, if it is.
        """

    def formers(self, who: AccountId) -> list[AccountId]:
        """The ids of the addresses that an account had before."""

    def of_owner(self, who: AccountId) -> OfOwner:
        """The change that waits, in force or not, and the former addresses themselves, in one trip."""

    def waiting(self, limit: int) -> list[Carried]:
        """What is still to be carried over."""

    def left(self, old: AccountId, limit: int) -> list[Message]:
        """So many messages that still lie under a former address."""

    def carry(self, old: Message, new: Message) -> bool:
        """Put one message under its new key, unless something happened to it since it was read."""

    def carried(self, move: Carried) -> None:
        """Nothing lies under the former address any more."""
