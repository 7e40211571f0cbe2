"""SE-15: an epoch that a change moves is never behind the event that tells of it, though the clock goes on meanwhile.

`make verify` takes an account whose epoch is behind its trail for one put back from a backup and not moved on.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.domain.accounts import Account, Kind
from infra.verify.of_accounts import MOVES
from tests.console.staff import staff
from tests.fakes.looking import stored
from tests.world.clock import Clock
from tests.world.moving import moves
from tests.world.phones import enrolled
from tests.world.visitors import CHOSEN, PASSWORD
from tests.world.world import World


class Running(Clock):
    """A clock that does not stand still: each time it is read, half a second has passed."""

    runs = False

    def __call__(self) -> float:
        if self.runs:
            self.passes(0.5)
        return super().__call__()


def changes_password(world: World, clock: Running) -> Account:
    ann, visitor = world.person(), world.visitor()
    visitor.logs_on(ann)
    clock.runs = True
    fields = {"current_password": PASSWORD, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert visitor.post("/password/change", fields).status == 200
    return ann


def resets_password(world: World, clock: Running) -> Account:
    ann = world.person()
    token = world.asks(ann).token("/password/reset")
    clock.runs = True
    fields = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
    assert world.visitor().post("/password/reset", fields).status == 200
    return ann


def turns_two_step_on(world: World, clock: Running) -> Account:
    clock.runs = True
    return enrolled(world)[0]


def turns_two_step_off(world: World, clock: Running) -> Account:
    ann, phone = enrolled(world)
    visitor = world.visitor()
    visitor.logs_on(ann)
    visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    clock.passes(60)
    clock.runs = True
    fields = {"password": PASSWORD, "code": phone.code()}
    assert visitor.post("/account/two-step/remove", fields).status == 200
    return ann


def freezes(world: World, clock: Running) -> Account:
    ann = resets_password(world, clock)
    token = world.mails(ann)[-1].token("/not-me")
    assert world.visitor().post("/not-me", {"token": token}).status == 200
    return ann


def has_another_address(world: World, clock: Running) -> Account:
    desk, ann = staff(world), world.person()
    clock.runs = True
    return moves(world, desk, ann)


def is_administered(world: World, clock: Running) -> Account:
    desk, (ann, _) = staff(world), enrolled(world)
    clock.runs = True
    desk.does(ann, "password")
    desk.does(ann, "kind", kind=Kind.SUPPORT.value, reason="Joins")
    desk.does(ann, "contain", reason="A thief")
    return ann


@pytest.mark.parametrize("act", [
    changes_password,
    resets_password,
    turns_two_step_on,
    turns_two_step_off,
    freezes,
    has_another_address,
    is_administered,
])  # fmt: skip
@pytest.mark.parametrize("begins", [0.0, 0.25])
def test_se_15_an_epoch_is_not_behind_its_event(
    act: Callable[[World, Running], Account], begins: float
) -> None:
    clock = Running()
    clock.passes(begins)
    world = World(clock=clock)
    who = act(world, clock)
    told = [one for one in world.store.events.of_account(who.id) if one.kind in MOVES]
    moved = [(one.told["after"] or {}).get("epoch", int(one.at)) for one in told]
    assert moved
    assert stored(world.store, who).epoch >= max(moved)  # type: ignore[operator, type-var]
