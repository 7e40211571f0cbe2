"""The acts on events that stand alone: ask for a reset, record, read the trail."""

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.domain.limits import BAD_LINKS_BY_SOURCE, RESETS_BY_SOURCE
from chalicelib.storage.database import Database
from chalicelib.storage.rows import event_of, event_row
from chalicelib.storage.tables import EventRow
from chalicelib.storage.throttles import reserve


class Events:
    """Acts on the events table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask_reset(self, source: str, event: Event) -> None:
        """Two writes, the same for every address, and no read of any account (EN-04). Raises THROTTLED.

        The account is not touched: a stranger may ask a thousand times and its owner's password and sessions live on.
        """
        reserve(self._database, RESETS_BY_SOURCE, source, event.at)
        self.record(event)

    def count_bad_link(self, source: str, now: float) -> None:
        """Twenty unusable links an hour from one address, then THROTTLED (RS-13)."""
        reserve(self._database, BAD_LINKS_BY_SOURCE, source, now)

    def record(self, event: Event) -> None:
        """Write one event."""
        self._database.put(event_row(event))

    def of_account(self, account_id: AccountId, limit: int = 50) -> list[Event]:
        """The newest events of an account, newest first."""
        rows = self._database.query(EventRow, account_id, scan_index_forward=False, limit=limit)
        return [event_of(row) for row in rows]

    def by_reference(self, reference: str) -> list[Event]:
        """What stands behind a reference a person reads out."""
        return [
            event_of(row) for row in self._database.query(EventRow, reference, index=EventRow.by_reference)
        ]
