"""The fake store's acts on sending systems."""

from __future__ import annotations

from chalicelib.domain.accounts import PORTAL_POLICY, Policy
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import Event
from chalicelib.domain.services import HeldKey, Service
from chalicelib.domain.tokens import Digest
from tests.fakes.tables import Family, act


class Services(Family):
    """`ports.ServiceActs`."""

    @act
    def standing(self, service: str | None) -> tuple[Policy | None, Service | None]:
        return self._tables.policies.get(PORTAL_POLICY), self._tables.services.get(service or "")

    @act
    def touch(self, seen: Service, key: HeldKey, now: float) -> None:
        stored = self._tables.services.get(seen.id)
        place = "current" if key.digest == seen.current.digest else "former"
        held = getattr(stored, place) if stored else None
        if stored and held and held.used_at == key.used_at:
            self._tables.services[seen.id] = stored._replace(**{place: held._replace(used_at=now)})

    @act
    def every(self) -> list[Service]:
        return sorted(self._tables.services.values(), key=lambda one: (one.name.casefold(), one.id))

    @act
    def find(self, service: str) -> Service | None:
        return self._tables.services.get(service)

    @act
    def make(self, actor: Actor, service: Service, event: Event) -> bool:
        self._tables.demand_first(actor.once)
        return service.id not in self._tables.services and self._write(actor, service, event)

    @act
    def rotate(self, actor: Actor, seen: Service, key: HeldKey, event: Event, handle: str = "") -> bool:
        self._tables.demand_first(actor.once)
        stored = self._tables.services.get(seen.id)
        if stored is None or stored.revoked_at is not None or digests(stored) != digests(seen):
            return False
        if stored.current.digest == key.digest or not stored.current.digest.startswith(handle):
            return False
        return self._write(actor, stored._replace(current=key, former=stored.current), event)

    @act
    def revoke(self, actor: Actor, seen: Service, event: Event) -> bool:
        self._tables.demand_first(actor.once)
        stored = self._tables.services.get(seen.id)
        if stored is None or stored.revoked_at is not None:
            return False
        return self._write(actor, stored._replace(revoked_at=event.at, revoked_by=event.actor or ""), event)

    def _write(self, actor: Actor, service: Service, event: Event) -> bool:
        if not self._tables.still_administrator(actor):
            return False
        self._tables.services[service.id] = service
        self._tables.put_event(event)
        self._tables.note(actor.once)
        return True


def digests(service: Service) -> list[Digest]:
    """Of its keys."""
    return [one.digest for one in (service.current, service.former) if one]
