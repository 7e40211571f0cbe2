"""The acts on mails: what one may carry, that it is out, what became of it. Each is safe to run twice (RL-06)."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId, DomainId
from chalicelib.domain.brand import brand_key
from chalicelib.domain.events import Event, EventKind, iso
from chalicelib.domain.limits import Limit
from chalicelib.domain.mails import ASIDE, LATER, NOTE, WAITS, Claim, Due, hour, told_of, without_code
from chalicelib.domain.resets import Noted, Reset
from chalicelib.storage.brands import brand_of
from chalicelib.storage.database import Database
from chalicelib.storage.rows import APART, account_of, event_of, event_row, kept_until, trail_key
from chalicelib.storage.tables import AccountRow, BrandRow, EventRow, ThrottleRow

TOGETHER = 50  # rows in one trip; a hundred is the most
CLAIMS_KEPT_SECONDS = 10 * 86400  # longer than the sweep looks back
# What reading a row raises that is not one of ours: an attribute is missing, of another type, or a kind nobody knows.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Outbox:
    """Atomic acts on mails that are due or out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, event: Event, note: Event, sender: DomainId) -> Due:
        """Read the account, the note a sent mail leaves, the sender's brand and the claim, in one trip."""
        account, sent, brand, claim = self._database.read_together(
            (AccountRow, event.account_id, None),
            (EventRow, trail_key(note), note.sort_key),
            (BrandRow, brand_key(sender), None),
            (ThrottleRow, claim_key(event), None),
        )
        return Due(
            account_of(account) if account else None, sent is not None, brand_of(brand), claim_of(claim)
        )

    def claim(self, event: Event, seen: Claim, made: Claim, run: str) -> bool:
        """Claim a mail before it is handed to SES; False where another run did since `seen` was read (ML-11).

        A repetition of a write whose answer was lost finds its own claim, by the name of the run.
        """
        row = ThrottleRow
        unchanged = row.count == seen.tries
        actions = [
            row.count.set(made.tries),
            row.claimed_at.set(made.at),
            row.claimed_by.set(run),
            row.key_id.set(made.key_id or ""),
            row.expires_at.set(int(made.at) + CLAIMS_KEPT_SECONDS),
        ]
        claimed, found = self._database.update_and_read(
            row(claim_key(event)),
            actions,
            unchanged if seen.tries else row.count.does_not_exist() | unchanged,
        )
        return claimed or (found or {}).get("claimed_by") == {"S": run}

    def release(self, event: Event, seen: Claim, run: str) -> None:
        """Take a claim back: SES has said that the mail is not on its way."""
        row = ThrottleRow
        actions = [row.count.set(seen.tries), row.claimed_at.set(seen.at)]
        self._database.update(row(claim_key(event)), actions, row.claimed_by == run)

    def put_aside(self, trail: str, at: str, cause: str, now: float) -> None:
        """Let an event wait for its mail outside of the stream, named by its key: whoever cannot read it can do this.

        In a partition of the hour. Attack: somebody keeps an account's own partition so busy that its events cannot be
        worked through, and everybody behind them in the stream waits. Defence: this write needs nothing of the account.
        """
        row = EventRow(
            f"{WAITS}{hour(now)}",
            f"{at}{ASIDE}{trail}",
            kind=EventKind.MAIL_DELAYED.value,
            time=now,
            id=at,
            details={"cause": cause},
            expires_at=kept_until(now, changes=APART not in trail),
            aside="mail",
        )
        self._database.put(row, EventRow.at.does_not_exist())

    def waiting(self, hour: str) -> list[Event]:
        """What was put aside in an hour and has left no note yet, oldest first."""
        rows = self._database.query(EventRow, f"{WAITS}{hour}")
        return self._without_note([tuple(row.at.partition(ASIDE)[::-2]) for row in rows])

    def event_of(self, image: Mapping[str, Any]) -> Event:
        """A row as the stream's record shows it."""
        return event_of(EventRow.from_raw_data(dict(image)))

    def issue(
        self,
        resets: Sequence[Reset],
        epoch: int,
        asked_at: float,
        limits: Sequence[Limit],
        budget_at: float | None = None,
    ) -> str | None:
        """Store what a mail will carry, if the account is still at this epoch. None, or why not."""
        from chalicelib.storage.issuing import issue  # noqa: PLC0415 - for those who send mails, as few do

        return issue(self._database, resets, epoch, asked_at, limits, budget_at)

    def renew(self, reset: Reset, epoch: int) -> bool:
        """Write a link that an earlier mail carries anew, for this epoch. False where none was issued."""
        from chalicelib.storage.issuing import renew  # noqa: PLC0415 - as above

        return renew(self._database, reset, epoch)

    def unsettled(self, hour: str) -> list[Event]:
        """The events of an hour whose mail left no note, oldest first; read without what is settled."""
        keys = self._database.query(EventRow, hour, index=EventRow.by_mail_hour)
        return self._without_note([(one.account_id, one.at) for one in keys])

    def _without_note(self, keys: Sequence[tuple[str, ...]]) -> list[Event]:
        """Those of these events that have none. One that cannot be read stays where it is, and holds up no other."""
        found: list[Event] = []
        for start in range(0, len(keys), TOGETHER):
            some = keys[start : start + TOGETHER]
            notes = self._database.read_together(*((EventRow, trail, f"{at}{NOTE}") for trail, at in some))
            waiting = [one for one, note in zip(some, notes, strict=True) if note is None]
            if waiting:
                found += self._events(waiting)
        return found

    def _events(self, keys: Sequence[tuple[str, ...]]) -> list[Event]:
        try:
            rows = self._database.read_together(*((EventRow, trail, at) for trail, at in keys))
            return [event_of(row) for row in rows if row]
        except UNREADABLE:
            return [event for one in keys for event in self._events([one])] if len(keys) > 1 else []

    def tell_administrators(self, event: Event) -> int:
        """Make it an event of every administrator but the one it is about and the one who did it; how many they are.

        They are found by their index, without a Scan. Whoever was told by an earlier run is left out by the second try:
        nobody is told twice, and no event is written over.
        """
        rows = self._database.query(AccountRow, Kind.ADMINISTRATOR.value, index=AccountRow.administrators)
        others = [
            AccountId(row.id)
            for row in rows
            if row.status == Status.ACTIVE.value and row.id != event.account_id and row.address != event.actor
        ]
        for start in range(0, len(others), TOGETHER):
            waiting = others[start : start + TOGETHER]
            while waiting:
                transaction = self._database.transaction()
                for one in waiting:
                    transaction.put(one, event_row(told_of(event, one)), EventRow.at.does_not_exist())
                told = transaction.commit()
                waiting = [one for one in waiting if told and one not in told]
        return len(others)

    def unfinished(self, hour: str, now: float) -> list[Event]:
        """Of each account the first logon of an hour whose code did not come in its time.

        Two queries for each account, one of each side of its trail, however many logons somebody began.
        """
        begun: dict[str, list[str]] = {}
        for row in self._database.query(EventRow, hour + LATER, index=EventRow.by_mail_hour):
            begun.setdefault(row.account_id, []).append(row.at)
        found: list[Event] = []
        for key, keys in begun.items():
            # From that moment on, not from that key: a code of the same millisecond may lie before it.
            times = EventRow.at.between(min(keys).partition("#")[0], iso(now))
            rows: list[EventRow] = [
                row
                for side in dict.fromkeys((key, key.removesuffix(APART)))
                for row in self._database.query(EventRow, side, range_key_condition=times)
            ]
            found += without_code([event_of(row) for row in rows], now)[:1]
        return found

    def note(self, note: Event) -> None:
        """Leave the note of a mail sent, refused or withheld, once."""
        self._database.put(event_row(note), EventRow.at.does_not_exist())

    def noted(self, message_id: str) -> Noted | None:
        """One read of an index, which may be a moment behind the note (ML-07)."""
        for row in self._database.query(EventRow, message_id, index=EventRow.by_message, limit=1):
            told: Any = row.details  # all that is in the index, which only notes are in
            message = told.get("message")
            of = (AccountId(row.account_id.removesuffix(APART)), message) if message else None
            return Noted(AccountId(told["mailed"]), told["about"], told.get("request"), of)
        return None

    def record_delivery(self, event: Event, undeliverable: str | None) -> None:
        """Record an SES event under a key made from its own id, so that it counts once however often it comes (ML-05).

        One from before an administrator lifted the address is recorded and changes nothing.
        """
        row = AccountRow
        transaction = self._database.transaction()
        transaction.put("event", event_row(event), EventRow.at.does_not_exist())
        if undeliverable is not None:
            current = row.id.exists() & (row.delivery_lifted_at < event.at)
            transaction.update(
                "account", AccountRow(event.account_id), [row.undeliverable.set(undeliverable)], current
            )
        if "account" in transaction.commit():
            again = self._database.transaction()
            again.put("event", event_row(event), EventRow.at.does_not_exist())
            again.commit()


def claim_key(event: Event) -> str:
    """The claim on the mail of this event."""
    return f"mail#{event.account_id}#{event.sort_key}"


def claim_of(row: ThrottleRow | None) -> Claim:
    """The row as the domain's value."""
    return Claim(int(row.count), float(row.claimed_at or 0), row.key_id or None) if row else Claim()
