"""The acts on events that stand alone: ask for a reset, record, read the trail."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event, Stretch, Trail
from chalicelib.domain.limits import (
    BAD_LINKS_BY_SOURCE,
    RESETS_BY_SOURCE,
    SHUT_OUTS,
    SHUT_OUTS_BY_SOURCE,
    Limit,
)
from chalicelib.domain.refusals import Refusal
from chalicelib.storage.database import Database
from chalicelib.storage.rows import APART, event_of, event_row
from chalicelib.storage.tables import EventRow
from chalicelib.storage.throttles import release, reserve, reserve_in, throttled

if TYPE_CHECKING:
    from chalicelib.domain.repeats import Once

ABOUT = 12  # characters of an account's id, which tell the few apart that one source asks about


class Events:
    """Acts on the events table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask_reset(
        self,
        source: str,
        event: Event,
        once: "Once | None" = None,
        most: int = RESETS_BY_SOURCE.most,
    ) -> None:
        """One transaction, the same for every address, and no read of any account (EN-04). Raises THROTTLED.

        The account is not touched: a stranger may ask a thousand times and its owner's password and sessions live on.
        Attack: behind one address of an office, twenty who have forgotten theirs shut out the twenty-first; and one who
        presses the button twenty times shuts out everybody. Defence: of a source the accounts are counted, by an end of
        their id, and how many is the stage's.
        Attack: whoever knows when the store fails asks about an account again, and with the place that is given back
        the account goes that an earlier request has counted: one more is asked about. Defence: place and event are
        written together or not at all, so nothing is ever given back (RS-13).
        Of a form, its mark too: its repeat takes no place of its source, and raises OVERTAKEN (WB-20).
        """
        from chalicelib.storage.repeats import committed, once_in  # noqa: PLC0415 - for the one step that asks

        limit = RESETS_BY_SOURCE._replace(most=most)
        transaction = self._database.transaction()
        reserve_in(transaction, "source", limit, source, event.at, event.account_id[-ABOUT:])
        if once is not None:
            once_in(transaction, once)
        transaction.add("event", event_row(event))
        if committed(transaction):
            raise throttled(limit, event.at)

    def count_bad_link(self, source: str, now: float) -> None:
        """Twenty unusable links an hour from one address, then THROTTLED (RS-13)."""
        reserve(self._database, BAD_LINKS_BY_SOURCE, source, now)

    def images(self, keys: Sequence[tuple[str, str]]) -> list[Mapping[str, Any] | None]:
        """These events as they are stored, also such as nobody can read; a hundred at most."""
        table = EventRow.Meta.table_name
        wanted = [{"account_id": {"S": trail}, "at": {"S": at}} for trail, at in dict.fromkeys(keys)]
        requests = {table: {"Keys": wanted, "ConsistentRead": True}} if wanted else {}
        found = self._database.read_all(requests).get(table, [])
        rows = {(item["account_id"]["S"], item["at"]["S"]): item for item in found}
        return [rows.get(key) for key in keys]

    def record(self, event: Event) -> None:
        """Write one event, unless it is there: then this is a repetition, or a reading that is told already (TR-09)."""
        self._database.put(event_row(event), EventRow.at.does_not_exist())

    def record_strangers(self, source: str, event: Event) -> None:
        """Write one event of nobody's account: of its source the only one for a while, of all one of a few (IP-09)."""
        taken: list[tuple[Limit, str]] = []
        try:
            for limit, subject in ((SHUT_OUTS_BY_SOURCE, source), (SHUT_OUTS, "strangers")):
                reserve(self._database, limit, subject, event.at)
                taken.append((limit, subject))
            self.record(event)
        except Refusal:  # once there is room again, or the store answers, it is written
            for limit, subject in taken:
                release(self._database, limit, subject, event.at)
            raise

    @contextmanager
    def recording(self, event: Event) -> Iterator[None]:
        """Write one event beside what is read in the block: it costs no trip of its own.

        Attack: whoever reads what they should not does it while the trail cannot be written. Defence: the block ends
        with the event written, or it fails, and what was read is shown to nobody (AD-10).
        """
        with self._database.all_beside(lambda: self.record(event)) as (writing,):
            yield
        writing.result()

    def of_account(self, account_id: AccountId, limit: int = 50) -> list[Event]:
        """The newest events of an account, changes and all else, newest first."""
        return list(self.trail(account_id, None, limit).together().events[:limit])

    def changes(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        """Its state changes alone, of so many rows: the notes of their mails lie beside them, and older rows."""
        rows = self._stretch(account_id, before, limit)
        return rows._replace(events=[one for one in rows.events if one.kind.changes])

    def trail(self, account_id: AccountId, before: str | None, limit: int) -> Trail:
        """Both sides of its trail, so many rows of each, in one trip."""
        with self._database.all_beside(lambda: self._stretch(f"{account_id}{APART}", before, limit)) as (
            reading,
        ):
            changes = self._stretch(account_id, before, limit)
        return Trail(changes, reading.result())

    def history(self, account_id: AccountId, before: str | None, limit: int) -> Stretch:
        """Both sides of its trail in one row, and of its former addresses', where it has any, by a second trip."""
        from chalicelib.domain.trail import joined  # noqa: PLC0415 - for those who look back behind a change
        from chalicelib.storage.accounts import formers  # noqa: PLC0415 - as above

        with self._database.all_beside(lambda: formers(self._database, account_id)) as (reading,):
            own = self.trail(account_id, before, limit)
        keys = [f"{one}{side}" for one in reading.result() for side in ("", APART)]
        acts = [partial(self._stretch, key, before, limit) for key in keys]
        with self._database.all_beside(*acts) as further:
            pass
        return joined([*own, *(one.result() for one in further)])

    def done_by(self, actor: AccountId, before: str | None, limit: int) -> Stretch:
        """What somebody did to others, of so many rows, from whichever trail they lie in."""
        return self._stretch(actor, before, limit, index=EventRow.by_actor)

    def by_reference(self, reference: str) -> list[Event]:
        """What stands behind a reference a person reads out."""
        return [
            event_of(row) for row in self._database.query(EventRow, reference, index=EventRow.by_reference)
        ]

    def attempts(self, days: Sequence[str], before: str | None, limit: int) -> list[Stretch]:
        """The attempts of each of these days (YYYY-MM-DD), newest first, so many of each, in one trip."""
        acts = [partial(self._stretch, day, before, limit, index=EventRow.by_day) for day in days]
        with self._database.all_beside(*acts) as reading:
            pass
        return [one.result() for one in reading]

    def _stretch(self, key: str, before: str | None, limit: int, **where: Any) -> Stretch:
        """So many rows of one key. A position is not taken from DynamoDB: it is the sort key of the last row read."""
        condition = None if before is None else EventRow.at < before
        rows = self._database.query(
            EventRow, key, scan_index_forward=False, limit=limit, range_key_condition=condition, **where
        )
        return Stretch([event_of(row) for row in rows], rows[-1].at if len(rows) == limit else None)
