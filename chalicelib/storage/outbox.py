"""The acts on mails: what one may carry, that it is out, what became of it. Each is safe to run twice (RL-06)."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.accounts import Kind, Status
from chalicelib.domain.addresses import AccountId, DomainId
from chalicelib.domain.brand import brand_key
from chalicelib.domain.events import Event, iso
from chalicelib.domain.limits import BUDGET_SPENT, SELF_SERVICE_MAILS, TOO_MANY, Limit
from chalicelib.domain.mails import LATER, NOTE, Due, Noted, told_of, without_code
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.resets import Reset
from chalicelib.storage.brands import brand_of
from chalicelib.storage.database import Database
from chalicelib.storage.rows import APART, account_of, event_of, event_row, reset_row, trail_key
from chalicelib.storage.tables import AccountRow, BrandRow, EventRow, ResetRow
from chalicelib.storage.throttles import reserve_in

TOGETHER = 50  # rows in one trip; a hundred is the most


class Outbox:
    """Atomic acts on mails that are due or out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, event: Event, note: Event, sender: DomainId) -> Due:
        """Read the account, the note a sent mail leaves and the sender's brand, in one trip."""
        account, sent, brand = self._database.read_together(
            (AccountRow, event.account_id, None),
            (EventRow, trail_key(note), note.sort_key),
            (BrandRow, brand_key(sender), None),
        )
        return Due(account_of(account) if account else None, sent is not None, brand_of(brand))

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
        """Store what a mail will carry, if the account is still at this epoch. None, or why not.

        `limits` are an account's at this epoch, whoever asks (RS-13); counted in the same transaction. What is already
        stored under these keys was issued by an earlier run of the same event: fine, the secrets are derived from the
        event, so the mail carries the same link. A mail that somebody asked for counts against the portal's budget of
        `budget_at`, the moment it would be sent: one beyond it raises `Unavailable`, to be tried again in a later
        window (ML-06).
        """
        transaction = self._database.transaction()
        for reset in resets:
            transaction.put("issued", reset_row(reset), ResetRow.key.does_not_exist())
        account_id = resets[0].account_id
        transaction.check("account", AccountRow(account_id), AccountRow.epoch == epoch)
        for limit in limits:
            # Attack: the owner uses a link, which voids them all, and strangers have left no mail for another.
            # Defence: what was counted before the epoch moved counts no more (RS-15).
            reserve_in(transaction, "limit", limit, f"{account_id}#{epoch}", asked_at)
        if budget_at is not None:
            reserve_in(transaction, "budget", SELF_SERVICE_MAILS, "portal", budget_at)
        failed = transaction.commit()
        if not failed or "issued" in failed:
            return None
        if set(failed) == {"budget"}:
            raise Unavailable(BUDGET_SPENT)
        return "account_changed_meanwhile" if "account" in failed else TOO_MANY

    def renew(self, reset: Reset, epoch: int) -> bool:
        """Write a link that an earlier mail carries anew, for this epoch. False where none was issued.

        Spent or not: pressed a moment ago it froze, and left in force the second step that it may undo now (ML-09).
        """
        transaction = self._database.transaction()
        transaction.put("issued", reset_row(reset), ResetRow.key.exists())
        transaction.check("account", AccountRow(reset.account_id), AccountRow.epoch == epoch)
        return not transaction.commit()

    def unsettled(self, hour: str) -> list[Event]:
        """The events of an hour whose mail left no note, oldest first; read without what is settled."""
        keys = self._database.query(EventRow, hour, index=EventRow.by_mail_hour)
        found: list[Event] = []
        for start in range(0, len(keys), TOGETHER):
            some = keys[start : start + TOGETHER]
            notes = self._database.read_together(
                *((EventRow, one.account_id, f"{one.at}{NOTE}") for one in some)
            )
            waiting = [one for one, note in zip(some, notes, strict=True) if note is None]
            if waiting:
                rows = self._database.read_together(*((EventRow, one.account_id, one.at) for one in waiting))
                found += [event_of(row) for row in rows if row]
        return found

    def tell_administrators(self, event: Event) -> int:
        """Make it an event of every administrator but the one it is about and the one who did it; how many they are.

        They are found by their index, without a Scan. Written again, a row is the same row, of which the stream says
        nothing: whoever was told is not told twice.
        """
        rows = self._database.query(AccountRow, Kind.ADMINISTRATOR.value, index=AccountRow.administrators)
        others = [
            AccountId(row.id)
            for row in rows
            if row.status == Status.ACTIVE.value and row.id != event.account_id and row.address != event.actor
        ]
        for start in range(0, len(others), TOGETHER):
            transaction = self._database.transaction()
            for one in others[start : start + TOGETHER]:
                transaction.put(f"told {one}", event_row(told_of(event, one)))
            transaction.commit()
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
            return Noted(AccountId(told["mailed"]), told["about"])
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
