"""The act on all tables at once: whether each can be read, for who asks how the portal is."""

from chalicelib.domain.events import Event
from chalicelib.domain.mails import ASIDE, WAITS, hour
from chalicelib.storage.database import Database
from chalicelib.storage.rows import trail_key
from chalicelib.storage.tables import (
    AccountRow,
    EventRow,
    MessageRow,
    PolicyRow,
    ResetRow,
    ServiceRow,
    SessionRow,
    ThrottleRow,
)

NOBODY = "nobody"  # no key has this form
HOUR = 3600


class Health:
    """One trip to everywhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def reach(self, asked: Event | None) -> str | None:
        """A strongly consistent read of each of the eight tables, in one trip; raises Unavailable.

        Of the events what it reads is of use: why the mail that was `asked` for waits outside of the stream, or None.
        """
        *_, first, second = self._database.read_together(
            (AccountRow, NOBODY, None),
            (ResetRow, NOBODY, None),
            (SessionRow, NOBODY, NOBODY),
            (PolicyRow, NOBODY, None),
            (ThrottleRow, NOBODY, None),
            (MessageRow, NOBODY, NOBODY),
            (ServiceRow, NOBODY, NOBODY),
            *((EventRow, *key) for key in _aside(asked)),
            only={AccountRow: [AccountRow.epoch], ServiceRow: [ServiceRow.name]},
        )
        row = first or second
        return None if row is None else str((row.details or {}).get("cause"))


def _aside(asked: Event | None) -> list[tuple[str, str]]:
    """Where an event lies that was put aside: in the hour of that, which is its own or the next."""
    if asked is None:
        return [(NOBODY, "1"), (NOBODY, "2")]
    key = f"{asked.sort_key}{ASIDE}{trail_key(asked)}"
    return [(f"{WAITS}{hour(asked.at + later)}", key) for later in (0, HOUR)]
