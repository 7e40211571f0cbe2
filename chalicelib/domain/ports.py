"""The ports: what the steps ask of the store, each one atomic act (design, section 3).

`storage` implements them on DynamoDB, the tests in memory. Every act may raise `Unavailable`; then nothing of it
happened, or asking again is safe.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from chalicelib.domain.accounts import Account, NewPassword, Policy, Preferences
from chalicelib.domain.addresses import AccountId, DomainId
from chalicelib.domain.admin_ports import AdministrationActs, DirectoryActs
from chalicelib.domain.events import Event
from chalicelib.domain.limits import Limit
from chalicelib.domain.logons import Admission
from chalicelib.domain.mails import Due
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session, Standing
from chalicelib.domain.tokens import Digest
from chalicelib.domain.two_step_ports import TwoStepActs


class LogonActs(Protocol):
    """Logging on with a password."""

    def admit(self, source: str, account_id: AccountId, temporary_name: str | None, now: float) -> Admission:
        """Read what does not depend on the account; raises THROTTLED."""

    def reserve_attempt(self, account_id: AccountId, now: float) -> tuple[bool, Account | None]:
        """Count the attempt before it is verified."""

    def open(
        self,
        account: Account,
        session: Session,
        event: Event,
        *,
        burn: str | None = None,
        rehash: str | None = None,
        client: str | None = None,
    ) -> Session | None:
        """The one doorway to a session."""

    def refuse(
        self, event: Event, account: Account | None, *, counter: str | None, counted: bool, outside: bool
    ) -> None:
        """Record a refusal, count it for its source (not inside a session) and set the lock it earned."""


class SessionActs(Protocol):
    """Sessions."""

    def standing(self, who: tuple[AccountId, Digest] | None) -> Standing:
        """All the authorizer judges by."""

    def touch(self, session: Session, now: float) -> None:
        """Write last-seen."""

    def of_account(self, account_id: AccountId) -> list[Session]:
        """Every stored session of an account."""

    def move_on(self, old: Digest, session: Session, event: Event) -> bool:
        """A new secret for a session that has proved more."""

    def end(self, account_id: AccountId, digests: list[Digest], event: Event) -> None:
        """End sessions."""


class PasswordActs(Protocol):
    """Setting a password, and the links that may."""

    def by_link(self, key: str) -> Reset | None:
        """What a link stands for; spends nothing."""

    def owner(self, account_id: AccountId) -> tuple[Account | None, Policy | None]:
        """Account and domain policy."""

    def set_by_link(self, reset: Reset, new: NewPassword, event: Event) -> bool:
        """Spend a link."""

    def change(self, old: Digest, session: Session, new: NewPassword, event: Event) -> bool:
        """Change inside a session."""

    def freeze(self, reset: Reset, event: Event) -> bool:
        """The owner's "this was not me"."""


class PreferenceActs(Protocol):
    """Language and time zone."""

    def choose(self, account_id: AccountId, epoch: int, chosen: Preferences, event: Event) -> bool:
        """Keep what was chosen; False for an account that has moved on."""


class EventActs(Protocol):
    """Events that stand alone."""

    def ask_reset(self, source: str, event: Event) -> None:
        """Ask for a reset: the same two writes for every address."""

    def count_bad_link(self, source: str, now: float) -> None:
        """Throttle guesses of links."""

    def record(self, event: Event) -> None:
        """Write one event."""

    def of_account(self, account_id: AccountId, limit: int = 50) -> list[Event]:
        """The trail of an account."""

    def by_reference(self, reference: str) -> list[Event]:
        """What stands behind a reference."""


class MessageActs(Protocol):
    """Messages, and the accounts they bring about."""

    def invite(self, account: Account, event: Event) -> bool:
        """Make an account once."""

    def send(self, message: Message, event: Event) -> None:
        """Store a message with its notice."""

    def of_account(self, account_id: AccountId) -> list[Message]:
        """The messages of an account."""

    def read(self, account_id: AccountId, message_id: str) -> Message | None:
        """One message of this account."""

    def mark_read(self, message: Message, event: Event) -> bool:
        """Note the first reading; False for a message that was recalled meanwhile."""


class OutboxActs(Protocol):
    """The mail worker's acts."""

    def due(self, event: Event, note: Event, sender: DomainId) -> Due:
        """Whom an event is about, whether its mail is out, and the brand of the domain it is sent for."""

    def account(self, account_id: AccountId) -> Account | None:
        """One account."""

    def event_of(self, image: Mapping[str, Any]) -> Event:
        """A row as the stream's record shows it."""

    def issue(
        self,
        resets: Sequence[Reset],
        epoch: int,
        asked_at: float,
        limits: Sequence[Limit],
        budget_at: float | None = None,
    ) -> str | None:
        """Store what a mail will carry; raises `Unavailable` while the portal's mails of `budget_at` are used up."""

    def note(self, note: Event) -> None:
        """Leave the note of a mail."""

    def unsettled(self, hour: str) -> Sequence[Event]:
        """The events of an hour (`2026-11-27T01`) whose mail left no note, oldest first."""


class Store(Protocol):
    """All acts, by family."""

    @property
    def logons(self) -> LogonActs:
        """Logging on with a password."""

    @property
    def sessions(self) -> SessionActs:
        """Sessions, opened, used and ended."""

    @property
    def passwords(self) -> PasswordActs:
        """Setting passwords."""

    @property
    def two_steps(self) -> TwoStepActs:
        """2-step verification."""

    @property
    def preferences(self) -> PreferenceActs:
        """Language and time zone."""

    @property
    def events(self) -> EventActs:
        """Events that stand alone."""

    @property
    def messages(self) -> MessageActs:
        """Messages, and the accounts they bring about."""

    @property
    def administration(self) -> AdministrationActs:
        """What administrators write."""

    @property
    def directory(self) -> DirectoryActs:
        """What the console reads."""

    @property
    def outbox(self) -> OutboxActs:
        """What the mail worker does."""

    def request(self) -> AbstractContextManager[None]:
        """One request's time (RL-01); no act after it is over begins."""


class PasswordHasher(Protocol):
    """Argon2id with a pepper; see `domain/hashing.py`."""

    def hash(self, password: str) -> str:
        """A hash to store."""

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one's; None costs the same and is never right."""

    def needs_rehash(self, stored: str) -> bool:
        """Whether a stored hash is older than today's parameters."""
