"""The acts on sending systems: who presents a key, made, rotated, revoked, last used."""

from typing import TYPE_CHECKING, Any

from pynamodb.expressions.condition import Condition

from chalicelib.domain.accounts import PORTAL_POLICY, Policy
from chalicelib.domain.events import Event
from chalicelib.domain.services import HeldKey, Sender, Service
from chalicelib.domain.tokens import Digest
from chalicelib.storage.database import Database
from chalicelib.storage.rows import event_row, policy_of
from chalicelib.storage.tables import PolicyRow, ServiceRow
from chalicelib.storage.transaction import Transaction

if TYPE_CHECKING:
    from chalicelib.domain.administration import Actor

OWNER = "portal"


class Services:
    """Atomic acts on the services table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, service: str | None) -> tuple[Policy | None, Service | None]:
        """All a service's request is judged by, strongly consistent, in one trip."""
        if service is None:
            return policy_of(self._database.read(PolicyRow, PORTAL_POLICY)), None
        policy, row = self._database.read_together(
            (PolicyRow, PORTAL_POLICY, None), (ServiceRow, OWNER, service)
        )
        return policy_of(policy), service_of(row) if row else None

    def touch(self, seen: Service, key: HeldKey, now: float) -> None:
        """Write when one of its two keys was last used, unless a rotation has moved it meanwhile.

        Attack: IAM cannot tell a test from a setting, so a condition on a digest would let the authorizer's role, which
        meets every request of everybody, set one. Defence: the last use itself, as it was seen, is the condition.
        """
        row = ServiceRow
        used = row.used_at if key.digest == seen.current.digest else row.former_used_at
        as_seen = used.does_not_exist() if key.used_at is None else used == key.used_at
        self._database.update(row(OWNER, seen.id), [used.set(now)], row.id.exists() & as_seen)

    def every(self) -> list[Service]:
        """All there are, revoked ones too, by name; the few there are, without a Scan."""
        found = [service_of(row) for row in self._database.query(ServiceRow, OWNER)]
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    def find(self, service: str) -> Service | None:
        """One, strongly consistent."""
        row = self._database.read(ServiceRow, OWNER, service)
        return service_of(row) if row else None

    def make(self, actor: "Actor", service: Service, event: Event) -> bool:
        """A new one, with its first key."""
        transaction = self._by(actor)
        transaction.put("service", service_row(service), ServiceRow.id.does_not_exist())
        return self._done(transaction, event)

    def rotate(self, actor: "Actor", seen: Service, key: HeldKey, event: Event, handle: str = "") -> bool:
        """A new key in the place of the older one, if both are still those that were seen.

        Attack: two administrators rotate at once; each key takes the place of the other's, and one of the two that were
        shown is dead. Or a form of a week ago is sent again, makes the key it made then, and a leaked key lives again.
        Defence: who asks says which key was the newest when they looked, and looks again where another is.
        """
        row, current = ServiceRow, seen.current
        actions = [
            row.digest.set(key.digest),
            row.made_at.set(key.made_at),
            row.used_at.remove(),
            row.former.set(current.digest),
            row.former_made_at.set(current.made_at),
            row.former_used_at.remove()
            if current.used_at is None
            else row.former_used_at.set(current.used_at),
        ]
        # A form that comes back after its minute makes the key that it has made before.
        condition = self._as_seen(seen) & (row.digest != key.digest)
        if handle:
            condition &= row.digest.startswith(handle)
        transaction = self._by(actor)
        transaction.update("service", row(OWNER, seen.id), actions, condition)
        return self._done(transaction, event)

    def revoke(self, actor: "Actor", seen: Service, event: Event) -> bool:
        """The end of both keys, for good. What it sent stays."""
        row = ServiceRow
        transaction = self._by(actor)
        ended = [row.revoked_at.set(event.at), row.revoked_by.set(event.actor or "")]
        condition = row.id.exists() & row.revoked_at.does_not_exist()
        transaction.update("service", row(OWNER, seen.id), ended, condition)
        return self._done(transaction, event)

    def _as_seen(self, seen: Service) -> Condition:
        row = ServiceRow
        same: Condition = (row.digest == seen.current.digest) & row.revoked_at.does_not_exist()
        former = seen.former
        same &= row.former.does_not_exist() if former is None else row.former == former.digest
        return same

    def _by(self, actor: "Actor") -> Transaction:
        from chalicelib.storage.accounts import check_actor_in  # noqa: PLC0415 - for who administers them

        transaction = self._database.transaction()
        check_actor_in(transaction, actor)
        return transaction

    def _done(self, transaction: Transaction, event: Event) -> bool:
        from chalicelib.storage.repeats import committed  # noqa: PLC0415 - as above

        transaction.add("event", event_row(event))
        return not committed(transaction)


def check_sender_in(transaction: Transaction, sender: Sender) -> None:
    """Demand that the key is still good; a failed check is told by the name `service`.

    Attack: a key that leaked goes on sending with requests that were under way when it was revoked. Defence: it is a
    condition of the write itself.
    """
    row = ServiceRow
    alive = row.revoked_at.does_not_exist() & ((row.digest == sender.digest) | (row.former == sender.digest))
    transaction.check("service", row(OWNER, sender.id), alive)


def service_of(row: ServiceRow) -> Service:
    """The row as the domain's value."""
    ranges: Any = row.ranges
    former = None
    if row.former is not None:
        former = HeldKey(Digest(row.former), row.former_made_at or 0, row.former_used_at)
    return Service(
        id=row.id,
        name=row.name,
        domains=tuple(row.domains),
        ranges=None if ranges is None else tuple(ranges),
        created_at=row.created_at,
        created_by=row.created_by,
        current=HeldKey(Digest(row.digest), row.made_at, row.used_at),
        former=former,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )


def service_row(service: Service) -> ServiceRow:
    """A new one as a row; later changes are conditional updates of single attributes."""
    return ServiceRow(
        OWNER,
        service.id,
        name=service.name,
        domains=list(service.domains),
        ranges=None if service.ranges is None else list(service.ranges),
        created_at=service.created_at,
        created_by=service.created_by,
        digest=service.current.digest,
        made_at=service.current.made_at,
    )
