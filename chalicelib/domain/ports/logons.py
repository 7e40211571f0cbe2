"""Logging on with a password."""

from typing import Protocol

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.logons import Admission
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Digest


class LogonActs(Protocol):
    """Logging on with a password."""

    def admit(self, source: str, account_id: AccountId, temporary_name: str | None, now: float) -> Admission:
        """Read what does not depend on the account; raises THROTTLED."""

    def reserve_attempt(
        self, account_id: AccountId, now: float, *, known: bool = False
    ) -> tuple[bool, Account | None]:
        """Count the attempt before it is verified; apart from strangers', if it is from where its owner was before."""

    def give_back(self, account: Account, *, known: bool = False) -> None:
        """Take back an attempt whose password was right, or not looked at; raises nothing."""

    def open(
        self,
        account: Account,
        session: Session,
        event: Event,
        *,
        burn: str | None = None,
        rehash: str | None = None,
        client: str | None = None,
        network: str | None = None,
    ) -> Session | None:
        """The one doorway to a session."""

    def opened(self, account_id: AccountId, digest: Digest, now: float, *, known: bool) -> Session | None:
        """The session that this very logon opened a moment ago; its repeat is no attempt."""

    def refuse(
        self,
        event: Event,
        account: Account | None,
        *,
        counter: str,
        counted: bool,
        outside: bool,
        known: bool = False,
    ) -> None:
        """Record a refusal, count it for its source and set the lock it earned."""
