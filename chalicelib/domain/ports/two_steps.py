"""2-step verification."""

from typing import Protocol

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.sessions import Session
from chalicelib.domain.tokens import Digest


class TwoStepActs(Protocol):
    """2-step verification."""

    def reserve_code(
        self, account_id: AccountId, now: float, *, known: bool = False
    ) -> tuple[bool, Account | None]:
        """Count a code attempt before it is verified; apart from strangers', if the session is from where one was."""

    def give_back_code(self, account: Account, *, known: bool = False) -> None:
        """Take back an attempt whose code was right; raises nothing."""

    def propose(self, account_id: AccountId, epoch: int, sealed_seed: str, until: float) -> bool:
        """A seed that is not active yet."""

    def propose_move(
        self,
        account: Account,
        proof: tuple[int | None, str | None],
        pending: tuple[str, float],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        """A seed that is not active yet beside the one in force, by a code of that one."""

    def enrol(
        self,
        account: Account,
        sealed_seed: str,
        step: int,
        recovery: list[str],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        """Make the proposed seed active, sealed anew for the account alone, in place of one in force."""

    def accept_code_step(
        self,
        account: Account,
        step: int,
        old: Digest,
        session: Session,
        event: Event,
        network: str | None = None,
    ) -> bool:
        """Use up a time step."""

    def accept_recovery_code(
        self,
        account: Account,
        digest: str,
        old: Digest,
        session: Session,
        event: Event,
        network: str | None = None,
    ) -> bool:
        """Use up a recovery code."""

    def renew(
        self,
        account: Account,
        step: int | None,
        recovery: list[str],
        old: Digest,
        session: Session,
        event: Event,
    ) -> bool:
        """Other recovery codes in place of all there are."""

    def remove(self, account: Account, step: int | None, old: Digest, session: Session, event: Event) -> bool:
        """Take the second step away."""
