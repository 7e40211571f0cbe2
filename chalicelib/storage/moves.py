"""The acts that change an address: ask, prove, and carry over what lies under the account's former id (ADR 55)."""

from collections.abc import Sequence
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.domain.accounts import Account, Kind, Status, month_of
from chalicelib.domain.addresses import (
    AccountId,
    CanonicalAddress,
    account_id,
    domain_id_of,
    domain_of,
    limit_key,
)
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.messages import MOVING, Message
from chalicelib.domain.moves import Carried, OfOwner, Standing, former_mark, left_behind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.resets import Reset, pending_key
from chalicelib.storage.accounts import check_actor_in, formers
from chalicelib.storage.database import Database
from chalicelib.storage.indexes import LISTED
from chalicelib.storage.message_rows import message_of, message_row, whole_message_row
from chalicelib.storage.repeats import committed
from chalicelib.storage.rows import ON, account_of, domains_of, event_row, policy_of, reset_of, reset_row
from chalicelib.storage.tables import AccountRow, LimitRow, MessageRow, PolicyRow, ResetRow
from chalicelib.storage.transaction import Transaction

FOREVER = 253402300799  # the end of the year 9999: what waits to be carried over never goes by itself
_OF_TWO_STEP = {
    "seed": "two_step_seed",
    "last_step": "two_step_last",
    "pending_seed": "two_step_pending",
    "pending_until": "two_step_pending_until",
    "recovery": "recovery",
    "failures": "two_step_failures",
    "attempted_at": "two_step_attempted_at",
    "known_failures": "two_step_known_failures",
    "known_attempted_at": "two_step_known_attempted_at",
    "unused_since": "two_step_unused_since",
    "disputed_at": "two_step_disputed_at",
}


class Moves:
    """Atomic acts of a change of address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, actor: Actor, account: Account, pending: Reset, events: Sequence[Event]) -> bool:
        """Write the change that waits, with its events, if the account is as it was and nobody has the address."""
        to = account_id(CanonicalAddress(pending.address))
        if to == actor.account_id:  # of one row a transaction asks once
            raise Refusal(Code.EXISTS, "address_taken")
        transaction = self._database.transaction()
        check_actor_in(transaction, actor)
        row = AccountRow
        unmoved = (row.epoch == account.epoch) & (row.status == Status.ACTIVE.value)
        transaction.check("account", row(account.id), unmoved)
        transaction.check("taken", row(to), free_for(account.id))
        transaction.put("pending", reset_row(pending))
        for event in events:
            transaction.add("event", event_row(event))
        failed = committed(transaction)
        if "taken" in failed:
            raise Refusal(Code.EXISTS, "address_taken")
        return not failed

    def standing(self, link: Reset) -> Standing:
        """The change that waits, the account, its domain's policy, and whoever has the new address, in one trip."""
        who, to = link.account_id, account_id(CanonicalAddress(link.address))
        pending, account, policy, taken, limit = self._database.read_together(
            (ResetRow, pending_key(who), None),
            (AccountRow, who, None),
            (PolicyRow, domain_id_of(who), None),
            (AccountRow, to, None),
            (LimitRow, limit_key(who), None),
        )
        return Standing(
            reset_of(pending) if pending else None,
            account_of(account) if account else None,
            policy_of(policy),
            taken is not None and taken.alias_of != who,
            domains_of(limit),
        )

    def confirm(
        self, link: Reset, old: Account, new: Account, events: Sequence[Event], domains: Sequence[str] = ()
    ) -> bool:
        """One transaction: the link and what it proves are spent, the account is under its new id, the old one is a
        former address, those before lead to the new one too, and what lies under the old id waits to be carried over.

        Of two at once, of a containment or an invitation in between, one wins: every row is as it was read, or not
        there (ADR 55). `domains`: those that it was limited to, and is.
        """
        transaction, at = self._database.transaction(), events[0].at
        self._spend_in(transaction, link, at)
        account, domain = AccountRow, domain_of(new.address)
        transaction.put("new", whole_row(new), free_for(old.id))
        transaction.put("old", whole_row(left_behind(old, new)), as_seen(old))
        row = PolicyRow
        named = [row.name.set(row.name | domain), row.listed.set(row.listed | LISTED)]
        transaction.update("domain", row(domain_id_of(new.id)), named)
        if new.limited:
            transaction.put("limit", LimitRow(limit_key(new.id), domains=list(domains)))
            transaction.delete("limit before", LimitRow(limit_key(old.id)))
        leads = [account.alias_of.set(new.id), account.staff.set(former_mark(new.id))]
        for one in set(formers(self._database, old.id)) - {new.id}:
            transaction.update(one, account(one), leads, account.alias_of == old.id)
        transaction.check("moving", MessageRow(MOVING, old.id), MessageRow.id.does_not_exist())
        transaction.put("carried", moving_row(Carried(old.id, new.id), at))
        for event in events:
            transaction.add("event", event_row(event))
        return not transaction.commit()

    def _spend_in(self, transaction: Transaction, link: Reset, at: float) -> None:
        row = ResetRow
        unspent = row.spent_at.does_not_exist() & (row.valid_until > at) & (row.purpose == link.purpose.value)
        same = unspent & (row.address == link.address) & (row.valid_until == link.valid_until)
        same &= row.epoch == link.epoch
        transaction.update("link", row(link.key), [row.spent_at.set(at)], unspent)
        transaction.update("pending", row(pending_key(link.account_id)), [row.spent_at.set(at)], same)

    def formers(self, who: AccountId) -> list[AccountId]:
        """The former addresses, by an index; and the latest, which that may not have yet, and no erasure may forget."""
        row = MessageRow
        (moving,) = self._database.read_together(
            (row, MOVING, who), only={row: (row.account_id, row.id, row.recipient)}
        )
        latest = {AccountId(moving.recipient)} if moving and moving.recipient else set()
        return sorted({*formers(self._database, who), *latest})

    def of_owner(self, who: AccountId) -> OfOwner:
        """The change that waits, in force or not, and the former addresses themselves, in one trip."""
        mark, index = former_mark(who), AccountRow.administrators
        with self._database.all_beside(lambda: self._database.query(AccountRow, mark, index=index)) as (
            rows,
        ):
            pending = self._database.read(ResetRow, pending_key(who))
        return OfOwner(reset_of(pending) if pending else None, [row.address for row in rows.result()])

    def waiting(self, limit: int) -> list[Carried]:
        """What is still to be carried over, some of it: a move that is done makes room for the next."""
        rows = self._database.query(MessageRow, MOVING, limit=limit)
        return [Carried(AccountId(row.recipient or ""), AccountId(row.id)) for row in rows]

    def left(self, old: AccountId, limit: int) -> list[Message]:
        """So many messages that lie under a former address, the newest first: they are looked for first."""
        rows = self._database.query(MessageRow, old, scan_index_forward=False, limit=limit)
        return [message_of(row) for row in rows]

    def carry(self, old: Message, new: Message) -> bool:
        """One message, in one transaction; False where it was read or taken back since, or its mail told of.

        Put back by a restore, it may be under both: what lies under the account's own id stays.
        """
        transaction = self._database.transaction()
        transaction.delete("old", MessageRow(old.account_id, old.id), _message_as_seen(old))
        transaction.put("new", whole_message_row(new), MessageRow.id.does_not_exist())
        failed = transaction.commit()
        if failed.keys() == {"new"}:
            again = self._database.transaction()
            again.delete("old", MessageRow(old.account_id, old.id))
            again.commit()
            return True
        return not failed

    def carried(self, move: Carried) -> None:
        """The move is done. Nothing comes behind it: what is sent asks whether its recipient has this address still."""
        transaction = self._database.transaction()
        transaction.delete("moving", MessageRow(MOVING, move.new), MessageRow.recipient == move.old)
        transaction.commit()


