"""The acts of the console: the difference of an account or a policy, with its events, all or nothing (AD-03)."""

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.accounts import PORTAL_POLICY, Account, Kind, Policy, PolicyChange, Status, TwoStep
from chalicelib.domain.addresses import AccountId, limit_key
from chalicelib.domain.administration import Actor
from chalicelib.domain.brand import BrandChange
from chalicelib.domain.events import Event
from chalicelib.domain.messages import Message
from chalicelib.storage.accounts import (
    acts_once_in,
    check_actor_in,
    still_administrator,
    without_second_step,
)
from chalicelib.storage.brands import brand_as_seen, brand_row
from chalicelib.storage.database import Database
from chalicelib.storage.repeats import committed
from chalicelib.storage.rows import event_row
from chalicelib.storage.tables import AccountRow, LimitRow, MessageRow, PolicyRow

# Of these the value that was seen is part of the condition: two administrators at once, and one of them looks again.
GUARDED = ("kind", "status", "must_change_password", "two_step_required", "ranges", "undeliverable")
COUNTERS = (
    "failures",
    "locked_until",
    "attempted_at",
    "known_failures",
    "known_locked_until",
    "known_attempted_at",
    "delivery_lifted_at",
    "password_hash",
    "password_changed_at",
)


class Administration:
    """Atomic acts of administrators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(
        self,
        actor: Actor,
        old: Account,
        new: Account,
        events: Sequence[Event],
        formers: Sequence[AccountId] = (),
        domains: Sequence[str] | None = None,
    ) -> bool:
        """Write what differs, if the account is still at its epoch and the actor still an active administrator.

        Of an erasure its former addresses too: each has a trail of its own, and is erased as one (ADR 55). `domains`:
        of a limited account those it is limited to from now on.
        """
        if old.status is Status.ERASED:
            return False  # nothing is done to it any more, and nothing undoes it (ADR 53)
        transaction = self._database.transaction()
        condition = AccountRow.epoch == old.epoch
        for name in GUARDED:
            if getattr(old, name) != getattr(new, name):
                condition &= _as_seen(name, old)
        if actor.first is not None and actor.first.account_id == old.id:
            # Who asked is whom it is done to: of one row a transaction asks once.
            condition &= still_administrator(actor.first)
            actor = actor._replace(first=None)
        if actor.account_id == old.id:
            condition &= still_administrator(actor)
            acts_once_in(transaction, actor)
        else:
            check_actor_in(transaction, actor)
        transaction.update("account", AccountRow(old.id), _difference(old, new), condition)
        for one in formers:
            closed = [AccountRow.status.set(new.status.value)]
            transaction.update(one, AccountRow(one), closed, AccountRow.alias_of == old.id)
        limit = LimitRow(limit_key(old.id))
        if domains is not None and new.limited:
            limit.domains = list(domains)
            transaction.put("limit", limit)
        elif old.limited and (not new.limited or new.status is Status.ERASED):
            transaction.delete("limit", limit)
        for event in events:
            transaction.add("event", event_row(event))
        return not committed(transaction)

    def apply_policy(self, actor: Actor, change: PolicyChange, event: Event) -> bool:
        """Write a policy, if it is still the one that was seen."""
        transaction = self._database.transaction()
        check_actor_in(transaction, actor)
        transaction.put("policy", policy_row(change.key, change.new), _policy_as_seen(change.old))
        transaction.add("event", event_row(event))
        return not committed(transaction)

    def apply_brand(self, actor: Actor, change: BrandChange, event: Event) -> bool:
        """Write a domain's brand, if it is still the one that was seen."""
        transaction = self._database.transaction()
        check_actor_in(transaction, actor)
        transaction.put("brand", brand_row(change.domain, change.new), brand_as_seen(change))
        transaction.add("event", event_row(event))
        return not committed(transaction)

    def recall(self, actor: Actor, message: Message, event: Event) -> bool:
        """Take a message back unless it was read or taken back already."""
        transaction = self._database.transaction()
        check_actor_in(transaction, actor)
        row = MessageRow
        unread = row.id.exists() & row.read_at.does_not_exist() & row.recalled_at.does_not_exist()
        transaction.update(
            "message", MessageRow(message.account_id, message.id), [row.recalled_at.set(event.at)], unread
        )
        transaction.add("event", event_row(event))
        return not committed(transaction)


def policy_row(key: str, policy: Policy) -> PolicyRow:
    """A policy as a row; a domain's is listed, the portal's own is not."""
    return PolicyRow(
        key,
        name=policy.name,
        internal=policy.internal,
        two_step_required=policy.two_step_required,
        ranges=None if policy.ranges is None else list(policy.ranges),
        admin_ranges=None if policy.admin_ranges is None else list(policy.admin_ranges),
        notes=policy.notes or None,
        listed=None if policy.name == PORTAL_POLICY else "domain",
    )


def _as_seen(name: str, old: Account) -> Condition:
    attribute, value = getattr(AccountRow, name), _stored(getattr(old, name))
    seen: Condition = attribute.does_not_exist() if value is None else attribute == value
    return seen


def _policy_as_seen(old: Policy | None) -> Condition:
    """Every rule as it was read: two administrators who save different rules at once, and one of them looks again."""
    row = PolicyRow
    if old is None:
        absent: Condition = row.domain.does_not_exist()
        return absent
    condition: Condition = row.domain.exists()
    for attribute, seen in ((row.ranges, old.ranges), (row.admin_ranges, old.admin_ranges)):
        condition &= attribute.does_not_exist() if seen is None else attribute == list(seen)
    condition &= (row.notes == old.notes) if old.notes else row.notes.does_not_exist()
    for flag, on in ((row.internal, old.internal), (row.two_step_required, old.two_step_required)):
        # A row that an invitation made has neither, which means no.
        condition &= (flag == on) if on else flag.does_not_exist() | (flag == on)
    return condition


def _difference(old: Account, new: Account) -> list[Action]:
    """Actions for every attribute that differs; an update of nothing still writes the epoch it was seen at."""
    actions: list[Action] = [AccountRow.epoch.set(new.epoch)]
    changed = [name for name in (*GUARDED, *COUNTERS) if getattr(old, name) != getattr(new, name)]
    actions.extend(_set(name, _stored(getattr(new, name))) for name in changed)
    if old.staff != new.staff:
        actions.append(_set("staff", new.staff))
    if old.two_step != new.two_step:
        actions.extend(_two_step(old.two_step, new.two_step))
    return actions


def _two_step(old: TwoStep, two_step: TwoStep) -> list[Action]:
    """The counts; and, where the factor is taken away, all there is of it. Forgetting wrong codes takes none away."""
    row = AccountRow
    counts: list[Action] = [
        row.two_step_failures.set(two_step.failures),
        row.two_step_attempted_at.set(two_step.attempted_at),
        row.two_step_known_failures.set(two_step.known_failures),
        row.two_step_known_attempted_at.set(two_step.known_attempted_at),
    ]
    if (old.seed, old.pending_seed, old.recovery) == (
        two_step.seed,
        two_step.pending_seed,
        two_step.recovery,
    ):
        return counts
    return [*counts, *without_second_step()]


def _set(name: str, value: object) -> Action:
    attribute = getattr(AccountRow, name)
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action


def _stored(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Status | Kind) else value
