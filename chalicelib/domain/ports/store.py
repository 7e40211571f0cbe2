"""The store: all acts, by family."""

from contextlib import AbstractContextManager
from typing import Protocol

from chalicelib.domain.ports.accounts import AccountActs
from chalicelib.domain.ports.administration import AdministrationActs
from chalicelib.domain.ports.bus import BusActs
from chalicelib.domain.ports.directory import DirectoryActs
from chalicelib.domain.ports.erasing import ErasingActs
from chalicelib.domain.ports.events import EventActs
from chalicelib.domain.ports.health import HealthActs
from chalicelib.domain.ports.logons import LogonActs
from chalicelib.domain.ports.messages import MessageActs
from chalicelib.domain.ports.moves import MoveActs
from chalicelib.domain.ports.outbox import OutboxActs
from chalicelib.domain.ports.overview import OverviewActs
from chalicelib.domain.ports.passwords import PasswordActs
from chalicelib.domain.ports.preferences import PreferenceActs
from chalicelib.domain.ports.replies import ReplyActs
from chalicelib.domain.ports.sendings import SendingActs
from chalicelib.domain.ports.services import ServiceActs
from chalicelib.domain.ports.sessions import SessionActs
from chalicelib.domain.ports.two_steps import TwoStepActs


class Store(Protocol):
    """All acts, by family."""

    @property
    def accounts(self) -> AccountActs:
        """Finding and making accounts."""

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
    def erasing(self) -> ErasingActs:
        """Accounts that are to go, and all there is of them."""

    @property
    def health(self) -> HealthActs:
        """Whether the tables can be read."""

    @property
    def messages(self) -> MessageActs:
        """Messages, sent and read."""

    @property
    def replies(self) -> ReplyActs:
        """What recipients write back."""

    @property
    def moves(self) -> MoveActs:
        """Changes of an address."""

    @property
    def services(self) -> ServiceActs:
        """Sending systems and their keys."""

    @property
    def sendings(self) -> SendingActs:
        """What sending systems send."""

    @property
    def administration(self) -> AdministrationActs:
        """What administrators write."""

    @property
    def directory(self) -> DirectoryActs:
        """What the console reads."""

    @property
    def overview(self) -> OverviewActs:
        """What the console's home shows."""

    @property
    def outbox(self) -> OutboxActs:
        """Mails that are due, and what became of them."""

    @property
    def bus(self) -> BusActs:
        """Events on their way to other systems."""

    def request(self, seconds: float | None = None) -> AbstractContextManager[None]:
        """One request's time (RL-01), ten seconds where none is said; no act that could not end in it begins."""
