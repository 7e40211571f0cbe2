"""Counters of attempts, reserved before the work they protect (LG-03, LG-06).

A window is part of a counter's key, so it starts afresh by itself and its row is left to TTL.
"""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.limits import Limit
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.storage.database import Database
from chalicelib.storage.tables import ThrottleRow
from chalicelib.storage.transaction import Transaction


def reserve(database: Database, limit: Limit, subject: str, now: float) -> str:
    """Take one place in the window; gives the counter's key, to release it by. Raises THROTTLED when it is full."""
    key = limit.key(subject, now)
    done, _ = database.update(ThrottleRow(key), _one_more(limit, now), _room(limit))
    if not done:
        raise Refusal(Code.THROTTLED, f"throttle_{limit.name}", retry_after=limit.left(now))
    return key


def reserve_in(transaction: Transaction, name: str, limit: Limit, subject: str, now: float) -> None:
    """The same as part of a transaction, whose failed condition is then told by `name`."""
    transaction.update(name, ThrottleRow(limit.key(subject, now)), _one_more(limit, now), _room(limit))


def release_in(transaction: Transaction, key: str) -> None:
    """Give a place back: a success is no attempt to be throttled (twenty colleagues share one address)."""
    transaction.update(
        "throttle", ThrottleRow(key), [ThrottleRow.count.set(ThrottleRow.count - 1)], ThrottleRow.count > 0
    )


def _one_more(limit: Limit, now: float) -> list[Action]:
    return [
        ThrottleRow.count.set((ThrottleRow.count | 0) + 1),
        ThrottleRow.expires_at.set(int(now) + 2 * limit.seconds),
    ]


def _room(limit: Limit) -> Condition:
    room: Condition = ThrottleRow.count.does_not_exist() | (ThrottleRow.count < limit.count)
    return room