def whole_row(account: Account) -> AccountRow:
    """An account with all there is of it."""
    staff = account.staff if account.alias_of is None else former_mark(account.alias_of)
    at = account.last_logon_at
    derived: dict[str, Any] = {
        "domain": domain_of(account.address),
        "staff": staff,
        "two_step_on": ON if account.two_step.active else None,
        "last_logon_month": None if at is None else month_of(at),
    }
    return AccountRow(account.id, **derived, **_values(account))


def free_for(account: AccountId) -> Condition:
    """That nobody has the address, or this account had it before: it may have it back."""
    row = AccountRow
    free: Condition = row.id.does_not_exist() | (row.alias_of == account)
    return free


def as_seen(account: Account) -> Condition:
    """That the row is in every respect as it was read: what is counted or chosen meanwhile is not lost with it."""
    condition: Condition = AccountRow.id.exists()
    for name, value in _values(account).items():
        attribute = getattr(AccountRow, name)
        if value is None:
            condition &= attribute.does_not_exist()
        elif not value:  # a count or a flag that nothing has set yet
            condition &= attribute.does_not_exist() | (attribute == value)
        else:
            condition &= attribute == value
    return condition


def _values(account: Account) -> dict[str, Any]:
    """What the row has, by its attributes' names."""
    left_out = {"id", "two_step", "limited"}  # the last moves the epoch where it changes
    own = {name: value for name, value in account._asdict().items() if name not in left_out}
    second = {_OF_TWO_STEP[name]: value for name, value in account.two_step._asdict().items()}
    second["two_step_pending_until"] = second["two_step_pending_until"] or None
    values = {name: _stored(value) for name, value in (own | second).items()}
    return values | {name: values[name] or None for name in ("clients", "recovery")}


def _stored(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Kind | Status) else value


def _message_as_seen(message: Message) -> Condition:
    """Nor has its sender gone since: who was erased does not come back with what is carried over (ADR 53)."""
    row, sender = MessageRow, message_row(message).sender
    condition: Condition = row.sender == sender
    for attribute, value in (
        (row.answers_to, message.answers_to or None),
        (row.read_at, message.read_at),
        (row.recalled_at, message.recalled_at),
        (row.mail, message.mail),
        (row.mail_at, message.mail_at),
        (row.answered_at, message.answered_at),
    ):
        condition &= attribute.does_not_exist() if value is None else attribute == value
    return condition


def moving_row(move: Carried, at: float) -> MessageRow:
    """That something may still lie under a former id: until `move_accounts` has found nothing there."""
    return MessageRow(
        MOVING, move.new, sender=MOVING, recipient=move.old, subject="", sent_at=at, expires_at=FOREVER
    )
