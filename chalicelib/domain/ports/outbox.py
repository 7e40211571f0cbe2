"""Mails that are due, and what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chalicelib.domain.addresses import DomainId
from chalicelib.domain.events import Event
from chalicelib.domain.limits import Limit
from chalicelib.domain.mails import Claim, Due
from chalicelib.domain.resets import Noted, Reset


class OutboxActs(Protocol):
    """Mails that are due, and what became of them."""

    def due(self, event: Event, note: Event, sender: DomainId) -> Due:
        """Whom an event is about, whether its mail is out, the brand it is sent under, and the claim on it."""

    def claim(self, event: Event, seen: Claim, made: Claim, run: str) -> bool:
        """Claim its mail for this run; False where another did since `seen` was read."""

    def release(self, event: Event, seen: Claim, run: str) -> None:
        """Take this run's claim back, to what it was."""

    def put_aside(self, trail: str, at: str, cause: str, now: float) -> None:
        """Let the event under this key wait for its mail outside of the stream."""

    def waiting(self, hour: str) -> Sequence[Event]:
        """What was put aside in an hour and has left no note yet, oldest first."""

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

    def renew(self, reset: Reset, epoch: int) -> bool:
        """Let a link that an earlier mail carries hold for this epoch; False where there is none, or it moved on."""

    def tell_administrators(self, event: Event) -> int:
        """Make it an event of every other active administrator; how many they are."""

    def note(self, note: Event) -> None:
        """Leave the note of a mail."""

    def noted(self, message_id: str) -> Noted | None:
        """What the note of the mail with this id of SES's says; None where none holds it, or none yet."""

    def record_delivery(self, event: Event, undeliverable: str | None) -> None:
        """Note what SES tells of a mail, once; a hard bounce or a complaint stops self-service mails."""

    def unfinished(self, hour: str, now: float) -> Sequence[Event]:
        """Of each account the first logon of an hour whose code did not come in its time."""

    def unsettled(self, hour: str) -> Sequence[Event]:
        """The events of an hour (`2026-11-27T01`) whose mail left no note, oldest first."""
