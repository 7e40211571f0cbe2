"""Many at once and one winner: whatever is good once is good once (RS-02, TP-08, TF-02, TF-08, IN-03)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from pyotp import TOTP

from chalicelib.domain.accounts import Kind, Status, next_epoch
from chalicelib.domain.addresses import CanonicalAddress, canonical_address
from chalicelib.domain.events import EventKind
from chalicelib.domain.invitations import invitation
from chalicelib.domain.resets import Purpose
from tests.fakes.looking import stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import number
from tests.races.running import AT_ONCE, rounds, together
from tests.world.residents import Resident, a_resident, a_resident_with_two_step
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

pytestmark = pytest.mark.races


def winners(replies: list[Reply], lost: set[int]) -> list[int]:
    """Who was let in; everybody else had one of the answers of those who lost."""
    statuses = [reply.status for reply in replies]
    assert set(statuses) - {200} <= lost
    return [place for place, status in enumerate(statuses) if status == 200]


def test_rs_02_a_link_sets_one_password_and_it_is_the_winners(world: World) -> None:
    for _ in rounds():
        resident = a_resident(world)
        token = resident.link()
        passwords = [f"copper lantern number {place}" for place in range(AT_ONCE)]
        posts = [partial(reset, world.visitor(), token, password) for password in passwords]
        (winner,) = winners(together(posts), {410})
        account = stored(world.store, resident.account)
        right = [password for password in passwords if world.hasher.verify(account.password_hash, password)]
        assert right == [passwords[winner]]
        assert account.epoch == next_epoch(1, world.clock())
        assert trail(world.store, account).count(EventKind.PASSWORD_RESET) == 1


def reset(visitor: Visitor, token: str, password: str) -> Reply:
    return visitor.post(
        "/password/reset", {"token": token, "new_password": password, "confirm_password": password}
    )


def test_tp_08_a_temporary_password_opens_one_session(world: World) -> None:
    for _ in rounds():
        resident = a_resident(world)
        typed = resident.temporary()
        logons = [partial(world.visitor().logon, resident.email, typed) for _ in range(AT_ONCE)]
        assert len(winners(together(logons), {401})) == 1
        assert len(world.store.sessions.of_account(resident.account.id)) == 1


def waiting(world: World, resident: Resident) -> list[Visitor]:
    """So many half-done logons of one account. Only ten of an account live, so they race in tens."""
    visitors = [world.visitor() for _ in range(10)]
    for visitor in visitors:
        assert visitor.logon(resident.email, PASSWORD).next == "enter_code"
    return visitors


def with_room(world: World, resident: Resident) -> None:
    """No earlier attempts: the pace of codes is another rule (TF-03), whose counter lets five in at once."""
    account = stored(world.store, resident.account)
    plant(world.store, account._replace(two_step=account.two_step._replace(failures=-AT_ONCE)))


def test_tf_02_a_code_is_accepted_once_over_all_sessions(world: World) -> None:
    for _ in rounds():
        resident = a_resident_with_two_step(world)
        visitors = waiting(world, resident)
        with_room(world, resident)
        code = resident.code()
        posts = [
            partial(one.twin().post, "/logon/code", {"code": code}) for one in visitors for _ in range(2)
        ]
        # The winner starts the count of codes afresh, so some who come later are told to wait.
        assert len(winners(together(posts), {401, 429})) == 1
        assert through(world, resident) == 1


def test_tf_08_a_recovery_code_is_accepted_once_over_all_sessions(world: World) -> None:
    for _ in rounds():
        resident = a_resident_with_two_step(world)
        visitors = waiting(world, resident)
        with_room(world, resident)
        code = resident.recovery[3]
        posts = [
            partial(one.twin().post, "/logon/code", {"code": code}) for one in visitors for _ in range(2)
        ]
        # The winner starts the count of codes afresh, so some who come later are told to wait.
        assert len(winners(together(posts), {401, 429})) == 1
        assert through(world, resident) == 1
        assert len(stored(world.store, resident.account).two_step.recovery) == 9


def through(world: World, resident: Resident) -> int:
    sessions = world.store.sessions.of_account(resident.account.id)
    return sum(session.code_entered for session in sessions)


def test_in_03_an_account_is_made_once(world: World) -> None:
    def invite(address: CanonicalAddress) -> bool:
        at, event_id = world.clock(), f"{number():032x}"
        invited = invitation(address, Kind.RECIPIENT, at=at, event_id=event_id, actor=None)
        return world.store.accounts.invite(*invited)

    for _ in rounds():
        address = canonical_address(f"new{number()}@people.test")
        made = together([partial(invite, address) for _ in range(AT_ONCE)])
        assert sorted(made) == [False] * (AT_ONCE - 1) + [True]


def test_tf_12_of_not_me_and_a_logon_with_the_second_step_it_is_about_one_comes_first(world: World) -> None:
    """Either the link takes the factor and nobody is in, or the logon has used it and the link leaves it."""
    for _ in rounds():
        resident = a_resident_with_two_step(world)
        since = world.clock() - 60.125
        two_step = resident.account.two_step._replace(unused_since=since)
        plant(world.store, resident.account._replace(two_step=two_step))
        not_me = resident.link(Purpose.NOT_ME, enrolled_at=since)
        visitor = world.visitor()
        assert visitor.logon(resident.email, PASSWORD).next == "enter_code"
        acts: list[Callable[[], Reply]] = [
            partial(visitor.post, "/logon/code", {"code": resident.code()}),
            *(partial(world.visitor().post, "/not-me", {"token": not_me}) for _ in range(4)),
        ]
        logon, *links = together(acts)
        (winner,) = winners(links, {410})
        account = stored(world.store, resident.account)
        kept = links[winner].json()["two_step"] == "kept"
        assert (account.status, account.password_hash, account.two_step.active) == (Status.FROZEN, None, kept)
        assert (logon.status == 200) is kept
        assert trail(world.store, account).count(EventKind.ACCOUNT_FROZEN) == 1


def test_not_me_and_reset_at_once_leave_one_of_the_two(world: World) -> None:
    for _ in rounds():
        resident = a_resident(world)
        link, not_me = resident.link(), resident.link(Purpose.NOT_ME)
        acts: list[Callable[[], Reply]] = []
        for _ in range(AT_ONCE // 2):
            acts.append(partial(reset, world.visitor(), link, "copper lantern under the bridge"))
            acts.append(partial(world.visitor().post, "/not-me", {"token": not_me}))
        assert len(winners(together(acts), {410})) == 1
        assert stored(world.store, resident.account).epoch == next_epoch(1, world.clock())


def moving(world: World, resident: Resident, code: str) -> tuple[Visitor, str]:
    """A session that has been shown a key for another phone, and that phone's first code."""
    visitor = world.visitor()
    visitor.logon(resident.email, PASSWORD)
    visitor.goes_on(visitor.post("/logon/code", {"code": code}))
    return visitor, TOTP(seed_of(visitor, resident.recovery[-1])).at(int(world.clock()))


