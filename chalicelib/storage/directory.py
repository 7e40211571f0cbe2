"""What the console reads: users, domains, what was mailed and sent. No Scan: each asks an index."""

from pynamodb.expressions.condition import Condition

from chalicelib.domain.accounts import Kind, ListedAccount, Policy, Status
from chalicelib.domain.addresses import AccountId, DomainId
from chalicelib.domain.brand import Brand, brand_key
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Reset
from chalicelib.storage.brands import brand_of
from chalicelib.storage.database import Database
from chalicelib.storage.indexes import LISTED
from chalicelib.storage.message_rows import message_of
from chalicelib.storage.rows import policy_of, reset_of
from chalicelib.storage.tables import AccountRow, BrandRow, MessageRow, PolicyRow, ResetRow

SOME = 20  # administrators, of whom one is enough
LAST = "\uffff"  # sorts behind every address, which are ASCII

LINE = (
    AccountRow.id,
    AccountRow.address,
    AccountRow.kind,
    AccountRow.status,
    AccountRow.password_changed_at,
    AccountRow.created_at,
)


class Directory:
    """Readings for the console."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def users(
        self, domain: str, prefix: str, after: str | None, limit: int
    ) -> tuple[list[ListedAccount], str | None]:
        """The users of a domain whose address begins with `prefix`, and where the next page begins."""
        if prefix and after and after > prefix + LAST:
            return [], None  # DynamoDB refuses a range that ends before it begins
        condition = _page(prefix, after)
        rows = self._database.query(
            AccountRow,
            domain,
            index=AccountRow.users_by_domain,
            range_key_condition=condition,
            limit=limit + 1,
        )
        listed = [_line(row) for row in rows if row.address != after]
        return listed[:limit], (listed[limit - 1].address if len(listed) > limit else None)

    def stands_alone(self, administrator: AccountId) -> bool:
        """Of the others whether one could help; the few there are, without a Scan.

        Their hashes are not read: when a password was chosen says that somebody came (LO-07).
        """
        row = AccountRow
        listed = self._database.query(row, Kind.ADMINISTRATOR.value, index=row.administrators, limit=SOME)
        others = [one.id for one in listed if one.id != administrator and one.status == Status.ACTIVE.value]
        if not others:
            return True
        found = self._database.read_together(
            *((row, one, None) for one in others),
            only={row: (row.id, row.status, row.password_changed_at)},
        )
        came = [one for one in found if one and one.password_changed_at is not None]
        return not any(one.status == Status.ACTIVE.value for one in came)

    def user(self, account_id: AccountId) -> ListedAccount | None:
        """One user as a line of the list; the step that lists users has no business with hash or seed (LO-07)."""
        (found,) = self._database.read_together((AccountRow, account_id, None), only={AccountRow: LINE})
        return _line(found) if found else None

    def domains(self) -> list[Policy]:
        """Every domain with a user or a policy, by name."""
        rows = self._database.query(PolicyRow, LISTED, index=PolicyRow.all_domains)
        return [policy for policy in map(policy_of, rows) if policy]

    def policy(self, key: str) -> Policy | None:
        """One policy, strongly consistent."""
        return policy_of(self._database.read(PolicyRow, key))

    def brand(self, domain: DomainId) -> tuple[Policy | None, Brand | None]:
        """A domain's policy and its brand, in one trip."""
        policy, brand = self._database.read_together(
            (PolicyRow, domain, None), (BrandRow, brand_key(domain), None)
        )
        return policy_of(policy), brand_of(brand)

    def mailed(self, account_id: AccountId) -> list[Reset]:
        """What was mailed to an account, without its hashes."""
        rows = self._database.query(
            ResetRow, account_id, index=ResetRow.by_account, scan_index_forward=False, limit=20
        )
        return [reset_of(row) for row in rows]

    def sent_by(self, sender: str, before: str | None, limit: int) -> list[Message]:
        """What one sender sent, newest first, without bodies; `before` is the id of the last one seen."""
        condition = None if before is None else MessageRow.id < before
        rows = self._database.query(
            MessageRow,
            sender,
            index=MessageRow.by_sender,
            range_key_condition=condition,
            scan_index_forward=False,
            limit=limit,
        )
        return [message_of(row) for row in rows]


def _line(row: AccountRow) -> ListedAccount:
    """The index holds when a password was last chosen, which changes with it alone; the last logon would be written to
    the index with each logon.
    """
    invited_at = None if row.password_changed_at else row.created_at
    return ListedAccount(row.address, row.kind, row.status, invited_at)


def _page(prefix: str, after: str | None) -> Condition | None:
    """The range of addresses a page may come from; `after` itself is in it, and dropped by the reader."""
    address = AccountRow.address
    if after and prefix:
        return address.between(max(after, prefix), prefix + LAST)
    if prefix:
        return address.startswith(prefix)
    return address > after if after else None
