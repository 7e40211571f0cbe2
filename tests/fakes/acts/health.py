"""The fake store's act on all tables at once."""

from __future__ import annotations

from chalicelib.domain.events import Event
from chalicelib.domain.mails import hour
from tests.fakes.tables import Family, act


class Health(Family):
    """`ports.HealthActs`."""

    @act
    def reach(self, asked: Event | None) -> str | None:
        if asked is None:
            return None
        hours = (self._tables.aside.get(hour(asked.at + later), {}) for later in (0, 3600))
        rows = (row for one in hours for row in one.items())
        return next((cause for (at, _), cause in rows if at == asked.sort_key), None)
