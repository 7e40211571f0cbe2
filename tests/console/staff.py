"""Staff of the portal in this process, logged on; and recipients at each stage of logging on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.domain.accounts import Account, Kind
from tests.world.phones import Phone, enrolled
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World


@dataclass
class Staff:
    """Somebody behind the console."""

    account: Account
    visitor: Visitor
    phone: Phone

    def tries(self, who: Account, action: str, **fields: Any) -> Reply:
        """An action on a user."""
        return self.visitor.post(f"/admin/users/{who.address}/{action}", fields)

    def does(self, who: Account, action: str, **fields: Any) -> Any:
        """An action that is accepted."""
        reply = self.tries(who, action, **fields)
        assert reply.status == 200, reply.text
        return reply.json()

    def user(self, who: Account) -> Any:
        """The page of one user."""
        return self.visitor.get(f"/admin/users/{who.address}").json()

    def trail(self, who: Account, kind: str) -> list[Any]:
        """What the trail of an account says of one kind of event, newest first."""
        told = self.visitor.get(f"/admin/events?email={who.address}").json()["events"]
        return [event for event in told if event["kind"] == kind]

    def types_it_again(self) -> None:
        """Confirm the password, so that sensitive writes are open for ten minutes."""
        fields = {"password": PASSWORD, "code": self.phone.code()}
        self.visitor.goes_on(self.visitor.post("/reauthenticate", fields))


def logged_on(world: World, visitor: Visitor, account: Account, phone: Phone) -> Visitor:
    """With password and code."""
    visitor.logs_on(account)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    world.clock.passes(30)
    return visitor


def staff(world: World, kind: Kind = Kind.ADMINISTRATOR, **facts: Any) -> Staff:
    """Somebody new, with 2-step, whose password was typed half a minute ago."""
    account, phone = enrolled(world, kind=kind, **facts)
    return Staff(account, logged_on(world, world.visitor(), account, phone), phone)


def joins(world: World, desk: Staff, address: str, *domains: str, kind: str = "administrator") -> Staff:
    """Somebody who is limited from now on, and logged on."""
    account = world.person(address)
    desk.does(account, "kind", kind=kind, domains=list(domains), reason="Looks after some")
    visitor = world.visitor()
    visitor.logs_on(account)
    phone = Phone(visitor.post("/account/two-step").json()["secret"], world.clock)
    visitor.post("/account/two-step/confirm", {"code": phone.code()})
    world.clock.passes(60)
    return Staff(account, logged_on(world, world.visitor(), account, phone), phone)
