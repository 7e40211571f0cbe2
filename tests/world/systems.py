"""Sending systems inside a test: made by an administrator, each with its key in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.domain.accounts import Kind
from chalicelib.domain.administration import Actor
from chalicelib.domain.events import EventKind
from chalicelib.domain.ports import Store
from chalicelib.domain.services import (
    HeldKey,
    Sender,
    Service,
    key_of,
    new_service_id,
    sender_of_key,
    split_key,
)
from tests.console.staff import Staff
from tests.fakes.looking import planted
from tests.fakes.samples import NOW, an_event, number
from tests.world.visitors import Reply, Visitor
from tests.world.world import World

BODY = "Your statement is ready."
DRAFT = {"from": "desk@sender.test", "to": "ann@people.test", "subject": "Statement", "body": BODY}


@dataclass
class System:
    """A sending system, its id, its key, and how it asks."""

    id: str
    key: str
    asks: Visitor

    def posts(self, path: str, fields: object = None, **headers: str) -> Reply:
        return self.asks.post(path, fields, Authorization=f"Bearer {self.key}", **headers)

    def gets(self, path: str) -> Reply:
        return self.asks.get(path, Authorization=f"Bearer {self.key}")

    def sends(self, key: str = "", **fields: Any) -> Reply:
        """A message, under an Idempotency-Key or none."""
        return self.posts("/service/messages", DRAFT | fields, **{"Idempotency-Key": key})

    def sent(self, **fields: Any) -> str:
        """One that is taken in; its id."""
        reply = self.sends(**fields)
        assert reply.status == 201, reply.text
        return str(reply.json()["id"])

    def state(self, message: str) -> str:
        """What became of it."""
        reply = self.gets(f"/service/messages/{message}")
        assert reply.status == 200, reply.text
        return str(reply.json()["state"])


def system(world: World, desk: Staff, source: str | None = None, **fields: Any) -> System:
    """A new one, that may speak for sender.test."""
    asked = {"name": "Mail gateway", "domains": ["sender.test"], **fields}
    reply = desk.visitor.post("/admin/services", asked)
    assert reply.status == 201, reply.text
    made = reply.json()
    return System(made["id"], made["key"], world.visitor(source))


def planted_system(world: World, **facts: Any) -> System:
    """One that is there already, with its key in hand."""
    key = key_of(new_service_id(number().to_bytes(10, "big")), number().to_bytes(32, "big"))
    service, _ = _stored(world.store, key, **facts)
    return System(service.id, key, world.visitor())


def a_system(store: Store, **facts: Any) -> tuple[Service, Sender]:
    """One that is there already; and itself as its step is told of it."""
    key = key_of(new_service_id(number().to_bytes(10, "big")), number().to_bytes(32, "big"))
    return _stored(store, key, **facts)


def _stored(store: Store, key: str, **facts: Any) -> tuple[Service, Sender]:
    presented = split_key(key)
    assert presented
    held = HeldKey(presented.digest, NOW)
    service = Service(
        presented.service, "Mail gateway", ("sender.test",), None, NOW, "admin@people.test", held
    )
    service = service._replace(**facts)
    told = an_event(service.trail, EventKind.SERVICE_MADE)
    assert store.services.make(an_actor(store), service, told)
    return service, sender_of_key(service, presented.digest)


def an_actor(store: Store) -> Actor:
    """Some administrator."""
    admin = planted(store, kind=Kind.ADMINISTRATOR)
    return Actor(admin.id, admin.epoch)
