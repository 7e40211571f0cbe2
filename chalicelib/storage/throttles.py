"""Counters of attempts: a place is reserved before the work it protects, or a failure is counted after it (LG-06).

A window is part of a counter's key, so it starts afresh by itself and its row is left to TTL.
"""

from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from chalicelib.domain.devices import KNOWN_SECONDS
from chalicelib.domain.limits import ASKED_AGAIN, Limit
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.storage.database import Database
from chalicelib.storage.tables import ThrottleRow
from chalicelib.storage.transaction import Transaction


def reserve(database: Database, limit: Limit, subject: str, now: float) -> None:
    """Take one place in the window. Raises THROTTLED when it is full."""
    row = ThrottleRow(limit.key(subject, now))
    if not database.update(row, _one_more(limit, now), _room(limit)):
        raise throttled(limit, now)


def release(database: Database, limit: Limit, subject: str, now: float) -> None:
    """Give a place back that came to nothing; raises nothing."""
    count = ThrottleRow.count
    database.give_back(ThrottleRow(limit.key(subject, now)), [count.set(count - 1)], count > 0)


def reserve_in(
    transaction: Transaction, name: str, limit: Limit, subject: str, now: float, about: str = ""
) -> None:
    """Take one as part of a transaction, whose failed condition is then told by `name`.

    With `about`, places are taken by what is asked about: the same once more takes none. Of such a one none can be
    given back: who else asks about the same has taken it too.
    """
    row = ThrottleRow(limit.key(subject, now))
    transaction.update(name, row, _one_more(limit, now, about), _room(limit, about))


def learn_in(transaction: Transaction, network: str, now: float) -> None:
    """Note that an account was used from a network (its key), as part of the transaction of a whole logon (LG-14)."""
    transaction.update(
        "network", ThrottleRow(network), [ThrottleRow.expires_at.set(int(now) + KNOWN_SECONDS)]
    )


def demand_room(row: ThrottleRow | None, limit: Limit, now: float) -> None:
    """Raise THROTTLED when a counter that was just read is full; takes no place in it."""
    if row is not None and row.count >= limit.most:
        raise throttled(limit, now)


def count(database: Database, key: str, limit: Limit, now: float) -> None:
    """Count one failure, room or not; asking for room is `demand_room`'s business."""
    database.update(ThrottleRow(key), _one_more(limit, now))


def throttled(limit: Limit, now: float) -> Refusal:
    """The refusal of who finds no room."""
    return Refusal(Code.THROTTLED, f"throttle_{limit.name}", retry_after=limit.left(now))


def _one_more(limit: Limit, now: float, about: str = "") -> list[Action]:
    row = ThrottleRow
    counted: list[Action] = [
        row.count.set((row.count | 0) + 1),
        row.expires_at.set(int(now) + 2 * limit.seconds),
    ]
    return [*counted, row.seen.add({about})] if about else counted


def _room(limit: Limit, about: str = "") -> Condition:
    row = ThrottleRow
    room: Condition = row.count.does_not_exist() | (row.count < limit.most * (ASKED_AGAIN if about else 1))
    if about:
        room &= row.seen.does_not_exist() | row.seen.contains(about) | (size(row.seen) < limit.most)  # type: ignore[no-untyped-call]
    return room
