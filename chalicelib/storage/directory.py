"""What the console reads: users, domains, what was mailed and sent. No Scan: each asks an index."""

from collections.abc import Sequence
from functools import partial

from chalicelib.domain.accounts import Kind, Policy, Status
from chalicelib.domain.addresses import AccountId, DomainId, domain_id_of, limit_key
from chalicelib.domain.brand import Brand, brand_key
from chalicelib.domain.listing import CameTo, Found, ListedAccount, Wanted
from chalicelib.domain.messages import MOVING, Message, reply_drawer
from chalicelib.domain.resets import Reset
from chalicelib.storage.brands import brand_of
from chalicelib.storage.database import Database
from chalicelib.storage.indexes import LISTED
from chalicelib.storage.message_rows import message_of
from chalicelib.storage.rows import domains_of, policy_of, reset_of
from chalicelib.storage.tables import AccountRow, BrandRow, LimitRow, MessageRow, PolicyRow, ResetRow
from chalicelib.storage.user_search import FIRST, LAST, search

SOME = 20  # administrators, of whom one is enough
BATCH = 100  # rows of one trip

LINE = (
    AccountRow.id,
    AccountRow.address,
    AccountRow.kind,
    AccountRow.status,
    AccountRow.password_changed_at,
    AccountRow.created_at,
    AccountRow.two_step_on,
    AccountRow.last_logon_at,
)
# Of a message all but what it says and what it is about.
ENVELOPE = (
    MessageRow.account_id,
    MessageRow.id,
    MessageRow.sender,
    MessageRow.speaks_as,
    MessageRow.sent_at,
    MessageRow.expires_at,
    MessageRow.read_at,
    MessageRow.recalled_at,
)
WHENCE = (MessageRow.account_id, MessageRow.id, MessageRow.recipient)


class Directory:
    """Readings for the console."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def users(self, wanted: Wanted, start: str | None, limit: int, *, backwards: bool = False) -> Found:
        """The users that are wanted, behind an address or before it: found by an index, read as they are now."""
        keys = search(self._database, wanted, start, limit, backwards=backwards)
        return Found([line for line in self.several(keys.ids) if wanted.fits(line)], keys.further)

    def several(self, ids: Sequence[AccountId]) -> list[ListedAccount]:
        """Those of them that there are, in one trip."""
        batches = [ids[first : first + BATCH] for first in range(0, len(ids), BATCH)]
        with self._database.all_beside(*(partial(self._lines, some) for some in batches)) as reading:
            pass
        return [line for one in reading for line in one.result()]

    def _lines(self, ids: Sequence[AccountId]) -> list[ListedAccount]:
        """Of the step that lists users: it has no business with hash or seed (LO-07)."""
        found = self._database.read_together(
            *((AccountRow, one, None) for one in ids), only={AccountRow: LINE}
        )
        return [_line(one) for one in found if one]

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

    def administered_from(self, domain: DomainId) -> bool:
        """Whether an administrator of all has an address in this domain; whoever is limited is not in the index."""
        row = AccountRow
        listed = self._database.query(row, Kind.ADMINISTRATOR.value, index=row.administrators)
        there = (one for one in listed if domain_id_of(AccountId(one.id)) == domain)
        return any(one.status in {Status.ACTIVE.value, Status.FROZEN.value} for one in there)

    def user(self, account_id: AccountId) -> ListedAccount | None:
        """One user as a line of the list."""
        return next(iter(self._lines([account_id])), None)

    def withdrawn(self, account_id: AccountId) -> int | None:
        """The epoch of an account whose invitation was withdrawn; None for any other, another name of one too."""
        row = AccountRow
        (found,) = self._database.read_together(
            (row, account_id, None),
            only={row: (row.id, row.status, row.password_changed_at, row.epoch, row.alias_of)},
        )
        never_came = found is not None and found.password_changed_at is None and found.alias_of is None
        return int(found.epoch) if never_came and found.status == Status.DISABLED.value else None

    def domains(self, prefix: str, start: str | None, limit: int, *, backwards: bool = False) -> list[Policy]:
        """So many domains with a user or a policy, by name, behind one or before it, whose name begins so."""
        name = PolicyRow.name
        first, last = prefix or FIRST, prefix + LAST
        first, last = (first, min(last, start or last)) if backwards else (max(first, start or first), last)
        if first > last:
            return []  # DynamoDB refuses a range that ends before it begins
        rows = self._database.query(
            PolicyRow,
            LISTED,
            index=PolicyRow.all_domains,
            range_key_condition=name.between(first, last),
            scan_index_forward=not backwards,
            limit=limit + 1,
        )
        return [policy for policy in map(policy_of, rows) if policy and policy.name != start][:limit]

    def policy(self, key: str) -> Policy | None:
        """One policy, strongly consistent."""
        return policy_of(self._database.read(PolicyRow, key))

    def policies(self, domains: Sequence[DomainId]) -> list[Policy]:
        """Some of them as they are now, in one trip."""
        rows = self._database.read_together(*((PolicyRow, one, None) for one in domains))
        return [policy for policy in map(policy_of, rows) if policy]

    def limit(self, account_id: AccountId) -> tuple[str, ...]:
        """The domains of a limited account."""
        return domains_of(self._database.read(LimitRow, limit_key(account_id)))

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

    def received(
        self, account_id: AccountId, before: str | None, limit: int, *, replies: bool = False
    ) -> list[Message]:
        """Lines of what an account has received; while it is carried over from a former address, of both (ADR 55)."""
        asked = partial(self._received, before=before, limit=limit)
        if replies:
            return asked(reply_drawer(account_id))
        with self._database.all_beside(partial(asked, account_id)) as (reading,):
            (moving,) = self._database.read_together(
                (MessageRow, MOVING, account_id), only={MessageRow: WHENCE}
            )
        if moving is None or not moving.recipient:
            found: list[Message] = reading.result()
            return found
        lines = {one.id: one for one in (*asked(moving.recipient), *asked(account_id))}
        return [lines[id_] for id_ in sorted(lines, reverse=True)[:limit]]

    def _received(self, key: str, *, before: str | None, limit: int) -> list[Message]:
        """The subject is in the index, for its reader's own list; whoever asks here may not name it (ADR 59)."""
        condition = None if before is None else MessageRow.id < before
        rows = self._database.query(
            MessageRow,
            key,
            index=MessageRow.by_recipient,
            range_key_condition=condition,
            scan_index_forward=False,
            limit=limit,
            attributes_to_get=[one.attr_name for one in ENVELOPE],
        )
        return [message_of(row)._replace(subject="") for row in rows]

    def came_to(self, account_id: AccountId, limit: int) -> CameTo:
        """What was mailed to an account, and lines of what it has received, in one trip."""
        asked = partial(self.received, account_id, None, limit)
        with self._database.all_beside(asked, partial(asked, replies=True)) as (messages, replies):
            mailed = self.mailed(account_id)
        return CameTo(mailed, messages.result(), replies.result())

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
    """When a password was last chosen says that somebody came; a hash of it is not read (LO-07)."""
    return ListedAccount(
        row.address,
        row.kind,
        row.status,
        invited_at=None if row.password_changed_at else row.created_at,
        two_step=bool(row.two_step_on),
        last_logon_at=row.last_logon_at,
        created_at=row.created_at,
    )
