"""People, sessions and events with fixed meanings, each test with people of its own."""

from __future__ import annotations

import itertools
from typing import Any

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import AccountId, account_id, canonical_address
from chalicelib.domain.events import Event, EventKind
from chalicelib.domain.messages import Message
from chalicelib.domain.resets import Purpose, Reset, link_key, temporary_key
from chalicelib.domain.sessions import Credential, Next, Session
from chalicelib.domain.tokens import Digest

NOW = 1_900_000_000.25  # a whole number of no window, so that edges are seen
DAY = 86400
_numbers = itertools.count(1)


def number() -> int:
    """Never the same again."""
    return next(_numbers)


def an_account(address: str | None = None, **facts: Any) -> Account:
    """A person with a password, unless `facts` say otherwise."""
    canonical = canonical_address(address or f"person{number()}@people.test")
    return Account(account_id(canonical), canonical, password_hash="hash", created_at=NOW - DAY)._replace(
        **facts
    )


def a_digest() -> Digest:
    """Of no token anybody holds."""
    return Digest(f"{number():064x}")


def a_session(account: Account, **facts: Any) -> Session:
    """A whole session of half an hour, of the account as it is."""
    session = Session(
        account_id=account.id,
        digest=a_digest(),
        epoch=account.epoch,
        serial=account.session_serial,
        opened_with=Credential.PASSWORD,
        code_entered=False,
        next=Next.PORTAL,
        started_at=NOW,
        last_seen_at=NOW,
        expires_at=int(NOW) + 1800,
        reauthenticated_at=NOW,
        source="192.0.2.1",
        user_agent="test",
        logon=f"{number():016x}",
    )
    return session._replace(whole=facts.get("next", Next.PORTAL) is Next.PORTAL)._replace(**facts)


def an_event(
    who: AccountId, kind: EventKind = EventKind.LOGON_SUCCEEDED, at: float = NOW, **facts: Any
) -> Event:
    """Something that happened."""
    return Event(who, kind, at, f"{number():032x}")._replace(**facts)


def a_link(account: Account, purpose: Purpose = Purpose.RESET, **facts: Any) -> Reset:
    """A link that is good for another hour."""
    made = Reset(
        link_key(purpose, a_digest()), account.id, purpose, account.epoch, NOW + 3600, account.address
    )
    return made._replace(**facts)


def a_temporary(account: Account, name: str = "b2c3d", **facts: Any) -> Reset:
    """A temporary password's row that is good for another hour."""
    key = temporary_key(account.id, name)
    made = Reset(
        key, account.id, Purpose.TEMPORARY, account.epoch, NOW + 3600, account.address, "temporary hash"
    )
    return made._replace(**facts)


def a_message(account: Account, **facts: Any) -> Message:
    """A message to this account that is good for another day."""
    name = f"0{number():010x}-test"
    made = Message(account.id, name, "desk@people.test", "Hello", "sealed", NOW, int(NOW) + DAY)
    return made._replace(recipient=account.address, **facts)
