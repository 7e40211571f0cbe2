"""The events stream of a test's portal: what is new in the events table, whichever store keeps it."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.ports import Store
from chalicelib.storage.tables import EventRow
from infra.gateway.event_filter import wakes
from infra.workers import patterns
from tests.fakes.store import FakeStore

Record = dict[str, Any]
FILTER = patterns("send_mail")


class Stream:
    """Brings each event once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._brought: set[tuple[str, str]] = set()

    def records(self) -> list[Record]:
        """What has not been brought yet, as one batch."""
        if isinstance(self._store, FakeStore):
            return self._store.records()
        rows = {(row.account_id, row.at): row for row in EventRow.scan(consistent_read=True)}
        new = {key: row for key, row in rows.items() if key not in self._brought}
        self._brought |= set(new)
        records = [record(row.serialize(), number) for number, row in enumerate(new.values(), 1)]
        return [one for one in records if wakes(FILTER, one)]


def record(image: dict[str, Any], number: int = 1) -> Record:
    """One new row, as the stream tells of it."""
    keys = {name: image[name] for name in ("account_id", "at")}
    return {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": str(number), "Keys": keys, "NewImage": image},
    }
