"""The acts on accounts as such: find one, make one. What changes one afterwards is the other families'."""

from typing import TYPE_CHECKING

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.accounts import Account, Kind, Policy, Status
from chalicelib.domain.addresses import AccountId, domain_id_of, domain_of
from chalicelib.domain.events import Event
from chalicelib.domain.refusals import Code, Hint, Refusal
from chalicelib.storage.database import Database
from chalicelib.storage.indexes import LISTED
from chalicelib.storage.rows import account_of, account_row, event_row, policy_of
from chalicelib.storage.tables import AccountRow, PolicyRow
from chalicelib.storage.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.administration import Actor  # the console's, which others do without
    from chalicelib.domain.services import Sender
    from chalicelib.domain.sessions import Session


class Accounts:
    """Atomic acts on accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, account_id: AccountId) -> tuple[Account | None, Policy | None]:
        """An account and its domain's policy, strongly consistent, in one trip."""
        account, policy = self._database.read_together(
            (AccountRow, account_id, None), (PolicyRow, domain_id_of(account_id), None)
        )
        return (account_of(account) if account else None), policy_of(policy)

    def read(self, account_id: AccountId) -> Account | None:
        """One account, strongly consistent."""
        row = self._database.read(AccountRow, account_id)
        return account_of(row) if row else None

    def invite(
        self,
        account: Account,
        event: Event,
        actor: "Actor | Sender | None" = None,
        over: int | None = None,
    ) -> bool:
        """The account, its event, and its domain in the list of domains where it is new there: all or nothing.

        False when there is one already: of many at once one wins (IN-03). An `actor` must still be an administrator, or
        a service whose key is still good. `over`: in place of one that was withdrawn and is still at this epoch; its
        own is a later one.
        """
        from chalicelib.storage.repeats import committed  # noqa: PLC0415 - for who invites, as few do

        if actor is not None and account.id == getattr(actor, "account_id", None):
            return False  # whoever acts is there; and of one row a transaction asks once
        transaction = self._database.transaction()
        if actor is not None:
            check_sender_or_actor_in(transaction, actor)
        list_domains_in(transaction, [account])
        unmade = AccountRow.id.does_not_exist() if over is None else _withdrawn_at(over)
        transaction.put("account", account_row(account), unmade)
        transaction.add("event", event_row(event))
        failed = committed(transaction)
        if "actor" in failed:
            raise Refusal(Code.CONFLICT, "changed_meanwhile")
        if "service" in failed:
            raise Refusal(Code.SESSION_REQUIRED, "service_key_void_meanwhile")
        return not failed

    def invite_all(self, invited: "Sequence[tuple[Account, Event]]", actor: "Actor") -> set[AccountId]:
        """Make all of them, each with its event, or none: then those that are there already are told."""
        transaction = self._database.transaction()
        check_actor_in(transaction, actor)
        list_domains_in(transaction, [account for account, _ in invited])
        for account, event in invited:
            transaction.put(account.id, account_row(account), AccountRow.id.does_not_exist())
            transaction.add("event", event_row(event))
        failed = transaction.commit()
        if "actor" in failed:
            raise Refusal(Code.CONFLICT, "changed_meanwhile")
        return {AccountId(name) for name in failed}

    def set_up(self, account: Account, event: Event) -> bool:
        """An account that is no person's, and its event: its domain comes into no list. False where it is there."""
        transaction = self._database.transaction()
        transaction.put("account", account_row(account), AccountRow.id.does_not_exist())
        transaction.add("event", event_row(event))
        return not transaction.commit()


def list_domains_in(transaction: Transaction, accounts: "Sequence[Account]") -> None:
    """Have the domains of new accounts in the list of domains; what is known of them stays."""
    row = PolicyRow
    for key, domain in {domain_id_of(one.id): domain_of(one.address) for one in accounts}.items():
        named = [row.name.set(row.name | domain), row.listed.set(row.listed | LISTED)]
        transaction.update("domain", PolicyRow(key), named)


def _withdrawn_at(epoch: int) -> Condition:
    """That nobody has come or can, as it was read: whoever is in between, by whatever way, moves the epoch."""
    row = AccountRow
    still: Condition = (row.epoch == epoch) & (row.status == Status.DISABLED.value)
    still &= row.password_changed_at.does_not_exist()
    return still


def check_sender_or_actor_in(transaction: Transaction, actor: "Actor | Sender") -> None:
    """Demand that whoever acts still may, each as its kind is asked."""
    from chalicelib.domain.services import Sender  # noqa: PLC0415 - for who invites, as few do

    if not isinstance(actor, Sender):
        check_actor_in(transaction, actor)
        return
    from chalicelib.storage.services import check_sender_in  # noqa: PLC0415 - for services alone

    check_sender_in(transaction, actor)


