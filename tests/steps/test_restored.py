"""An account's row as a backup has it: nothing that was opened or issued after the backup comes back with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.domain.accounts import Account, Status
from tests.console.staff import Staff, staff
from tests.fakes.planting import plant
from tests.world.world import World

CHOSEN = "copper lantern under the bridge"
NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}
Measure = Callable[[Staff, Account], object]
MEASURES: dict[str, Measure] = {
    "contained": lambda desk, ann: desk.does(ann, "contain", reason="the lost hour"),
    "sessions revoked": lambda desk, ann: desk.does(ann, "sessions/revoke"),
    "change forced": lambda desk, ann: desk.does(ann, "force-change"),
    "disabled": lambda desk, ann: desk.does(ann, "disable"),
}


@pytest.mark.parametrize("apart", [-300, 0, 300], ids=["behind", "same clock", "ahead"])
@pytest.mark.parametrize("measure", MEASURES)
def test_se_15_restored_account_that_is_contained_revives_no_thief(
    world: World, measure: str, apart: float
) -> None:
    """SE-15: whatever the account is moved on by, and on a machine whose clock is five minutes apart."""
    ann, thief = world.person(), world.visitor()
    kept, asked = world.stored(ann), world.asks(ann)
    # The lost hour: the thief reads the mailbox, sets the password, and is mailed another link.
    world.clock.passes(600)
    reset = {"token": asked.token("/password/reset"), **NEW}
    assert thief.post("/password/reset", reset).status == 200
    assert thief.post("/logon", {"email": ann.address, "password": CHOSEN}).status == 200
    later = world.asks(ann).token("/password/reset")
    # Restored, then moved on.
    plant(world.store, kept)
    world.clock.passes(900 + apart)
    MEASURES[measure](staff(world), ann)
    plant(world.store, world.stored(ann)._replace(status=Status.ACTIVE))
    assert thief.get("/account").status == 401
    assert world.visitor().post("/password/reset", {"token": later, **NEW}).status == 410
