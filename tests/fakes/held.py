"""Accounts in memory under the same limits as on DynamoDB: who sets what, by infra/permissions.yaml (LO-07).

So whatever test walks a step over the fake store walks its row of attributes too.
"""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import Account, month_of
from chalicelib.domain.addresses import AccountId
from chalicelib.domain.events import Event
from chalicelib.storage import rows
from chalicelib.storage.tables import AccountRow
from infra.attributes import Named, beyond, keys_of, limits
from infra.gateway.functions import running
from infra.gateway.roles import denied_attribute
from infra.permissions import read_permissions
from tests.published import hold

ROWS = read_permissions()


class Events(dict[tuple[AccountId, str], Event]):
    """Events by key. Each is held to its kind's published schema, whatever test has it recorded."""

    def setdefault(self, key: tuple[AccountId, str], event: Event) -> Event:
        hold(event)
        return super().setdefault(key, event)


class Accounts(dict[AccountId, Account]):
    """Accounts by id. What differs after a step has written one is what it has set."""

    def __setitem__(self, key: AccountId, new: Account) -> None:
        step, old = running.get(), self.get(key)
        if step is not None and old != new:
            _demand(step, "UpdateItem" if old else "PutItem", _written(old), _written(new))
        super().__setitem__(key, new)

    def put(self, new: Account) -> None:
        """A whole row in the place of one that is there: all of it is set."""
        if (step := running.get()) is not None:
            _demand(step, "PutItem", {}, _written(new))
        super().__setitem__(new.id, new)


def _demand(step: str, action: str, old: dict[str, Any], new: dict[str, Any]) -> None:
    changed = frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    allowed = limits(ROWS.get(step, {}), "accounts", action) or Named()
    missing = beyond(allowed, Named(sets=changed), keys_of("accounts"))
    if missing:
        raise denied_attribute(step, "accounts", action, *missing[0])


def _written(account: Account | None) -> dict[str, Any]:
    return full_account_row(account).serialize() if account else {}


def full_account_row(account: Account) -> AccountRow:
    """An account's row with everything that later acts fill in."""
    row, two_step = rows.account_row(account), account.two_step
    row.password_changed_at = account.password_changed_at
    row.must_change_password = account.must_change_password
    row.failures, row.attempted_at = account.failures, account.attempted_at
    row.known_failures, row.known_attempted_at = account.known_failures, account.known_attempted_at
    row.known_locked_until = account.known_locked_until
    row.locked_until, row.session_serial = account.locked_until, account.session_serial
    row.half_done_serial = account.half_done_serial
    row.known_half_done_serial = account.known_half_done_serial
    row.last_logon_at = account.last_logon_at
    row.last_logon_month = None if account.last_logon_at is None else month_of(account.last_logon_at)
    row.two_step_seed, row.two_step_last = two_step.seed, two_step.last_step
    row.two_step_on = rows.ON if two_step.active else None
    row.two_step_pending = two_step.pending_seed
    row.two_step_pending_until = two_step.pending_until or None
    row.two_step_failures, row.two_step_attempted_at = two_step.failures, two_step.attempted_at
    row.two_step_known_failures = two_step.known_failures
    row.two_step_known_attempted_at = two_step.known_attempted_at
    row.two_step_unused_since, row.two_step_disputed_at = two_step.unused_since, two_step.disputed_at
    row.recovery = _texts(two_step.recovery or None)
    row.ranges = _texts(account.ranges)
    row.delivery_lifted_at = account.delivery_lifted_at
    row.undeliverable, row.clients = account.undeliverable, _texts(account.clients or None)
    row.language, row.time_zone = account.language, account.time_zone
    return row


def _texts(values: tuple[str, ...] | None) -> Any:
    return None if values is None else list(values)
