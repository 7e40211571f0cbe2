"""The acts of an erasure: what there is of an account goes, row by row, and the account itself last of all (ADR 53).

Nothing is written down of how far it has come: what is gone is not found again. So whatever ends a run, the next one
does what is left, and two at once do no harm.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.domain.accounts import Status
from chalicelib.domain.addresses import AccountId, CanonicalAddress
from chalicelib.domain.devices import network_key
from chalicelib.domain.erasing import COVERED_SECONDS, DECIDES, ERASED, Erasure, Place, erased, is_decision
from chalicelib.domain.events import SERVICE_TRAIL, EventKind, iso
from chalicelib.domain.mails import NOTE
from chalicelib.domain.messages import MOVING, drawer, reply_drawer
from chalicelib.domain.networks import throttle_key
from chalicelib.storage.database import Database
from chalicelib.storage.deadline import patiently
from chalicelib.storage.rows import APART
from chalicelib.storage.tables import (
    AccountRow,
    EventRow,
    MessageRow,
    ResetRow,
    SessionRow,
    ThrottleRow,
)

MOST = 100  # rows of one act
TOLD_SECONDS = 6 * 86400  # so long the other administrators are told with every means there is (ADR 17)
REPLIED = EventKind.MESSAGE_ANSWERED.value
FIRST = "0"  # before every key of an event: they begin with a year
Item = dict[str, Any]


class Erasing:
    """Acts on all that there is of an account that was closed for good."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self) -> list[Erasure]:
        """By the index of those who are closed for good: nobody looks through all accounts."""
        row = AccountRow
        closed = self._database.query(row, Status.ERASED.value, index=row.users_by_status)
        return [found for one in closed if (found := self._of(AccountId(one.id))) is not None]

    def _of(self, account_id: AccountId) -> Erasure | None:
        """As it is now; None where it is not closed for good, or no event says who closed it."""
        row = AccountRow
        (account,) = self._database.read_together(
            (row, account_id, None), only={row: (row.id, row.address, row.status, row.epoch)}
        )
        if account is None or account.status != Status.ERASED.value:
            return None
        decisions = self._database.query(
            EventRow,
            account_id,
            scan_index_forward=False,
            filter_condition=EventRow.kind == DECIDES.value,
            page_size=MOST,
            limit=1,
        )
        if not decisions:
            return None
        decision = decisions[0]
        address = CanonicalAddress(account.address)
        return Erasure(account_id, address, int(account.epoch), decision.at, float(decision.time))

    def clear(self, erasure: Erasure, place: Place) -> Place | None:
        """One part after the other, so many rows at a time."""
        who = erasure.account_id
        events = partial(self._events, erasure)
        parts: Sequence[Callable[[str], str | None]] = (
            lambda _: self._sessions(who),
            lambda _: self._resets(who),
            lambda _: self._own_messages(who),
            lambda _: self._messages(drawer(who)),
            lambda _: self._messages(reply_drawer(who)),
            lambda _: self._sent(erasure.address),
            lambda after: events(who, after),
            lambda after: events(who + APART, after),
        )
        after = parts[place.part](place.after)
        if after is not None:
            return Place(place.part, after)
        return Place(place.part + 1) if place.part + 1 < len(parts) else None

    def finish(self, erasure: Erasure, now: float) -> bool:
        """What decided it loses the address, and keeps who and why; then the account's row goes."""
        key = (erasure.account_id, erasure.decision)
        decision = self._database.read(EventRow, *key)
        due = decision is not None and decision.mail_hour and now < erasure.decided_at + TOLD_SECONDS
        if due and self._database.read(EventRow, key[0], f"{key[1]}{NOTE}") is None:
            return False
        if decision is not None and decision.erased is None:
            self._erase(decision.serialize(), erasure.decision)
        row = AccountRow
        closed = (row.status == Status.ERASED.value) & (row.epoch == erasure.epoch)
        self._database.delete(row(erasure.account_id), closed)
        return True

    def _sessions(self, who: AccountId) -> str | None:
        row = SessionRow
        rows = self._database.query(row, who, limit=MOST, attributes_to_get=["account_id", "digest"])
        return self._gone(row(who, one.digest) for one in rows)

    def _resets(self, who: AccountId) -> str | None:
        """By an index, which may still have some that are gone: they are found gone."""
        rows = self._database.query(ResetRow, who, index=ResetRow.by_account, limit=MOST)
        return self._gone(ResetRow(one.key) for one in rows)

    def _own_messages(self, who: AccountId) -> str | None:
        """And what still lies under a former address is no longer this account's.

        Attack: none is needed. It is taken away apart, and that is delayed; whoever is invited under the address in
        between reads it, and has it carried over.
        """
        row = MessageRow
        self._database.delete(row(MOVING, who))
        rows = self._database.query(row, who, limit=MOST, attributes_to_get=["account_id", "id", "sender"])
        # Where a service finds one: an event names it too, but events may be kept for less long than messages.
        sent = [one for one in rows if one.sender.startswith(SERVICE_TRAIL)]
        self._gone(row(one.sender, one.id) for one in sent)
        return self._gone(row(who, one.id) for one in rows)

    def _messages(self, where: AccountId) -> str | None:
        """Without reading them: this function never sees a body, sealed or not."""
        row = MessageRow
        rows = self._database.query(row, where, limit=MOST, attributes_to_get=["account_id", "id"])
        return self._gone(row(where, one.id) for one in rows)

    def _gone(self, rows: Iterable[Model]) -> str | None:
        """Away with them; "" where there may be more."""
        acts = [partial(self._database.delete, one) for one in rows]
        self._beside(acts)
        return "" if len(acts) == MOST else None

    def _sent(self, address: CanonicalAddress) -> str | None:
        """What it wrote to others is theirs, and stays as long as it would; who wrote it does not, nor who is answered.

        Attack: none is needed. The address is an administrator's again, somebody else's, and gets the letters and mails
        that are meant for whoever had it before.
        """
        row = MessageRow
        rows = self._database.query(row, address, index=row.by_sender, limit=MOST)
        self._beside(
            [
                partial(
                    self._database.update,
                    row(one.account_id, one.id),
                    [row.sender.set(ERASED), row.answers_to.remove()],
                    row.sender == address,
                )
                for one in rows
            ]
        )
        return "" if len(rows) == MOST else None

    def _events(self, erasure: Erasure, side: str, after: str) -> str | None:
        """A page of one side of its trail: the person goes out of each event, and what the event names goes with it."""
        row, until = EventRow, iso(erasure.decided_at + COVERED_SECONDS)
        asked = partial(row.query, side, consistent_read=True, page_size=MOST)
        pages = asked(
            range_key_condition=row.at.between(after or FIRST, until),
            filter_condition=row.erased.does_not_exist(),
        ).page_iter
        page = patiently(lambda: next(pages))
        items: list[Item] = [one for one in page["Items"] if not is_decision(one)]
        away = {str(one): one for item in items for one in self._named_by(erasure.account_id, item)}
        self._beside([partial(self._database.delete, one) for one in away.values()])
        self._beside(
            [partial(self._unsign, item, erasure.address) for item in items if item["kind"]["S"] == REPLIED]
        )
        # Last: an event that is erased names nothing any more.
        self._beside([partial(self._erase, item, erasure.decision) for item in items])
        end = page.get("LastEvaluatedKey")
        return end["at"]["S"] if end else None

    def _named_by(self, who: AccountId, item: Item) -> Iterable[Model]:
        """The network it was done from, the claim on its mail, and where a service finds the message it sent."""
        with suppress(ValueError):  # of what a worker did there is no source address
            yield ThrottleRow(network_key(who, throttle_key(item.get("source", {}).get("S", ""))))
        if "mail_hour" in item:
            yield ThrottleRow(f"mail#{who}#{item['at']['S']}")  # as `storage/outbox.py` calls it, `claim_key`
        sender, message = item.get("acted_by", {}).get("S", ""), _message_of(item)
        if sender.startswith(SERVICE_TRAIL) and message:
            yield MessageRow(sender, message)

    def _unsign(self, item: Item, address: CanonicalAddress) -> None:
        """What it wrote back is its reader's, as what it wrote; its event says where that lies."""
        told, row = json.loads(item.get("details", {}).get("S", "{}")), MessageRow
        where = row(reply_drawer(AccountId(str(told.get("reader")))), str(told.get("reply")))
        self._database.update(where, [row.speaks_as.set(ERASED)], row.speaks_as == address)

    def _erase(self, item: Item, decision: str) -> None:
        """Of a row that nobody has erased yet, what `domain/erasing.py` leaves of it."""
        row, left = EventRow, erased(item, decision)
        names = ("email", "source", "user_agent", "language", "zone", "details")
        actions: list[Action] = [
            getattr(row, name).remove() for name in names if name in item and name not in left
        ]
        if "details" in left and left["details"] != item["details"]:
            actions.append(row.details.set(json.loads(left["details"]["S"])))
        if left.get("actor") != item.get("actor"):
            actions.append(row.actor.set(ERASED))
        actions.append(row.erased.set(decision))
        there = row.account_id.exists() & row.erased.does_not_exist()
        self._database.update(row(item["account_id"]["S"], item["at"]["S"]), actions, there)

    def _beside(self, acts: Sequence[Callable[[], Any]]) -> None:
        """At once, and done when all of them are; one that failed is told when none is under way any more."""
        with self._database.all_beside(*acts) as under_way:
            pass
        for one in under_way:
            one.result()


def _message_of(item: Item) -> str | None:
    details = json.loads(item.get("details", {}).get("S", "{}"))
    message = details.get("message")
    return message if isinstance(message, str) else None
