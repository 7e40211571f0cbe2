"""Values put into a store behind its back, the fake's or the real one's, where no act leads there (yet)."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Policy
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.brand import Brand
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Store
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session
from chalicelib.storage import administration, brands, message_rows, rows
from chalicelib.storage.tables import AccountRow
from tests.fakes.store import FakeStore


def brand(store: Store, domain: str, value: Brand) -> None:
    """A domain of this brand."""
    plant(store, Policy(domain))
    key = domain_id(DomainName(domain))
    if isinstance(store, FakeStore):
        store.tables.brands[key] = value
    else:
        brands.brand_row(key, value).save()


def plant(store: Store, *values: Account | Policy | Reset | Session | Message) -> None:
    """Each value becomes a row as it is; one with the same key is replaced."""
    for value in values:
        if isinstance(store, FakeStore):
            _remember(store, value)
        else:
            _save(value)


def _remember(store: FakeStore, value: Account | Policy | Reset | Session | Message) -> None:
    kept = store.tables
    match value:
        case Account():
            kept.accounts[value.id] = value
        case Policy():
            kept.policies[policy_key(value)] = value
        case Reset():
            kept.resets[value.key] = value
        case Session():
            kept.sessions[value.account_id, value.digest] = value
        case Message():
            kept.messages[value.account_id, value.id] = value


def _save(value: Account | Policy | Reset | Session | Message) -> None:
    match value:
        case Account():
            full_account_row(value).save()
        case Policy():
            administration.policy_row(policy_key(value), value).save()
        case Reset():
            row = rows.reset_row(value)
            row.spent_at = value.spent_at
            row.save()
        case Session():
            rows.session_row(value).save()
        case Message():
            message = message_rows.message_row(value)
            message.read_at, message.recalled_at = value.read_at, value.recalled_at
            message.save()


def policy_key(policy: Policy) -> str:
    """A domain's row is keyed by its id, the portal's own by its sign."""
    return PORTAL_POLICY if policy.name == PORTAL_POLICY else domain_id(DomainName(policy.name))


def full_account_row(account: Account) -> AccountRow:
    """An account's row with everything that later acts fill in."""
    row, two_step = rows.account_row(account), account.two_step
    row.password_changed_at = account.password_changed_at
    row.must_change_password = account.must_change_password
    row.failures, row.attempted_at = account.failures, account.attempted_at
    row.known_failures, row.known_attempted_at = account.known_failures, account.known_attempted_at
    row.known_locked_until = account.known_locked_until
    row.locked_until, row.session_serial = account.locked_until, account.session_serial
    row.last_logon_at = account.last_logon_at
    row.two_step_seed, row.two_step_last = two_step.seed, two_step.last_step
    row.two_step_pending = two_step.pending_seed
    row.two_step_pending_until = two_step.pending_until or None
    row.two_step_failures, row.two_step_attempted_at = two_step.failures, two_step.attempted_at
    row.two_step_known_failures = two_step.known_failures
    row.two_step_known_attempted_at = two_step.known_attempted_at
    row.recovery = _texts(two_step.recovery or None)
    row.ranges = _texts(account.ranges)
    row.delivery_lifted_at = account.delivery_lifted_at
    row.undeliverable, row.clients = account.undeliverable, _texts(account.clients or None)
    row.language, row.time_zone = account.language, account.time_zone
    return row


def _texts(values: tuple[str, ...] | None) -> Any:
    return None if values is None else list(values)
