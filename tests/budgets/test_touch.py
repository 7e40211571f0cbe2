"""SE-04: last-seen is written at most once a minute, and nothing else is written by reading."""

from __future__ import annotations

import pytest

from tests.budgets.ledger import counting
from tests.world.residents import a_resident
from tests.world.visitors import PASSWORD
from tests.world.world import World


@pytest.mark.parametrize(("seconds", "writes"), [(59, []), (60, ["UpdateItem sessions"])])
def test_se_04_last_seen_is_written_at_most_once_a_minute(
    world: World, seconds: float, writes: list[str]
) -> None:
    visitor, resident = world.visitor(), a_resident(world)
    visitor.logon(resident.email, PASSWORD)
    world.clock.passes(seconds)
    with counting(world) as ledger:
        assert visitor.get("/account").status == 200
        assert visitor.get("/account").status == 200
    assert [call.told for call in ledger.calls if call.consistent is None] == writes
