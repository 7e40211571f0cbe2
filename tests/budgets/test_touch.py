"""SE-04: last-seen is written at most once a minute, and nothing else is written by reading."""

from __future__ import annotations

import pytest

from chalicelib.storage.store import DynamoStore
from tests.budgets.ledger import counting
from tests.fakes.premises import Clock, Premises, a_portal
from tests.fakes.residents import PASSWORD, a_resident


@pytest.mark.parametrize(("seconds", "writes"), [(59, []), (60, ["UpdateItem sessions"])])
def test_se_04_last_seen_is_written_at_most_once_a_minute(
    real_store: DynamoStore, seconds: float, writes: list[str]
) -> None:
    clock = Clock()
    premises = Premises(a_portal(real_store, clock))
    visitor, resident = premises.visitor(), a_resident(premises.portal)
    visitor.logon(resident.email, PASSWORD)
    clock.forward(seconds)
    with counting(premises) as ledger:
        assert visitor.get("/account").status == 200
        assert visitor.get("/account").status == 200
    assert [call.told for call in ledger.calls if call.consistent is None] == writes
