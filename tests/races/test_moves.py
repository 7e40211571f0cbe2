"""An address proves itself at the same moment as something else happens: one of the two, and the account is whole."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib.domain.accounts import Account, Status
from chalicelib.domain.addresses import CanonicalAddress, account_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose, pending_key
from tests.fakes.looking import stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import a_link
from tests.races.running import AT_ONCE, rounds, together
from tests.world.desks import an_administrator
from tests.world.moving import another_address
from tests.world.residents import Resident, a_resident
from tests.world.verified import PLANTED
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

pytestmark = pytest.mark.races


def proof(world: World, who: Resident, to: CanonicalAddress) -> str:
    """A link that moves this account there."""
    until = world.clock() + 3600
    token = who.link(Purpose.ADDRESS, address=to, valid_until=until)
    key = pending_key(who.account.id)
    plant(world.store, a_link(who.account, Purpose.ADDRESS, key=key, address=to, valid_until=until))
    PLANTED[account_id(to)] |= PLANTED[who.account.id]
    return token


def confirms(visitor: Visitor, token: str) -> Reply:
    return visitor.post("/address", {"token": token})


def accounts(world: World, who: Resident, to: CanonicalAddress) -> tuple[Account, Account | None]:
    return stored(world.store, who.account), world.store.accounts.read(account_id(to))


def test_rs_02_a_proof_moves_an_account_once(world: World) -> None:
    for _ in rounds(10):
        resident, to = a_resident(world), another_address()
        token = proof(world, resident, to)
        replies = together([partial(confirms, world.visitor(), token) for _ in range(AT_ONCE)])
        assert sorted({reply.status for reply in replies}) in ([200, 410], [200, 410, 503])
        assert [reply.status for reply in replies].count(200) == 1
        old, new = accounts(world, resident, to)
        assert (old.alias_of, new is not None) == (account_id(to), True)
        assert trail(world.store, resident.account).count(EventKind.ADDRESS_CHANGED) == 1


def test_in_03_two_accounts_that_want_one_address(world: World) -> None:
    for _ in rounds(10):
        first, second, to = a_resident(world), a_resident(world), another_address()
        tokens = [proof(world, one, to) for one in (first, second)]
        replies = together([partial(confirms, world.visitor(), token) for token in tokens])
        assert sorted(reply.status for reply in replies) == [200, 410]
        moved = [stored(world.store, one.account).alias_of for one in (first, second)]
        assert sorted(str(one) for one in moved) == sorted([str(account_id(to)), "None"])


def test_ad_05_contained_or_moved_and_never_open_under_the_new_address(world: World) -> None:
    _, desk = an_administrator(world)
    for _ in rounds(10):
        resident, to = a_resident(world), another_address()
        token = proof(world, resident, to)
        fields = {"disable": True, "reason": "Reported by the user"}
        path = f"/admin/users/{resident.email}/contain"
        contain, confirm = together(
            [partial(desk.post, path, fields), partial(confirms, world.visitor(), token)]
        )
        old, new = accounts(world, resident, to)
        assert (contain.status == 200) is not (confirm.status == 200)
        assert (new is None) is (contain.status == 200)
        assert old.status is Status.DISABLED


def test_lg_13_a_wrong_password_at_that_moment_is_counted_and_delays_nobody(world: World) -> None:
    for _ in rounds(10):
        resident, to = a_resident(world), another_address()
        token = proof(world, resident, to)
        wrong = [partial(world.visitor().logon, resident.email, "not the password") for _ in range(3)]
        *_, confirm = together([*wrong, partial(confirms, world.visitor(), token)])
        old, new = accounts(world, resident, to)
        assert (confirm.status == 200) is (new is not None)
        if new is not None:
            assert new.failures + old.failures == 3
            assert world.visitor().logs_on(to, PASSWORD) == "portal"
