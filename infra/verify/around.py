"""The tables as an inspector reads them: page by page, and of each row what stands around it. Nothing here writes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.config import Config

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId, CanonicalAddress
from chalicelib.domain.addresses import account_id as id_of
from chalicelib.domain.events import SERVICE_TRAIL, Event, EventKind
from chalicelib.domain.mails import NOTE
from chalicelib.domain.messages import MOVING
from chalicelib.domain.resets import Reset
from chalicelib.storage.rows import APART, account_of, event_of, reset_of
from chalicelib.storage.services import OWNER
from chalicelib.storage.tables import AccountRow, EventRow, ResetRow

Item = dict[str, Any]
KEYS: Mapping[str, tuple[str, ...]] = {
    "accounts": ("id",),
    "resets": ("key",),
    "sessions": ("account_id", "digest"),
    "events": ("account_id", "at"),
    "domains": ("domain",),
    "throttles": ("key",),
    "messages": ("account_id", "id"),
    "services": ("owner", "id"),
}
PAGE = 100
RETRIES = Config(retries={"total_max_attempts": 8, "mode": "adaptive"})  # an operator waits rather than fails
FATE_SECONDS = 6 * 86400  # the sweep looks for the last time after five days
MOST_KEYS = 100  # of one BatchGetItem


class Tables:
    """A stage's tables, read strongly consistently."""

    def __init__(self, client: Any, prefix: str, page: int = PAGE) -> None:
        self.client, self.prefix, self._page = client, prefix, page
        self._ends: dict[str, tuple[str, str]] = {}

    def page(self, table: str, after: Item | None) -> tuple[list[Item], Item | None]:
        """So many rows of a table, and the key to go on from; None at its end."""
        start = {"ExclusiveStartKey": after} if after else {}
        found = self.client.scan(
            TableName=self.prefix + table, ConsistentRead=True, Limit=self._page, **start
        )
        return found["Items"], found.get("LastEvaluatedKey")

    def get(self, table: str, keys: Iterable[Item]) -> list[Item]:
        """The rows of these keys that are there. What DynamoDB left over is asked for again, ever more slowly."""
        name, found = self.prefix + table, []
        wanted = list({str(sorted(key.items())): key for key in keys}.values())
        tried = 0
        while wanted:
            asked, wanted = wanted[:MOST_KEYS], wanted[MOST_KEYS:]
            answer = self.client.batch_get_item(RequestItems={name: {"Keys": asked, "ConsistentRead": True}})
            found += answer["Responses"].get(name, [])
            left = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
            if left:
                tried += 1
                time.sleep(random.uniform(0, min(2.0, 0.05 * 2**tried)))  # noqa: S311 - jitter
            wanted += left
        return found

    def ends(self, side: str) -> tuple[str, str]:
        """The first and the last key of a side of the events, read once in a walk; "~", "" of one that is empty."""
        if side not in self._ends:
            first, last = (
                self.client.query(
                    TableName=self.prefix + "events",
                    KeyConditionExpression="account_id = :side",
                    ExpressionAttributeValues={":side": {"S": side}},
                    ConsistentRead=True,
                    Limit=1,
                    ScanIndexForward=forward,
                )["Items"]
                for forward in (True, False)
            )
            self._ends[side] = (first[0]["at"]["S"], last[0]["at"]["S"]) if first and last else ("~", "")
        return self._ends[side]

    def partition(self, table: str, name: str, value: str, index: str | None = None) -> list[Item]:
        """Every row of one hash key."""
        place = {"IndexName": index} if index else {"ConsistentRead": True}
        asked = {
            "TableName": self.prefix + table,
            "KeyConditionExpression": "#key = :value",
            "ExpressionAttributeNames": {"#key": name},
            "ExpressionAttributeValues": {":value": {"S": value}},
            **place,
        }
        found: list[Item] = []
        while True:
            answer = self.client.query(**asked)
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return found
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


