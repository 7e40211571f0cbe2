"""Staff who are logged on already: a session planted behind the portal's back, for tests of what comes after."""

from __future__ import annotations

import os
from typing import Any

from chalicelib.domain.accounts import Account, Kind
from chalicelib.domain.tokens import digest, new_token, session_token
from tests.fakes.planting import plant
from tests.fakes.premises import Premises, Visitor
from tests.fakes.residents import Resident, a_resident_with_two_step
from tests.fakes.samples import a_session


def logged_on(premises: Premises, account: Account) -> Visitor:
    """A whole session of this account, its password typed just now."""
    secret, now = new_token(os.urandom), premises.portal.clock()
    session = a_session(
        account,
        digest=digest(secret),
        code_entered=True,
        started_at=now,
        last_seen_at=now,
        reauthenticated_at=now,
        expires_at=int(now) + 3600,
    )
    plant(premises.portal.store, session)
    return premises.visitor(token=session_token(account.id, secret))


def an_administrator(premises: Premises, **facts: Any) -> tuple[Resident, Visitor]:
    """Somebody on the staff, with 2-step, and their session."""
    resident = a_resident_with_two_step(premises.portal, **{"kind": Kind.ADMINISTRATOR, **facts})
    return resident, logged_on(premises, resident.account)
