"""Setting a password, and the links that may."""

from typing import Protocol

from chalicelib.domain.accounts import Account, NewPassword, Policy
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Digest


class PasswordActs(Protocol):
    """Setting a password, and the links that may."""

    def by_link(self, key: str) -> Reset | None:
        """What a link stands for; spends nothing."""

    def standing(self, key: str, who: AccountId) -> tuple[Reset | None, Account | None, Policy | None]:
        """A link, the account it is said to be of, and its domain's policy."""

    def set_by_link(self, reset: Reset, new: NewPassword, event: Event) -> bool:
        """Spend a link."""

    def change(self, account: Account, old: Digest, session: Session, new: NewPassword, event: Event) -> bool:
        """Change inside a session."""

    def freeze(self, reset: Reset, event: Event, *, undoes: bool = False) -> bool:
        """The owner's "this was not me"; with the second step it is about, where it undoes that."""
