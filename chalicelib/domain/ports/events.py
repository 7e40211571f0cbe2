"""Events that stand alone."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, Stretch, Trail
from chalicelib.domain.limits import RESETS_BY_SOURCE

if TYPE_CHECKING:
    from chalicelib.domain.repeats import Once


class EventActs(Protocol):
    """Events that stand alone."""

    def ask_reset(
        self, source: str, event: Event, once: "Once | None" = None, most: int = RESETS_BY_SOURCE.most
    ) -> None:
        """Ask for a reset: the same writes for every address; raises OVERTAKEN for the repeat of a form."""

    def count_bad_link(self, source: str, now: float) -> None:
        """Throttle guesses of links."""

    def images(self, keys: Sequence[tuple[str, str]]) -> Sequence[Mapping[str, Any] | None]:
        """The events of these keys as they are stored, a hundred at most; None for one that is not there."""

    def record(self, event: Event) -> None:
        """Write one event."""

    def record_strangers(self, source: str, event: Event) -> None:
        """Write one event of nobody's account, if few were written; raises THROTTLED where they were not."""

    def recording(self, event: Event) -> AbstractContextManager[None]:
        """Write one event beside what is read meanwhile; the end waits for it, and fails where it failed."""

    def of_account(self, account_id: AccountId, limit: int = 50) -> list[Event]:
        """The trail of an account."""

    def changes(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        """The state changes of an account, of so many rows before a position."""

    def trail(self, account_id: AccountId, before: str | None, limit: int) -> Trail:
        """Both sides of its trail, so many rows of each before a position."""

    def history(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        """What happened to an account, under former addresses too, in one row; so many rows of each side."""

    def attempts(self, days: Sequence[str], before: str | None, limit: int) -> list[Stretch]:
        """The attempts of each of these days, newest first, so many of each."""

    def done_by(self, actor: AccountId, before: str | None, limit: int) -> Stretch:
        """What somebody did to others, of so many rows before a position."""

    def by_reference(self, reference: str) -> list[Event]:
        """What stands behind a reference."""
