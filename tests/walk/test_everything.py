"""RS-07: a walk over every endpoint by everybody. No order of requests sets a password, opens a session or reaches the
console without what it needs; the model says, from the credentials alone, what each request was entitled to.
"""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.domain.accounts import Account, Kind, Status
from chalicelib.domain.addresses import AccountId
from tests.walk.model import Asked
from tests.walk.walk import Walk

pytestmark = pytest.mark.slow

STEPS = 700
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.races) for seed in range(4, 24))]
LEAST = {"password": 3, "session": 10, "console": 1, "refused": 50}  # less, and the walk would prove little


def hashes(walk: Walk) -> dict[AccountId, str | None]:
    return {who: account.password_hash for who, account in walk.world.fake.tables.accounts.items()}


def step(walk: Walk, seen: Counter[str]) -> None:
    """One request, judged before it is sent."""
    asked, model, tables = walk.asks(), walk.model, walk.world.fake.tables
    settable, openable = model.may_set_password(asked), model.may_open(asked)
    console = asked.operation.path.startswith("/admin")
    admitted = console and model.may_administer(asked)
    passwords, sessions, accounts = hashes(walk), set(tables.sessions), dict(tables.accounts)
    reply = walk.sends(asked)
    assert reply.status < 500, (asked, reply.text)
    changed = {who for who, stored in hashes(walk).items() if who in passwords and stored != passwords[who]}
    opened = {who for who, _ in set(tables.sessions) - sessions}
    assert changed <= settable, asked
    assert opened <= openable, asked
    assert not console or reply.status >= 400 or admitted, asked
    assert admitted or not console or accounts == tables.accounts, asked
    standing_changes(asked, accounts, tables.accounts, admitted=admitted)
    seen.update({"password": len(changed), "session": len(opened), "refused": reply.status in {401, 403}})
    seen.update({"console": console and reply.status < 400})


def standing_changes(
    asked: Asked,
    before: dict[AccountId, Account],
    after: dict[AccountId, Account],
    *,
    admitted: bool,
) -> None:
    """A kind or a requirement changes only by an administrator, a status also by a link of its owner."""
    for who, old in before.items():
        new = after[who]
        assert admitted or new.kind is old.kind, asked
        if new.status is not old.status:
            thawed = (old.status, new.status) == (Status.FROZEN, Status.ACTIVE)
            frozen = (old.status, new.status) == (Status.ACTIVE, Status.FROZEN)
            assert admitted or thawed or frozen, asked
        assert admitted or new.two_step_required == old.two_step_required, asked
        assert admitted or new.ranges == old.ranges, asked


def whole_sessions_are_whole(walk: Walk) -> None:
    """Nobody stands in the portal with a step left out, whichever way they came."""
    for token in walk.tokens:
        session = walk.model.session(token)
        if session is None or walk.model.stage(session) != "portal":
            continue
        account = walk.model.account(session.account_id)
        assert session.code_entered or not account.two_step.active
        assert account.kind is not Kind.ADMINISTRATOR or account.two_step.active


@pytest.mark.parametrize("seed", SEEDS)
def test_rs_07_no_order_of_requests_gets_anybody_further_than_their_credentials(seed: int) -> None:
    walk, seen = Walk(seed), Counter[str]()
    for number in range(STEPS):
        step(walk, seen)
        if number % 3 == 0:
            walk.passes()
        if number % 50 == 0:
            whole_sessions_are_whole(walk)
        if number % 60 == 0:
            somebody_is_enabled(walk)
    assert [name for name, least in LEAST.items() if seen[name] < least] == [], seen


def somebody_is_enabled(walk: Walk) -> None:
    """So that a walk does not end with everybody shut out: status and locks are as on the first day."""
    tables = walk.world.fake.tables
    for who, account in tables.accounts.items():
        status = Status.ACTIVE if account.status is Status.DISABLED else account.status
        stored = account.password_hash or walk.world.hasher.hash("quiet rivers carry seven stones")
        tables.accounts[who] = account._replace(
            status=status, password_hash=stored, failures=0, locked_until=0, ranges=None
        )
