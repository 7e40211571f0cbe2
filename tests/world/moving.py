"""A change of address as people go through it."""

from __future__ import annotations

import itertools

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.steps.move_accounts import carry_over
from tests.console.staff import Staff
from tests.fakes import looking
from tests.world.running import at_work, heard
from tests.world.visitors import Reply
from tests.world.world import World

REASON = "Married last week, told on the telephone"
_numbers = itertools.count(1)


def another_address(domain: str = "people.test") -> CanonicalAddress:
    """One that nobody has, in any world of this process."""
    return CanonicalAddress(f"moved-{next(_numbers)}@{domain}")


def asks(desk: Staff, who: Account, to: str, reason: str = REASON) -> Reply:
    """An administrator asks for another address."""
    return desk.tries(who, "address", new_email=to, reason=reason)


def proof(world: World, to: str) -> str:
    """The token of the newest link that went to the new address."""
    mail = next(one for one in reversed(world.mails(to)) if "/address/" in one.text)
    return mail.token("/address")


def moves(world: World, desk: Staff, who: Account, to: CanonicalAddress | None = None) -> Account:
    """Asked for, proven, carried over: the account under its new address."""
    address = to or another_address()
    assert asks(desk, who, address).status == 202
    assert world.visitor().post("/address", {"token": proof(world, address)}).json() == {"next": "log_on"}
    carries(world)
    return looking.stored(world.store, who._replace(id=account_id(address), address=address))


def carries(world: World) -> dict[str, int]:
    """What `move_accounts` does once a minute."""
    with heard(world.lines), at_work("move_accounts"):
        return carry_over(world.portal)
