"""The account's row stays under 1 KB with everything filled in: above it every write costs double."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.accounts import Account, TwoStep
from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.sessions import client_of
from chalicelib.domain.two_step import RECOVERY_CODES, RECOVERY_DIGEST_LENGTH
from chalicelib.presentation.zones import places
from chalicelib.storage.logons import MAX_CLIENTS
from tests.fakes.held import full_account_row
from tests.fakes.samples import NOW, an_account
from tests.world.residents import a_resident_with_two_step
from tests.world.world import World


def size(value: dict[str, Any]) -> int:
    """Bytes as DynamoDB counts them: texts, numbers at two digits a byte, a list at three bytes and one an entry."""
    ((kind, given),) = value.items()
    if kind == "N":
        return len(given.strip("-0.")) // 2 + 2
    if kind == "L":
        return 3 + sum(1 + size(one) for one in given)
    return len(given.encode("utf-8")) if kind == "S" else 1


def test_an_account_with_everything_filled_in_stays_under_one_kilobyte(world: World) -> None:
    resident = a_resident_with_two_step(world)
    hasher = Argon2Hasher(world.rings["pepper"])
    bare = an_account("bartholomew.featherstonehaugh@correspondence.example.org")
    account = Account(
        id=bare.id,
        address=bare.address,
        epoch=int(NOW),
        password_hash=hasher.hash("x" * 30),
        password_changed_at=NOW,
        failures=100,
        attempted_at=NOW,
        locked_until=NOW,
        known_failures=100,
        known_attempted_at=NOW,
        known_locked_until=NOW,
        session_serial=10_000,
        half_done_serial=10_000,
        known_half_done_serial=10_000,
        last_logon_at=NOW,
        two_step=TwoStep(
            seed=resident.account.two_step.seed,
            last_step=63_333_333,
            recovery=("r" * RECOVERY_DIGEST_LENGTH,) * RECOVERY_CODES,
            failures=10,
            attempted_at=NOW,
            known_failures=10,
            known_attempted_at=NOW,
            disputed_at=NOW,  # and no `unused_since`, which is then over
        ),
        ranges=("203.0.113.0/24", "198.51.100.0/24", "2001:db8:1234::/48"),
        undeliverable="complaint",
        language="es",
        time_zone=max(places(), key=len),
        clients=tuple(client_of(bare, str(one)) for one in range(MAX_CLIENTS)),
        created_at=NOW,
    )
    row = full_account_row(account)
    row.reserved_by = "0123abcd"  # who took the last place, of attempts or of codes
    item = row.serialize()
    assert sum(len(name) + size(value) for name, value in item.items()) < 1024
