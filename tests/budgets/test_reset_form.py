"""The form behind a reset link: one read, by the cookie the link left."""

from __future__ import annotations

from tests.budgets.ledger import counting
from tests.world.residents import a_resident
from tests.world.world import World


def test_the_form_behind_a_link_is_one_read(world: World) -> None:
    token = a_resident(world).link()
    browser = world.browser()
    browser.get(f"/password/reset/{token}")
    with counting(world) as ledger:
        assert browser.get("/password/reset").status == 200
    assert ledger.told("password_reset") == ["BatchGetItem accounts+domains+resets"]
    assert [call.consistent for call in ledger.calls] == [True, True]
