"""SE-04: last-seen is written at most once a minute, and nothing else is written by reading."""

from __future__ import annotations

import pytest

from tests.budgets.ledger import counting
from tests.world.residents import a_resident
from tests.world.visitors import PASSWORD
from tests.world.world import World


@pytest.mark.parametrize(("seconds", "writes"), [(59, []), (60, ["UpdateItem sessions"])])
def test_se_04_last_seen_is_written_at_most_once_a_minute(
    premises: World, seconds: float, writes: list[str]
) -> None:
    visitor, resident = premises.visitor(), a_resident(premises)
    visitor.logon(resident.email, PASSWORD)
    premises.clock.passes(seconds)
    with counting(premises) as ledger:
        assert visitor.get("/account").status == 200
        assert visitor.get("/account").status == 200
    assert [call.told for call in ledger.calls if call.consistent is None] == writes
