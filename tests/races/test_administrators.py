"""Administrators at once: one of two remains, no session survives a containment, a message is read or recalled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from pyotp import TOTP

from chalicelib.domain.accounts import Account, Kind, Status
from tests.fakes.looking import stored
from tests.world.desks import an_administrator, logged_on
from tests.world.residents import a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Reply
from tests.world.world import World

pytestmark = pytest.mark.races

ROUNDS = 20


def at_once(*acts: Callable[[], Reply]) -> list[Reply]:
    """All of them through one gate."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Reply]) -> Reply:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def now(world: World, account: Account) -> Account:
    return stored(world.store, account)


def live(world: World, account: Account) -> int:
    """How many stored sessions are of the account's present epoch."""
    epoch = now(world, account).epoch
    return sum(one.epoch == epoch for one in world.store.sessions.of_account(account.id))


BODIES: dict[str, dict[str, Any]] = {
    "disable": {},
    "contain": {"disable": True, "reason": "a race"},
    "kind": {"kind": "recipient", "reason": "a race"},
}


@pytest.mark.parametrize("action", BODIES)
def test_ad_07_two_administrators_disable_each_other_and_one_remains(world: World, action: str) -> None:
    body = BODIES[action]
    for _ in range(ROUNDS):
        (one, first), (two, second) = an_administrator(world), an_administrator(world)
        replies = at_once(
            partial(first.post, f"/admin/users/{two.email}/{action}", body),
            partial(second.post, f"/admin/users/{one.email}/{action}", body),
        )
        both = [now(world, who.account) for who in (one, two)]
        active = [who for who in both if who.status is Status.ACTIVE and who.kind is Kind.ADMINISTRATOR]
        assert len(active) == 1, replies
        assert sorted(reply.status for reply in replies) in ([200, 401], [200, 409])


def test_no_session_survives_a_containment_that_meets_a_logon(world: World) -> None:
    for _ in range(ROUNDS):
        ann = a_resident(world)
        _, desk = an_administrator(world)
        visitors = [world.visitor() for _ in range(4)]
        contained, *_ = at_once(
            partial(desk.post, f"/admin/users/{ann.email}/contain", {"reason": "a race"}),
            *[partial(one.logon, ann.email, PASSWORD) for one in visitors],
        )
        assert contained.status == 200, contained.text
        assert live(world, ann.account) == 0
        assert {one.get("/account").status for one in visitors if one.token} <= {401}
        assert now(world, ann.account).password_hash is None


def test_disabling_meets_a_reset_link_and_the_account_ends_up_shut(world: World) -> None:
    for _ in range(ROUNDS):
        ann = a_resident(world)
        _, desk = an_administrator(world)
        both = {"token": ann.link(), "new_password": CHOSEN, "confirm_password": CHOSEN}
        disabled, _ = at_once(
            partial(desk.post, f"/admin/users/{ann.email}/disable"),
            partial(world.visitor().post, "/password/reset", both),
        )
        status = now(world, ann.account).status
        assert (disabled.status, status) in {(200, Status.DISABLED), (409, Status.ACTIVE)}
        assert live(world, ann.account) == 0


def test_message_is_read_or_recalled_and_never_both(world: World) -> None:
    for _ in range(ROUNDS):
        ann = a_resident(world)
        reader, (_, desk) = logged_on(world, ann.account), an_administrator(world)
        sent = desk.post("/admin/messages", {"to": ann.email, "subject": "Hello", "body": "Good day."})
        path = f"/messages/{sent.json()['id']}"
        read, recalled = at_once(
            partial(reader.get, path),
            partial(desk.post, f"/admin{path}/recall", {"to": ann.email}),
        )
        assert {read.status, recalled.status} in ({200, 409}, {404, 200}), (read, recalled)


def test_of_two_saves_of_one_user_s_ranges_one_is_told_to_look_again_or_both_stand_in_turn(
    world: World,
) -> None:
    """No lost update: whoever was told 200 last is what is stored, and each 200 has its record."""
    for _ in range(ROUNDS):
        ann = a_resident(world)
        (_, first), (_, second) = an_administrator(world), an_administrator(world)
        lists = (["192.0.2.0/24"], ["198.51.100.0/24"])
        path = f"/admin/users/{ann.email}/ip-ranges"
        replies = at_once(
            *[
                partial(visitor.post, path, {"ranges": ranges})
                for visitor, ranges in zip((first, second), lists, strict=True)
            ]
        )
        saved = [ranges for ranges, reply in zip(lists, replies, strict=True) if reply.status == 200]
        assert {reply.status for reply in replies} <= {200, 409}
        assert list(now(world, ann.account).ranges or ()) in saved
        trail = world.store.events.of_account(ann.account.id)
        assert sum(event.kind.value == "authz_ranges_changed" for event in trail) == len(saved)


def test_no_move_to_another_phone_survives_a_containment_that_meets_it(world: World) -> None:
    """Either the containment comes last and nobody is in, or the administrator is told to look again."""
    for _ in range(ROUNDS):
        ann = a_resident_with_two_step(world)
        _, desk = an_administrator(world)
        thief = world.visitor()
        thief.logon(ann.email, PASSWORD)
        thief.goes_on(thief.post("/logon/code", {"code": ann.code()}))
        begun = thief.post("/account/two-step/move", {"password": PASSWORD, "code": ann.recovery[0]})
        thief.goes_on(begun)
        code = TOTP(begun.json()["secret"]).at(int(world.clock()))
        contained, moved = at_once(
            partial(desk.post, f"/admin/users/{ann.email}/contain", {"reason": "a race"}),
            partial(thief.post, "/account/two-step/confirm", {"code": code}),
        )
        assert (contained.status, moved.status) in {(200, 200), (200, 401), (200, 409), (409, 200)}
        if contained.status == 200:
            assert live(world, ann.account) == 0
            assert now(world, ann.account).password_hash is None
            assert thief.get("/account").status == 401
