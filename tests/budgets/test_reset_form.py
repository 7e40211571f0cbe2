"""The form behind a reset link: one read, by the cookie the link left."""

from __future__ import annotations

from tests.budgets.ledger import counting
from tests.world.residents import a_resident
from tests.world.world import World


def test_the_form_behind_a_link_is_one_read(world: World) -> None:
    token = a_resident(world).link()
    with counting(world) as ledger:
        reply = world.browser().get("/password/reset", Cookie=f"__Host-portal-reset={token}")
    assert reply.status == 200
    assert ledger.told("password_reset") == ["GetItem resets"]
    assert [call.consistent for call in ledger.calls] == [True, True]
