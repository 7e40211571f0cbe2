"""What makes mails due, and what became of them."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import Account
from chalicelib.domain.events import EventKind
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World

ENTRIES = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}


def forgets(world: World, **facts: Any) -> Account:
    """Somebody asked for a reset; nothing has been delivered yet."""
    account = world.person(**facts)
    world.visitor().post("/password/forgot", {"email": account.address})
    return account


def notes(world: World, account: Account) -> list[tuple[EventKind, object]]:
    """What became of the account's mails."""
    kinds = {EventKind.MAIL_SENT, EventKind.MAIL_WITHHELD, EventKind.MAIL_FAILED, EventKind.MAIL_UNKNOWN}
    events = world.store.events.of_account(account.id)
    return [(event.kind, event.details.get("cause")) for event in events if event.kind in kinds]


def every_kind(world: World, agent: str = "") -> None:
    """Bring about one mail of each kind that a person can."""
    ann, phone = enrolled(world)
    visitor = world.visitor(**{"User-Agent": agent})
    world.sends("new.person@people.test", "Subject", "Body")
    visitor.post("/password/forgot", {"email": ann.address})
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.recovery[0]}))
    visitor.goes_on(visitor.post("/password/change", ENTRIES))
    notice = world.mails(ann)[-1]
    for _ in range(5):
        visitor.post("/logon", {"email": ann.address, "password": "guess after guess"})
    world.visitor(**{"User-Agent": agent}).post("/not-me", {"token": notice.token("/not-me")})
    world.delivers()
