"""What the console's home reads, and the roll-ups that the sweep writes for it: a row for each day. No Scan."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, EventKind, Stretch
from chalicelib.domain.mails import ASIDE, NOTE, WAITS
from chalicelib.domain.overview import Day, Standing
from chalicelib.storage.database import Database
from chalicelib.storage.rows import APART, account_of, event_of
from chalicelib.storage.tables import AccountRow, EventRow, ThrottleRow

KEPT_SECONDS = 40 * 86400  # longer than the page looks back
TOGETHER = 100
# A key of the index begins with its time, and this sorts behind every one of the time it follows.
BEHIND = "~"
ATTEMPT = ["account_id", "at", "kind", "time", "filed_at", "id", "reason", "details", "erased"]
STANDING = (
    AccountRow.id,
    AccountRow.address,
    AccountRow.kind,
    AccountRow.status,
    AccountRow.epoch,
    AccountRow.created_at,
    AccountRow.password_changed_at,
    AccountRow.failures,
    AccountRow.locked_until,
    AccountRow.known_failures,
    AccountRow.known_locked_until,
    AccountRow.undeliverable,
    AccountRow.two_step_on,
    AccountRow.recovery,
)


class Overview:
    """Readings for the console's home, and the counts of a day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def days(self, days: Sequence[str]) -> list[Day]:
        """What is counted of each of these days, in one trip."""
        rows = self._database.read_together(*((ThrottleRow, day_key(day), None) for day in days))
        return [_day_of(day, row) for day, row in zip(days, rows, strict=True)]

    def behind(self, days: Sequence[Day], until: str, limit: int) -> list[Stretch]:
        """So many attempts of each day behind those counted, the oldest first, in one trip."""
        acts = [partial(self._behind, one, until, limit) for one in days]
        with self._database.all_beside(*acts) as reading:
            pass
        return [one.result() for one in reading]

    def _behind(self, day: Day, until: str, limit: int) -> Stretch:
        first = f"{day.reached}{BEHIND}" if day.reached else day.day
        if first > until:
            return Stretch([])
        rows = self._database.query(
            EventRow,
            day.day,
            index=EventRow.by_day,
            range_key_condition=EventRow.at.between(first, until),
            attributes_to_get=ATTEMPT,
            limit=limit,
        )
        return Stretch([event_of(row) for row in rows], rows[-1].at if len(rows) == limit else None)

    def keep(self, old: Day, new: Day, now: float) -> bool:
        """Store what is counted, once: False where somebody else went on from the same place."""
        row = ThrottleRow
        seen = row.count == old.counted if old.counted else row.count.does_not_exist()
        told = {**new._asdict(), "refusals": dict(new.refusals), "locked": list(new.locked)}
        actions = [
            row.count.set(new.counted),
            row.done.set(json.dumps(told)),
            row.expires_at.set(int(now) + KEPT_SECONDS),
        ]
        return self._database.update(row(day_key(new.day)), actions, seen)

    def recent(self, kinds: Sequence[EventKind], months: Sequence[str], limit: int) -> list[Event]:
        """The newest of each kind in each month, in one trip."""
        acts = [partial(self._recent, f"{kind.value}#{month}", limit) for kind in kinds for month in months]
        with self._database.all_beside(*acts) as reading:
            pass
        return [event for one in reading for event in one.result()]

    def _recent(self, key: str, limit: int) -> list[Event]:
        rows = self._database.query(
            EventRow,
            key,
            index=EventRow.by_day,
            attributes_to_get=ATTEMPT,
            scan_index_forward=False,
            limit=limit,
        )
        return [event_of(row) for row in rows]

    def closed(self, limit: int) -> tuple[list[AccountId], list[AccountId]]:
        """So many frozen accounts, and the administrators, in one trip."""
        row = AccountRow
        acts = [
            partial(self._ids, Status.FROZEN.value, row.users_by_status, limit),
            partial(self._ids, Kind.ADMINISTRATOR.value, row.administrators, limit),
        ]
        with self._database.all_beside(*acts) as (frozen, staff):
            pass
        return frozen.result(), staff.result()

    def _ids(self, key: str, index: Any, limit: int) -> list[AccountId]:
        rows = self._database.query(AccountRow, key, index=index, attributes_to_get=["id"], limit=limit)
        return [AccountId(row.id) for row in rows]

    def waiting(self, hours: Sequence[str], limit: int) -> list[AccountId]:
        """Whose mails were put aside in these hours, of so many of each, and have left no note: in two trips, or in
        one where none was put aside. However many wait, none of their events is read.
        """
        with self._database.all_beside(*(partial(self._aside, one, limit) for one in hours)) as reading:
            pass
        keys = [key for one in reading for key in one.result()]
        batches = [keys[first : first + TOGETHER] for first in range(0, len(keys), TOGETHER)]
        with self._database.all_beside(*(partial(self._without_note, some) for some in batches)) as found:
            pass
        return [who for one in found for who in one.result()]

    def _aside(self, hour: str, limit: int) -> list[tuple[str, str]]:
        """The newest of an hour, which are taken up last; the oldest of them first."""
        rows = self._database.query(
            EventRow,
            f"{WAITS}{hour}",
            attributes_to_get=["account_id", "at"],
            scan_index_forward=False,
            limit=limit,
        )
        keys = [row.at.partition(ASIDE) for row in reversed(rows)]
        return [(trail, at) for at, _, trail in keys]

    def _without_note(self, keys: Sequence[tuple[str, str]]) -> list[AccountId]:
        notes = self._database.read_together(
            *((EventRow, trail, f"{at}{NOTE}") for trail, at in keys),
            only={EventRow: (EventRow.account_id, EventRow.at)},
        )
        return [
            AccountId(trail.removesuffix(APART))
            for (trail, _), note in zip(keys, notes, strict=True)
            if note is None
        ]

    def standing(self, accounts: Sequence[AccountId], now: float) -> Mapping[AccountId, Standing]:
        """How these accounts stand now, in one trip; who is not there any more is left out."""
        ids = list(dict.fromkeys(accounts))
        batches = [ids[first : first + TOGETHER] for first in range(0, len(ids), TOGETHER)]
        with self._database.all_beside(*(partial(self._standing, some, now) for some in batches)) as reading:
            pass
        return {one.id: one for some in reading for one in some.result()}

    def _standing(self, ids: Sequence[AccountId], now: float) -> list[Standing]:
        found = self._database.read_together(
            *((AccountRow, one, None) for one in ids), only={AccountRow: STANDING}
        )
        return [_standing_of(row, now) for row in found if row]


def _standing_of(row: AccountRow, now: float) -> Standing:
    """Of a row without its secrets: that there is a seed, `ts` says."""
    account = account_of(row)
    return Standing.of(account._replace(two_step=account.two_step._replace(seed=row.two_step_on)), now)


def day_key(day: str) -> str:
    """Where the roll-up of a day lies."""
    return f"day#{day}"


def _day_of(day: str, row: ThrottleRow | None) -> Day:
    if row is None or not row.done:
        return Day(day)
    told: dict[str, Any] = json.loads(row.done)
    return Day(**told | {"locked": tuple(AccountId(one) for one in told["locked"])})
