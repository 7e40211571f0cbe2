"""Staff who are logged on already: a session planted behind the portal's back, for tests of what comes after."""

from __future__ import annotations

import os
from typing import Any

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.tokens import digest, new_token, session_token
from tests.fakes.planting import plant
from tests.fakes.samples import a_session
from tests.world.residents import Resident, a_resident_with_two_step
from tests.world.visitors import Visitor
from tests.world.world import World


def logged_on(world: World, account: Account) -> Visitor:
    """A whole session of this account, its password typed just now."""
    secret, now, visitor = new_token(os.urandom), world.clock(), world.visitor()
    session = a_session(
        account,
        digest=digest(secret),
        code_entered=True,
        started_at=now,
        last_seen_at=now,
        reauthenticated_at=now,
        expires_at=int(now) + 3600,
    )
    plant(world.store, session)
    visitor.token = session_token(account.id, secret)
    return visitor


def an_administrator(world: World, **facts: Any) -> tuple[Resident, Visitor]:
    """Somebody on the staff, with 2-step, and their session."""
    resident = a_resident_with_two_step(world, **{"kind": Kind.ADMINISTRATOR, **facts})
    return resident, logged_on(world, resident.account)
