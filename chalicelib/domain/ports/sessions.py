"""Sessions: who is asking, a new secret for an old one, the end."""

from typing import Protocol

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.sessions import Session, Standing
from chalicelib.domain.tokens import Digest


class SessionActs(Protocol):
    """Sessions."""

    def standing(self, who: tuple[AccountId, Digest] | None, *, console: bool = False) -> Standing:
        """All the authorizer judges by; of the account nothing else, above all no password hash (LO-07).

        Of the `console` also the domains that a limited account may reach.
        """

    def touch(self, session: Session, now: float) -> None:
        """Write last-seen."""

    def of_account(self, account_id: AccountId) -> list[Session]:
        """Every stored session of an account."""

    def repeated(self, account_id: AccountId, old: Digest, new: Digest, now: float) -> Session | None:
        """The session `new` that took the place of `old` a moment ago; counts who asks."""

    def answered(self, account_id: AccountId, digest: Digest, now: float) -> Session | None:
        """The session whose secret answered a form a moment ago; counts who asks."""

    def move_on(self, old: Digest, session: Session, event: Event) -> bool:
        """A new secret for a session that has proved more."""

    def reserve_confirmation(self, account_id: AccountId, digest: Digest) -> tuple[int, Account | None]:
        """Count a confirmation in this session before it is looked at: which one it is, 0 for one too many."""

    def give_back_confirmation(self, account_id: AccountId, digest: Digest) -> None:
        """Take back one that nobody could look at. Raises nothing."""

    def confirmed(self, account_id: AccountId, digest: Digest) -> None:
        """A right confirmation that led no further: the session starts to count afresh. Raises nothing."""

    def end(
        self, account_id: AccountId, digests: list[Digest], *events: Event, present: bool = False
    ) -> bool:
        """End sessions, with what tells of it; whether that was done, where all of them must be there."""
