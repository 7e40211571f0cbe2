"""Rows put back into the live tables, page by page. Running a page again does no more than running it once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import RESTORED, SERVICE_TRAIL, Event, EventKind, iso
from chalicelib.domain.moves import Carried
from chalicelib.domain.trail_copy import row_digest
from chalicelib.storage.moves import moving_row
from chalicelib.storage.rows import event_of, event_row
from chalicelib.storage.tables import EventRow
from infra.restore import copied, gone_for_good, lost, offices, service_keys
from infra.restore.copies import copy_of, stamp
from infra.restore.merging import Merged, merged
from infra.restore.state import State
from infra.verify.__main__ import Copy
from infra.verify.around import KEYS, Item, Tables
from infra.verify.of_the_seals import erasures

ACTOR = "restore"
REMOVED = "events that somebody removed from the live trail, put back from its copy"
DAMAGED = "events other than they were, and put right"
# What happened to a message while it is read still counts: whoever took one back did so for a reason.
SINCE = ("read_at", "recalled_at", "mail", "mail_at")


class Rows:
    """The live tables, and what they were."""

    def __init__(
        self, tables: Tables, state: State, clock: Callable[[], float], trail: Copy | None = None
    ) -> None:
        self._trail = trail
        self._tables, self._state, self._clock = tables, state, clock
        self._mark = {"S": iso(state.started)}

    def lost_time(self) -> None:
        """Read the live trail for what happened since."""
        for items in self._pages("events", live=True):
            for item in items:
                if RESTORED not in item and float(item["time"]["N"]) > self._state.at:
                    lost.note(self._state, event_of(EventRow.from_raw_data(item)))

    def removed(self, *, dry: bool = False) -> None:
        """Events of the lost time that are gone from the live trail: what they tell of counts as if nobody had.

        Attack: whoever disabled an account, or used a code, in the lost time removes the event, and the restored
        account is open again, the code unused. Defence: the copy still has it (TR-16).
        """
        if self._trail is None:
            return
        for image in copied.gone(self._trail.copies, self._tables, self._state.at):
            lost.note(self._state, event_of(EventRow.from_raw_data(image)))
            self._state.tell(REMOVED, f"{image['account_id']['S']} {image['at']['S']}")
            if not dry:
                left = gone_for_good.as_decided(self._state, image, None)
                marked = {name: one for name, one in left.items() if name != "mail_hour"}
                self._put("events", marked | {RESTORED: self._mark})

    def events(self) -> None:
        """Events that are gone or other than they were. They bear a mark, and wake nobody; the trail loses none."""
        lists = erasures(self._trail.copies, self._trail.ring)[0] if self._trail else []
        erased = frozenset(row for one in lists for row in one.rows)
        for items in self._pages("events"):
            there = self._live("events", items)
            for then in items:
                old = there.get(key_of("events", then))
                # What was erased of a person since does not come back with the backup.
                item = copied.as_erased(then, old) if row_digest(then) in erased else then
                item = gone_for_good.as_decided(self._state, item, old)
                if old is not None and plain(old) == plain(item):
                    continue
                if old is not None:
                    self._state.tell(
                        DAMAGED,
                        f"{item['account_id']['S']} {item['at']['S']}",
                    )
                # Without its hour, so that the sweep does not look for its mail either.
                marked = {name: one for name, one in item.items() if name != "mail_hour"}
                self._put("events", marked | {RESTORED: self._mark})

    def domains(self) -> None:
        """Rules and brands as they were; what was made since stays, and is told. Nobody reaches more than they did."""
        for items in self._pages("domains"):
            there = self._live("domains", filter(offices.account_of, items))
            for item in items:
                row: Item | None = item
                if offices.account_of(item):
                    row = offices.limit_of(self._state, item, there.get(key_of("domains", item)))
                if row is not None:
                    self._put("domains", row)

    def messages(self) -> None:
        """Those that are gone; none is unread again, and above all none taken back is given back."""
        for items in self._pages("messages"):
            there = self._live("messages", items)
            for then in items:
                since = there.get(key_of("messages", then), {})
                if gone_for_good.message_went(self._state, then):
                    continue
                item = gone_for_good.without_sender(self._state, then)
                row = item | {name: since[name] for name in SINCE if name in since}
                if row != since:
                    self._put("messages", row)

    def accounts(self) -> None:
        """As they were, past every epoch there was."""
        for items in self._pages("accounts"):
            there = self._live("accounts", items)
            for item in items:
                live = there.get(key_of("accounts", item))
                if gone_for_good.at(self._state, item["id"]["S"]) is None:
                    self._account(item, live)
                elif live is not None and not gone_for_good.goes(live):
                    self._account(None, live)  # somebody new under the address: made in the lost time

    def accounts_made_since(self) -> None:
        """Live accounts that were not there then."""
        for items in self._pages("accounts", live=True):
            then = self._then("accounts", items)
            for item in items:
                if key_of("accounts", item) not in then and not gone_for_good.goes(item):
                    self._account(None, item)

    def services(self) -> None:
        """No key of the lost time lives. They are looked at where they are, and not put back: what was revoked stays
        so, and a service that is gone is made anew.
        """
        for items in self._pages("services", live=True):
            for item in items:
                change = service_keys.without_lost_keys(item, self._state.at, self._state.started)
                if change is None:
                    continue
                name, service = item["name"]["S"], item["id"]["S"]
                self._state.tell(
                    "services with keys of the lost time, which open nothing", f"{name}: {change.said}"
                )
                told = self._event(f"{SERVICE_TRAIL}{service}", change.kind)
                self._write_service(change.row, item, told)

    def _write_service(self, row: Item, seen: Item, event: Item) -> None:
        """Service and event, all or nothing; and only over the row that was read."""
        name = self._tables.prefix
        condition = {
            "ConditionExpression": "digest = :seen",
            "ExpressionAttributeValues": {":seen": seen["digest"]},
        }
        put = {"Put": {"TableName": f"{name}services", "Item": row, **condition}}
        told = {"Put": {"TableName": f"{name}events", "Item": event}}
        self._tables.client.transact_write_items(TransactItems=[put, told])

    def _account(self, then: Item | None, live: Item | None) -> None:
        who = (then or live or {})["id"]["S"]
        event = self._event(who, EventKind.SESSIONS_REVOKED)
        if self._tables.get("events", [{"account_id": event["account_id"], "at": event["at"]}]):
            return  # done by an earlier run
        kinds = lost.kinds_of(self._state, who)
        result = merged(then, live, kinds, self._clock(), reopen=self._state.reopen)
        if result.measures:
            address = result.row["address"]["S"]
            self._state.tell("accounts that need somebody", f"{address}: {', '.join(result.measures)}")
        self._write(result, live, self._events(who, result))
        if then is not None and "alias_of" not in then and "alias_of" in result.row:
            # What the backup had under its former id is put back there, and goes where the account is now.
            now = AccountId(result.row["alias_of"]["S"])
            self._put("messages", moving_row(Carried(AccountId(who), now), self._state.started).serialize())

    def _events(self, who: str, result: Merged) -> list[Item]:
        after = {"epoch": int(result.row["epoch"]["N"])}
        events = [self._event(who, EventKind.SESSIONS_REVOKED, after)]
        status = result.row["status"]["S"]
        if status in result.measures:
            kind = EventKind.ACCOUNT_FROZEN if status == "frozen" else EventKind.ACCOUNT_DISABLED
            events.append(self._event(who, kind, after | {"status": status}))
        return events

    def _event(self, who: str, kind: EventKind, after: dict[str, Any] | None = None) -> Item:
        """Each change has its event; the same one, whichever run writes it."""
        name = hashlib.sha256(f"{who} {kind.value} {self._state.started}".encode()).hexdigest()[:32]
        reason = f"restored to {stamp(self._state.at)}"
        event = Event(AccountId(who), kind, self._state.started, name, actor=ACTOR)
        row = event_row(event._replace(details={"reason": reason, "after": after or {}})).serialize()
        return {one: value for one, value in row.items() if one != "mail_hour"} | {RESTORED: self._mark}

    def _write(self, result: Merged, live: Item | None, events: list[Item]) -> None:
        """Account and events, all or nothing; and only over the row that was read."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(id)"}
        if live is not None:
            condition = {
                "ConditionExpression": "epoch = :seen",
                "ExpressionAttributeValues": {":seen": live["epoch"]},
            }
        name = self._tables.prefix
        puts = [{"Put": {"TableName": f"{name}accounts", "Item": result.row, **condition}}]
        puts += [{"Put": {"TableName": f"{name}events", "Item": one}} for one in events]
        self._tables.client.transact_write_items(TransactItems=puts)

    def _put(self, table: str, item: Item) -> None:
        self._tables.client.put_item(TableName=self._tables.prefix + table, Item=item)

    def _pages(self, table: str, *, live: bool = False) -> Iterator[list[Item]]:
        """Page by page, from where an earlier run was."""
        place = table if live else copy_of("", table, self._state.at)
        while True:
            items, after = self._tables.page(place, self._state.after)
            yield items
            self._state.after = after
            if after is None:
                return
            self._state.keep()

    def _live(self, table: str, items: Iterable[Item]) -> dict[str, Item]:
        return by_key(table, self._tables.get(table, keys(table, items)))

    def _then(self, table: str, items: list[Item]) -> dict[str, Item]:
        copy = copy_of("", table, self._state.at)
        return by_key(table, self._tables.get(copy, keys(table, items)))


def keys(table: str, items: Iterable[Item]) -> Iterator[Item]:
    """Where these rows are."""
    return ({name: item[name] for name in KEYS[table]} for item in items)


def key_of(table: str, item: Item) -> str:
    """A row's key as text."""
    return "|".join(item[name]["S"] for name in KEYS[table])


def by_key(table: str, items: list[Item]) -> dict[str, Item]:
    """Rows by their keys."""
    return {key_of(table, item): item for item in items}


def plain(item: Item) -> Item:
    """An event without what a restore does to it."""
    return {name: value for name, value in item.items() if name not in {RESTORED, "mail_hour"}}
