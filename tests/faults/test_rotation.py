"""Keys are rotated under load, by the program that an operator runs, and nobody is refused (LO-09).

The time is the portal's own clock: while the program waits for the containers, people go on logging on, typing codes,
reading and changing passwords. Each function has several containers, started at different times; some are replaced.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import botocore.session
import pytest

from chalicelib.domain.accounts import Account
from chalicelib.domain.delivery import Draft, send_message
from chalicelib.domain.events import EventKind
from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.held_keys import AGAIN_SECONDS, REFRESH_SECONDS, HeldKeys
from chalicelib.domain.keys import USES, Ring, Use
from chalicelib.domain.sealing import Sealer
from chalicelib.mail.worker import Worker
from chalicelib.services.key_secrets import read_rings
from infra.gateway.functions import running
from infra.keys import first_keys, value_of
from infra.rotation import rotate, withdraw
from tests.structure.code import NEEDS
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import ROLES, World

pytestmark = pytest.mark.slow

NAME = "portal/under-load/keys"
CONTAINERS = 4
PASSWORDS = (PASSWORD, "nine geese under a bridge")


@pytest.fixture
def manager(moto: Any) -> Iterator[Any]:
    made = botocore.session.get_session().create_client("secretsmanager")
    for use in USES:
        made.create_secret(Name=f"{NAME}/{use}")
    first_keys(made, NAME)
    yield made
    for use in USES:
        made.delete_secret(SecretId=f"{NAME}/{use}", ForceDeleteWithoutRecovery=True)


class Fleet:
    """The containers of each function, each with the keys that it read when it did."""

    def __init__(self, manager: Any, world: World, chance: random.Random) -> None:
        self.manager, self.world, self.chance = manager, world, chance
        self.there = {
            step: [self.start(step) for _ in range(CONTAINERS)] for step in NEEDS if NEEDS[step].keys
        }
        self.chosen: dict[str, int] = {}
        quick = cache(partial(Argon2Hasher, memory_kib=8, time_cost=1))
        world.portal = world.portal._replace(keyring=self.keyring, hashing=quick)
        world.worker = Worker(world.portal, world.worker.mailer)

    def start(self, step: str) -> HeldKeys:
        held = HeldKeys(NEEDS[step].keys, partial(read_rings, self.manager, NAME), self.world.clock)
        held.start()
        return held

    def keyring(self, use: Use) -> Ring:
        ROLES.before_keys(use)
        step = running.get() or ""
        return self.there[step][self.chosen.setdefault(step, self.chance.randrange(CONTAINERS))].rings[use]

    def next_request(self) -> None:
        """Whichever containers answer; now and then one is replaced by a new one."""
        self.chosen.clear()
        if self.chance.random() < 0.02:
            step = self.chance.choice(list(self.there))
            self.there[step][self.chance.randrange(CONTAINERS)] = self.start(step)

    def half_anew(self) -> None:
        """Half of the containers of each function start now, and know what the others do not."""
        for step, some in self.there.items():
            some[::2] = [self.start(step) for _ in some[::2]]


@dataclass
class Person:
    account: Account
    phone: Phone | None = None
    password: str = PASSWORD
    typed_at: float = 0.0  # a code is good once


class Crowd:
    """People who never stop, and what they were answered."""

    def __init__(self, fleet: Fleet, chance: random.Random) -> None:
        self.fleet, self.world, self.chance = fleet, fleet.world, chance
        fleet.chosen.clear()
        self.people = [self.person(number) for number in range(12)]
        self.pace = 10.0  # seconds from one request to the next, at most
        self.answers: Counter[int] = Counter()
        self.unavailable: Counter[str] = Counter()

    def person(self, number: int) -> Person:
        """Every other has 2-step."""
        if number % 2:
            return Person(*enrolled(self.world))
        return Person(self.world.person())

    def ask(self, visitor: Visitor, path: str, fields: object = None) -> Reply:
        """As a program does that is told to come again."""
        while True:
            self.fleet.next_request()
            self.world.clock.passes(self.pace * self.chance.random())
            sent = fields() if callable(fields) else fields
            reply = visitor.get(path) if sent is None else visitor.post(path, sent)
            self.answers[reply.status] += 1
            if reply.status != 503:
                assert reply.status in {200, 202}, (path, reply.text)
                return reply
            self.unavailable[path] += 1
            self.world.clock.passes(int(reply.header("Retry-After")))

    def goes_on(self, seconds: float) -> None:
        """For so long."""
        until = self.world.clock() + seconds
        while self.world.clock() < until:
            self.visit(
                self.chance.choice([one for one in self.people if one.typed_at < self.world.clock() - 60])
            )
            if self.chance.random() < 0.2:
                self.joins()

    def visit(self, who: Person) -> None:
        """Log on, read what came, and sometimes choose another password, with the old one or by a link."""
        visitor, world, email = self.world.visitor(), self.world, who.account.address
        reply = self.ask(visitor, "/logon", {"email": email, "password": who.password})
        if visitor.goes_on(reply) == "enter_code":
            assert who.phone
            code = who.phone.code
            assert visitor.goes_on(self.ask(visitor, "/logon/code", lambda: {"code": code()})) == "portal"
            who.typed_at = world.clock()
        self.ask(visitor, f"/messages/{self.sends(who)}")
        new = self.chance.choice(PASSWORDS)
        if new != who.password and self.chance.random() < 0.3:
            chosen = {"new_password": new, "confirm_password": new}
            if self.chance.random() < 0.5:
                self.ask(visitor, "/password/change", chosen | {"current_password": who.password})
            else:
                self.ask(visitor, "/password/forgot", {"email": email})
                token = world.mails(email)[-1].token("/password/reset")
                self.ask(visitor, "/password/reset", chosen | {"token": token})
            who.password = new

    def joins(self) -> None:
        """Somebody new turns 2-step on, and logs on with it the next time."""
        visitor, ring = self.world.visitor(), self.one_of("password_reset").rings["pepper"]
        stored = Argon2Hasher(ring, memory_kib=8, time_cost=1).hash(PASSWORD)
        who = Person(self.world.person(password=PASSWORD, password_hash=stored))
        logon = {"email": who.account.address, "password": who.password}
        visitor.goes_on(self.ask(visitor, "/logon", logon))
        who.phone = Phone(self.ask(visitor, "/account/two-step", {}).json()["secret"], self.world.clock)
        code = who.phone.code
        self.ask(visitor, "/account/two-step/confirm", lambda: {"code": code()})
        who.typed_at = self.world.clock()
        self.people = [*self.people[:12], *self.people[12:][-12:], who]

    def one_of(self, step: str) -> HeldKeys:
        """Any container of a function."""
        return self.chance.choice(self.fleet.there[step])

    def sends(self, who: Person) -> str:
        """A message, sealed by one of those that seal."""
        sealing = self.one_of("admin_messages").rings["bodies"]
        draft = Draft("sender@bank.example", who.account.address, "Your statement", "Good day.", 86400)
        store, now = self.world.store, self.world.clock()
        return send_message(store, Sealer(sealing, os.urandom), draft, now=now, random=os.urandom).id


@pytest.fixture
def crowd(manager: Any) -> Crowd:
    chance = random.Random(14)
    rings = {use: json.loads(value_of(manager, f"{NAME}/{use}")) for use in USES}
    return Crowd(Fleet(manager, World(KEYS=json.dumps(rings)), chance), chance)


def refusals(crowd: Crowd) -> int:
    """What the trail has of people who were told that they were wrong."""
    refused = {EventKind.LOGON_REFUSED, EventKind.CODE_REFUSED, EventKind.RESET_REFUSED}
    events = [
        one for who in crowd.people for one in crowd.world.store.events.of_account(who.account.id, 10_000)
    ]
    assert any(one.kind is EventKind.LOGON_SUCCEEDED for one in events)
    return sum(one.kind in refused for one in events)


@pytest.mark.parametrize("use", USES)
def test_lo_09_rotation_under_load_refuses_nobody_and_keeps_nobody_waiting(
    manager: Any, crowd: Crowd, use: Use
) -> None:
    crowd.goes_on(120)
    assert rotate(manager, f"{NAME}/{use}", crowd.goes_on) == "k2"
    crowd.goes_on(2 * REFRESH_SECONDS)
    assert rotate(manager, f"{NAME}/{use}", crowd.goes_on) == "k3"
    crowd.goes_on(2 * REFRESH_SECONDS)
    assert set(crowd.answers) <= {200, 202}
    assert refusals(crowd) == 0
    assert all(
        held.rings[use].current == "k3"
        for step, one in crowd.fleet.there.items()
        if use in NEEDS[step].keys
        for held in one
    )


@pytest.mark.parametrize("use", USES)
def test_lo_09_hurried_rotation_under_load_lets_some_wait_for_seconds_and_refuses_nobody(
    manager: Any, crowd: Crowd, use: Use
) -> None:
    """A key that leaked: the new one is there and current at once, while no container has it, three times in a row."""
    crowd.goes_on(60)
    crowd.pace = 1.5
    for _ in range(3):
        rotate(manager, f"{NAME}/{use}", lambda _: None)
        crowd.fleet.half_anew()
        crowd.goes_on(6 * AGAIN_SECONDS)
    assert set(crowd.answers) <= {200, 202, 503}
    assert crowd.answers[503] < crowd.answers[200] / 10
    assert refusals(crowd) == 0


def test_lo_09_pepper_is_withdrawn_once_everybody_has_logged_on(manager: Any, crowd: Crowd) -> None:
    rotate(manager, f"{NAME}/pepper", crowd.goes_on)
    crowd.goes_on(REFRESH_SECONDS)
    for who in crowd.people:
        crowd.visit(who)
    withdraw(manager, f"{NAME}/pepper", "k1")
    crowd.goes_on(2 * REFRESH_SECONDS)
    assert list(json.loads(value_of(manager, f"{NAME}/pepper"))["keys"]) == ["k2"]
    assert set(crowd.answers) <= {200, 202}
    assert refusals(crowd) == 0
