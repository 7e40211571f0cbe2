"""Values put into a store behind its back, the fake's or the real one's, where no act leads there (yet)."""

from __future__ import annotations

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Policy
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.brand import Brand
from chalicelib.domain.messages import Message
from chalicelib.domain.ports import Store
from chalicelib.domain.resets import Reset
from chalicelib.domain.sessions import Session
from chalicelib.storage import administration, brands, message_rows, rows
from infra.gateway.functions import running
from tests.fakes.held import full_account_row
from tests.fakes.store import FakeStore
from tests.world.verified import planted


def brand(store: Store, domain: str, value: Brand) -> None:
    """A domain of this brand."""
    plant(store, Policy(domain))
    key = domain_id(DomainName(domain))
    if isinstance(store, FakeStore):
        store.tables.brands[key] = value
    else:
        brands.brand_row(key, value).save()


def plant(store: Store, *values: Account | Policy | Reset | Session | Message) -> None:
    """Each value becomes a row as it is; one with the same key is replaced.

    Whoever is at work meanwhile, it is not they who do it: their row of infra/permissions.yaml says nothing to it.
    """
    before = running.set(None)
    try:
        for value in values:
            if isinstance(store, FakeStore):
                _remember(store, value)
            else:
                _save(value)
                planted(value)
    finally:
        running.reset(before)


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
