"""What an act writes: the units of its rows and of each index that takes them, as DynamoDB's engine counts them.

Inside a transaction each row and each index is charged twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from chalicelib.domain.accounts import Account, Policy
from chalicelib.storage.store import DynamoStore
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.fakes.samples import DAY
from tests.world.visitors import PASSWORD, Reply
from tests.world.world import World

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}


class Written(NamedTuple):
    """By one act, the authorizer's own left out."""

    act: str
    tables: Counter[str]
    indexes: Counter[str]

    @property
    def told(self) -> str:
        """As a row of a table."""
        rows, indexes = (_told(some) for some in (self.tables, self.indexes))
        together = self.tables.total() + self.indexes.total()
        return f"| {self.act} | {together:g} | {rows} | {indexes} |"


def _told(units: Counter[str]) -> str:
    return ", ".join(f"{name} {count:g}" for name, count in sorted(units.items()) if count) or "none"


def written(world: World) -> list[Written]:
    """Of each act that writes into an index of a list, and of some that do not."""
    scene = Scene(world)
    return [scene.does(act, done) for act, done in scene.acts().items()]


class Scene:
    """People and staff for the acts, each act on somebody whom nothing has happened to yet."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ann = world.person()
        self._visitor = world.visitor()
        self._visitor.logs_on(self._ann)
        self._visitor.logs_on(self._ann)  # from a browser and a network that are known by now
        self._desk: Staff = staff(world)
        plant(world.store, Policy("people.test"))

    def acts(self) -> dict[str, Callable[[], Reply]]:
        """By the name each has in the table."""
        bob, carl, dora = (self._world.person() for _ in range(3))
        known = self._world.sends(self._ann)
        desk = self._desk
        return {
            "logon, right": lambda: self._logs_on(self._ann),
            "logon, the first of a month": self._logs_on_next_month,
            "logon, refused": lambda: self._fails(self._ann.address),
            "logon, refused, of nobody": lambda: self._fails("nobody@nowhere.example"),
            "forgot, by a program": lambda: self._visitor.post(
                "/password/forgot", {"email": self._ann.address}
            ),
            "invitation": lambda: self._invites("new.one@people.test"),
            "invitation, the first of a domain": lambda: self._invites("new.one@new.test"),
            "message to somebody who is there": lambda: self._sends(carl),
            "message, opened for the first time": lambda: self._opens(known),
            "act of an administrator: locks lifted": lambda: desk.tries(bob, "unlock"),
            "act of an administrator: disabled": lambda: desk.tries(dora, "disable"),
            "a list read (once in five minutes)": lambda: desk.visitor.get("/admin/users?domain=people.test"),
            "an attempt searched": lambda: desk.visitor.get(f"/admin/attempts?email={bob.address}"),
        }

    def does(self, act: str, done: Callable[[], Reply]) -> Written:
        """Have it done, and count."""
        self._world.clock.passes(1)
        with counting_writes(self._world) as (tables, indexes):
            reply = done()
        if reply.status >= 500 or reply.status in {400, 403, 404, 409, 422}:
            raise SystemExit(f"{act} answered {reply.status}: {reply.text[:300]}")
        return Written(act, tables, indexes)

    def _logs_on(self, who: Account) -> Reply:
        return self._visitor.logon(who.address, PASSWORD)

    def _logs_on_next_month(self) -> Reply:
        now = self._world.clock.now
        self._world.clock.passes(16 * DAY)
        try:
            return self._logs_on(self._ann)
        finally:
            self._world.clock.now = now

    def _fails(self, address: str) -> Reply:
        return self._world.visitor().logon(address, "not the one")

    def _invites(self, address: str) -> Reply:
        return self._desk.visitor.post("/admin/users", {"email": address})

    def _sends(self, to: Account) -> Reply:
        fields = {"to": to.address, "subject": "Your statement", "body": "Good day. " * 40}
        return self._desk.visitor.post("/admin/messages", fields)

    def _opens(self, message: str) -> Reply:
        return self._visitor.get(f"/messages/{message}")


@contextmanager
def counting_writes(world: World) -> Iterator[tuple[Counter[str], Counter[str]]]:
    """Units by table and by index while this lasts, without what the authorizer notes."""
    assert isinstance(world.store, DynamoStore)
    tables, indexes = Counter[str](), Counter[str]()
    hooks = world.store.database.connection.client.meta.events

    def before(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    def after(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name not in WRITES or world.step == "authorizer":
            return
        told = parsed.get("ConsumedCapacity") or []
        for one in told if isinstance(told, list) else [told]:
            bare = one["TableName"].rpartition("-")[2]
            tables[bare] += one.get("Table", {}).get("CapacityUnits", 0)
            for name, index in (one.get("GlobalSecondaryIndexes") or {}).items():
                indexes[name] += index["CapacityUnits"]

    hooks.register_first("provide-client-params.dynamodb", before)
    hooks.register_first("after-call.dynamodb", after)
    try:
        yield tables, indexes
    finally:
        hooks.unregister("provide-client-params.dynamodb", before)
        hooks.unregister("after-call.dynamodb", after)