def seed_of(visitor: Visitor, code: str) -> str:
    reply = visitor.post("/account/two-step/move", {"password": PASSWORD, "code": code})
    visitor.goes_on(reply)
    return str(reply.json()["secret"])


def test_tf_15_of_many_confirmations_of_one_move_one_counts(world: World) -> None:
    for _ in rounds():
        resident = a_resident_with_two_step(world)
        visitor, code = moving(world, resident, resident.code())
        # Five are looked at in a session (LG-13).
        posts = [partial(visitor.twin().post, "/account/two-step/confirm", {"code": code}) for _ in range(5)]
        assert len(winners(together(posts), {401, 409})) == 1
        assert trail(world.store, resident.account).count(EventKind.TWO_STEP_MOVED) == 1
        assert stored(world.store, resident.account).epoch == next_epoch(1, world.clock())


def test_tf_15_of_two_moves_by_one_recovery_code_one_begins(world: World) -> None:
    for _ in rounds():
        resident = a_resident_with_two_step(world)
        visitors = []
        for code in (resident.code(), resident.recovery[0]):
            visitor = world.visitor()
            visitor.logon(resident.email, PASSWORD)
            visitor.goes_on(visitor.post("/logon/code", {"code": code}))
            visitors.append(visitor)
        fields = {"password": PASSWORD, "code": resident.recovery[1]}
        posts = [partial(one.post, "/account/two-step/move", fields) for one in visitors]
        assert len(winners(together(posts), {401})) == 1
        assert len(stored(world.store, resident.account).two_step.recovery) == 8


def test_tf_15_of_two_moves_at_once_the_one_that_waits_is_confirmed_and_no_other(world: World) -> None:
    for _ in rounds():
        resident = a_resident_with_two_step(world)
        one, first = moving(world, resident, resident.code())
        other = world.visitor()
        other.logon(resident.email, PASSWORD)
        other.goes_on(other.post("/logon/code", {"code": resident.recovery[0]}))
        begin = {"password": PASSWORD, "code": resident.recovery[1]}
        confirmed, begun = together(
            [
                partial(one.post, "/account/two-step/confirm", {"code": first}),
                partial(other.post, "/account/two-step/move", begin),
            ]
        )
        account, seed_kept = stored(world.store, resident.account), begun.status == 200
        moved = confirmed.status == 200
        assert moved or seed_kept
        assert (account.epoch > 1, account.two_step.seed != resident.account.two_step.seed) == (moved, moved)
        assert trail(world.store, account).count(EventKind.TWO_STEP_MOVED) == moved
