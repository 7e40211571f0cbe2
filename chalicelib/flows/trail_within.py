"""A trail as whoever asks may be told it: of accounts within their reach, and naming none of another domain (ADR 58).

Every page and file of the console that shows events reads them here.
"""

from typing import TYPE_CHECKING

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Stretch, Trail
from chalicelib.domain.reach import retold_to, told_to
from chalicelib.web.request import Request

if TYPE_CHECKING:
    from chalicelib.domain.ports.events import EventActs


class TrailWithin:
    """The readings of `EventActs` that the console shows; they end where those end."""

    def __init__(self, request: Request) -> None:
        self._acts: EventActs = request.store.events
        self._may_see, self._retold = told_to(request.known), retold_to(request.known)

    def trail(self, account_id: AccountId, before: str | None, limit: int) -> Trail:
        """Both sides of an account's trail."""
        return Trail(*map(self._told, self._acts.trail(account_id, before, limit)))

    def changes(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        """Its state changes alone."""
        return self._told(self._acts.changes(account_id, before, limit))

    def done_by(self, actor: AccountId, before: str | None, limit: int) -> Stretch:
        """What somebody did to others."""
        return self._told(self._acts.done_by(actor, before, limit))

    def _told(self, read: Stretch) -> Stretch:
        return read._replace(events=[self._retold(one) for one in read.events if self._may_see(one)])