def check_actor_in(transaction: Transaction, actor: "Actor") -> None:
    """Demand that whoever acts is still an administrator; a failed check is told by the name `actor`."""
    transaction.check("actor", AccountRow(actor.account_id), still_administrator(actor))
    if actor.first is not None:
        transaction.check("first", AccountRow(actor.first.account_id), still_administrator(actor.first))
    acts_once_in(transaction, actor)


def check_recipient_in(transaction: Transaction, account_id: AccountId) -> None:
    """Demand that whoever is sent something is there under this address, or nobody yet; a failed check is told by the
    name `recipient`.

    Attack: none is needed. A message is sent while its recipient is erased, comes behind what is taken away, and lies
    there for whoever is invited next under the address (ADR 53). Or while the account moves to another address, and
    lies where nobody reads; or long after, when the mailbox has a new holder: whom it is for is the sender's to say
    (ADR 55). Defence: it is not sent.
    """
    row = AccountRow
    here = (row.status != Status.ERASED.value) & row.alias_of.does_not_exist()
    transaction.check("recipient", row(account_id), row.id.does_not_exist() | here)


def unreachable(database: Database, account_id: AccountId) -> Refusal:
    """The refusal of a message whose recipient is closed for good, or has another address."""
    if lives_now_at(database, account_id) != account_id:
        return Refusal(Code.CONFLICT, "recipient_has_another_address", hint=Hint.FORMER_ADDRESS)
    return Refusal(Code.CONFLICT, "recipient_being_erased")


def formers(database: Database, account_id: AccountId) -> list[AccountId]:
    """The addresses that an account had before, by the index of staff, in which each has a mark of its own."""
    from chalicelib.domain.moves import former_mark  # noqa: PLC0415 - for those who look back behind a change

    rows = database.query(AccountRow, former_mark(account_id), index=AccountRow.administrators)
    return [AccountId(row.id) for row in rows]


def lives_now_at(database: Database, account_id: AccountId) -> AccountId:
    """The account behind an id: itself, or the one that has another address by now."""
    row = AccountRow
    (found,) = database.read_together((row, account_id, None), only={row: (row.id, row.alias_of)})
    return AccountId(found.alias_of) if found and found.alias_of else account_id


def acts_once_in(transaction: Transaction, actor: "Actor") -> None:
    """Demand that the form of whoever acts has not done this already, where a form it is (WB-20)."""
    if actor.once is not None:
        from chalicelib.storage.repeats import once_in  # noqa: PLC0415 - for the console alone

        once_in(transaction, actor.once)


def still_administrator(actor: "Actor") -> Condition:
    """Attack: a write begun before the actor was disabled lands after it (SE-10); or two administrators disable each
    other at once and nobody is left (AD-07). Defence: the actor's standing is a condition of the write itself.
    """
    row = AccountRow
    current: Condition = (row.epoch == actor.epoch) & (row.status == Status.ACTIVE.value)
    current &= row.kind == Kind.ADMINISTRATOR.value
    return current


def without_second_step() -> list[Action]:
    """Take the second step away, with all that goes with it but the last time step, which no other may repeat."""
    row = AccountRow
    parts = (
        row.two_step_seed,
        row.two_step_on,
        row.two_step_pending,
        row.two_step_pending_until,
        row.recovery,
        row.two_step_unused_since,
        row.two_step_disputed_at,
    )
    return [part.remove() for part in parts]


def forgive_codes() -> list[Action]:
    """Forget the wrong codes, whoever entered them."""
    return [AccountRow.two_step_failures.set(0), AccountRow.two_step_known_failures.set(0)]


def forgive() -> list[Action]:
    """Forget the failures and the locks, whoever caused them."""
    row = AccountRow
    counts = (row.failures, row.locked_until, row.known_failures, row.known_locked_until)
    return [count.set(0) for count in counts]


def second_step_in_use(session: "Session") -> Condition:
    """That 2-step is on, of an account that has not moved on."""
    row = AccountRow
    current: Condition = (row.epoch == session.epoch) & (row.status == Status.ACTIVE.value)
    current &= row.two_step_seed.exists()
    return current


def used_up(step: int | None) -> list[Action]:
    """A time step that proved something, and everything before it.

    Attack: beside a recovery code, which has none, a code of the app is accepted; written back as it was read, the last
    step would let that one in again (TF-02).
    """
    return [] if step is None else [AccountRow.two_step_last.set(step)]


def still_unused(account: Account, step: int | None) -> Condition:
    """That the code which proves it was not used meanwhile: a time step's, or a recovery code that is then gone."""
    row = AccountRow
    return row.two_step_last < step if step is not None else row.recovery == list(account.two_step.recovery)