class Around:
    """What is known of the accounts that a page of rows is about; read once each, and forgotten with the page."""

    def __init__(self, tables: Tables, now: float, patience: float | None = None) -> None:
        self.tables, self.now = tables, now
        self.patience = FATE_SECONDS if patience is None else patience
        self._accounts: dict[str, Account | None] = {}
        self._trails: dict[str, list[Event]] = {}
        self._resets: dict[str, list[Reset]] = {}
        self._there: dict[tuple[str, str], bool] = {}

    def expect(self, ids: Iterable[str]) -> None:
        """Read these accounts now, together."""
        wanted = [one for one in dict.fromkeys(ids) if one not in self._accounts]
        self._accounts |= dict.fromkeys(wanted)
        for item in self.tables.get("accounts", ({"id": {"S": one}} for one in wanted)):
            self._accounts[item["id"]["S"]] = account_of(AccountRow.from_raw_data(item))

    def account(self, account_id: str) -> Account | None:
        """The account, if there is one."""
        self.expect([account_id])
        return self._accounts[account_id]

    def trail(self, account_id: str) -> list[Event]:
        """Both sides of an account's trail, the oldest first; also of what it had under an address before."""
        if account_id not in self._trails:
            events = self._own_trail(account_id)
            for before in self._befores(account_id) - {account_id}:
                own = self._own_trail(before)
                events += [one for one in own if one.kind is not EventKind.ADDRESS_CHANGED]
            self._trails[account_id] = sorted(events, key=lambda event: event.sort_key)
        return self._trails[account_id]

    def _befores(self, account_id: str) -> set[str]:
        """The ids that an account has had, and the one it has: as its trail and theirs tell, one behind the other."""
        found, further = set[str](), set[str]({account_id})
        while further:
            found |= further
            events = [event for one in further for event in self._own_trail(one)]
            further = {str(one) for event in events if (one := came_from(event))} - found
        return found

    def _own_trail(self, account_id: str) -> list[Event]:
        sides = (account_id, account_id + APART)
        items = [item for side in sides for item in self.tables.partition("events", "account_id", side)]
        return [event_of(EventRow.from_raw_data(item)) for item in items]

    def issued(self, account_id: str) -> list[Reset]:
        """All that was mailed to an account and is still stored."""
        if account_id not in self._resets:
            self._resets[account_id] = self._issued(account_id)
            for before in self._befores(account_id) - {account_id}:
                self._resets[account_id] += self._issued(before)
        return self._resets[account_id]

    def _issued(self, account_id: str) -> list[Reset]:
        found = self.tables.partition("resets", "account_id", account_id, "by_account")
        items = self.tables.get("resets", [{"key": item["key"]} for item in found])
        return [reset_of(ResetRow.from_raw_data(item)) for item in items]

    def expect_notes(self, events: Iterable[tuple[str, str]]) -> None:
        """Look now, for all of these rows of events, whether the note of their mail is there."""
        self.expect_there((side, at + NOTE) for side, at in events)

    def has_note(self, side: str, at: str) -> bool:
        """Whether the mail of this row of events has left a note."""
        return self.is_there(side, at + NOTE)

    def expect_there(self, keys: Iterable[tuple[str, str]]) -> None:
        """Look now, for all of these keys of events, whether they are there."""
        wanted = [one for one in keys if one not in self._there]
        asked = [{"account_id": {"S": side}, "at": {"S": at}} for side, at in wanted]
        there = {(item["account_id"]["S"], item["at"]["S"]) for item in self.tables.get("events", asked)}
        self._there |= {one: one in there for one in wanted}

    def is_there(self, side: str, at: str) -> bool:
        """Whether there is a row of events under this key."""
        self.expect_there([(side, at)])
        return self._there[side, at]

    def ends(self, side: str) -> tuple[str, str]:
        """The first and the last key of a side of the events; of one that is empty, two between which nothing is."""
        return self.tables.ends(side)

    def is_carried_over(self, account: Account) -> bool:
        """Whether what lies under a former address still waits to be carried over."""
        moving = self.row("messages", account_id=MOVING, id=account.alias_of or "")
        return moving is not None

    def row(self, table: str, **key: str) -> Item | None:
        """One row of any table, if it is there."""
        found = self.tables.get(table, [{name: {"S": value} for name, value in key.items()}])
        return found[0] if found else None

    def service(self, trail: str) -> bool:
        """Whether there is the service that this is the trail of."""
        return self.row("services", owner=OWNER, id=trail.removeprefix(SERVICE_TRAIL)) is not None


def came_from(event: Event) -> AccountId | None:
    """The id that an account had before this event, where it is the one by which the account came to be (ADR 55)."""
    told = event.told
    if (
        event.kind is not EventKind.ADDRESS_CHANGED
        or id_of(CanonicalAddress(told["to"] or "")) != event.account_id
    ):
        return None
    return id_of(CanonicalAddress(told["from"] or ""))
