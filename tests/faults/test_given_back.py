"""LG-19: a right password or code is never counted as wrong, whatever the store does; a wrong one always is (ADR 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.held_keys import KeyNotYetKnown
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.sealing import Sealer
from chalicelib.storage.store import DynamoStore
from tests.fakes.looking import planted, stored
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, a_session, number
from tests.faults.breaking import Fault, breaking
from tests.faults.scenes import WRONG
from tests.world.residents import Resident, a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

pytestmark = pytest.mark.slow

OFTEN = 10**6
OUT = [Fault.SERVER_ERROR, Fault.THROTTLED_KEY, Fault.TIMEOUT]
NEW = {"new_password": CHOSEN, "confirm_password": CHOSEN}


@dataclass
class Told:
    """Somebody who proves something right, again and again."""

    act: Callable[[], Reply]
    counted: Callable[[], int]
    usual: int = 200


def logging_on(world: World) -> Told:
    resident = a_resident(world)
    return Told(
        lambda: world.visitor().logon(resident.email, PASSWORD),
        lambda: stored(world.store, resident.account).failures,
    )


def logging_on_half(world: World) -> Told:
    resident = a_resident_with_two_step(world)
    return Told(
        lambda: world.visitor().logon(resident.email, PASSWORD),
        lambda: stored(world.store, resident.account).failures,
    )


def from_where_the_owner_was(world: World) -> Told:
    resident, visitor = a_resident(world), world.visitor()
    assert visitor.logon(resident.email, PASSWORD).status == 200
    return Told(
        lambda: visitor.twin().logon(resident.email, PASSWORD),
        lambda: stored(world.store, resident.account).known_failures,
    )


def with_a_temporary_password(world: World) -> Told:
    resident = a_resident(world)
    typed = resident.temporary()
    return Told(
        lambda: world.visitor().logon(resident.email, typed),
        lambda: stored(world.store, resident.account).failures,
    )


def half_done(world: World) -> tuple[Resident, Visitor]:
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    return resident, visitor


def entering_a_code(world: World) -> Told:
    resident, visitor = half_done(world)
    return Told(
        lambda: visitor.post("/logon/code", {"code": resident.code()}),
        lambda: stored(world.store, resident.account).two_step.failures,
    )


def entering_a_recovery_code(world: World) -> Told:
    resident, visitor = half_done(world)
    return Told(
        lambda: visitor.post("/logon/code", {"code": resident.recovery[0]}),
        lambda: stored(world.store, resident.account).two_step.failures,
    )


def confirmations(world: World, resident: Resident) -> Callable[[], int]:
    """Of all sessions there are."""
    return lambda: sum(one.confirmations for one in world.store.sessions.of_account(resident.account.id))


def whole(world: World, *, two_step: bool = False) -> tuple[Resident, Visitor]:
    if not two_step:
        resident, visitor = a_resident(world), world.visitor()
        visitor.logon(resident.email, PASSWORD)
        return resident, visitor
    resident, visitor = half_done(world)
    visitor.goes_on(visitor.post("/logon/code", {"code": resident.recovery[-1]}))
    return resident, visitor


def reauthenticating(world: World) -> Told:
    resident, visitor = whole(world)
    return Told(
        lambda: visitor.post("/reauthenticate", {"password": PASSWORD}), confirmations(world, resident)
    )


def reauthenticating_by_code(world: World) -> Told:
    resident, visitor = whole(world, two_step=True)
    return Told(
        lambda: visitor.post("/reauthenticate", {"password": PASSWORD, "code": resident.code()}),
        confirmations(world, resident),
    )


def changing_the_password(world: World) -> Told:
    resident, visitor = whole(world)
    entries = {**NEW, "current_password": PASSWORD}
    return Told(lambda: visitor.post("/password/change", entries), confirmations(world, resident))


def renewing(world: World) -> Told:
    resident, visitor = whole(world, two_step=True)
    return Told(
        lambda: visitor.post(
            "/account/two-step/recovery-codes", {"password": PASSWORD, "code": resident.code()}
        ),
        confirmations(world, resident),
    )


def removing(world: World) -> Told:
    resident, visitor = whole(world, two_step=True)
    return Told(
        lambda: visitor.post("/account/two-step/remove", {"password": PASSWORD, "code": resident.code()}),
        confirmations(world, resident),
    )


ALL = [logging_on, logging_on_half, from_where_the_owner_was, with_a_temporary_password]
ALL += [entering_a_code, entering_a_recovery_code]
ALL += [reauthenticating, reauthenticating_by_code, changing_the_password, renewing, removing]
EACH = pytest.mark.parametrize("arrange", ALL, ids=lambda arrange: arrange.__name__)


@EACH
@pytest.mark.parametrize("fault", OUT)
def test_lg_19_while_transactions_fail_the_right_one_is_told_to_come_back_and_never_counted(
    world: World, real_store: DynamoStore, arrange: Callable[[World], Told], fault: Fault
) -> None:
    """Each time 503; nothing is held against them, and once the store is back they are in at once."""
    told, often = arrange(world), 20 if arrange is logging_on else 7
    with breaking(real_store, fault, 0, often=OFTEN, only="TransactWriteItems") as breaker:
        for _ in range(often if fault is Fault.SERVER_ERROR else 2):
            reply = told.act()
            assert (reply.status, reply.code) == (503, "unavailable")
            assert int(reply.header("Retry-After")) > 0
    assert breaker.hit
    assert told.counted() == 0
    assert told.act().status == told.usual


@EACH
def test_lg_19_where_the_answer_is_lost_and_the_change_was_made_nothing_else_is_taken_back(
    world: World, real_store: DynamoStore, arrange: Callable[[World], Told]
) -> None:
    told = arrange(world)
    with breaking(real_store, Fault.LOST, 0, often=OFTEN, only="TransactWriteItems"):
        assert told.act().status == 503
    assert told.counted() == 0


@EACH
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.LOST_ONCE, Fault.TIMEOUT])
def test_lg_19_where_the_answer_to_the_reservation_is_lost_it_is_counted_once_or_given_back(
    world: World, real_store: DynamoStore, arrange: Callable[[World], Told], fault: Fault
) -> None:
    told = arrange(world)
    # The reservation is one of the two calls behind the authorizer's.
    with breaking(real_store, fault, 1, often=2, only="UpdateItem") as breaker:
        reply = told.act()
    assert breaker.hit
    assert told.counted() == 0
    if fault is Fault.LOST_ONCE:
        assert reply.status == told.usual
    else:
        assert reply.status == 503
        assert told.act().status == told.usual


def test_lg_19_a_hasher_that_is_overloaded_counts_nothing(
    world: World, real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident, visitor = whole(world)

    def overloaded(*_: object) -> bool:
        raise Unavailable("hashing_overloaded")

    monkeypatch.setattr(type(world.hasher), "verify", overloaded)
    for _ in range(6):
        assert world.visitor().logon(resident.email, WRONG).status == 503
        assert visitor.post("/reauthenticate", {"password": WRONG}).status == 503
    assert stored(real_store, resident.account).failures == 0
    assert confirmations(world, resident)() == 0


def enrolling(world: World) -> Told:
    resident, visitor = whole(world)
    visitor.post("/account/two-step")
    return Told(
        lambda: visitor.post("/account/two-step/confirm", {"code": "000000"}),
        lambda: stored(world.store, resident.account).two_step.failures,
    )


def moving(world: World) -> Told:
    resident, visitor = whole(world, two_step=True)
    proof = {"password": PASSWORD, "code": resident.code()}
    visitor.goes_on(visitor.post("/account/two-step/move", proof))
    return Told(
        lambda: visitor.post("/account/two-step/confirm", {"code": "000000"}), confirmations(world, resident)
    )


BY_CODE = [entering_a_code, reauthenticating_by_code, renewing, enrolling, moving]


@pytest.mark.parametrize("arrange", BY_CODE, ids=lambda arrange: arrange.__name__)
def test_lg_19_a_code_that_nobody_could_look_at_is_not_counted(
    world: World, arrange: Callable[[World], Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its seed names a key that this container does not have yet, and Secrets Manager is away (ADR 37)."""
    told = arrange(world)
    before = told.counted()

    def unread(*_: object) -> bytes:
        raise KeyNotYetKnown

    monkeypatch.setattr(Sealer, "open", unread)
    for _ in range(6):
        assert told.act().status == 503
    assert told.counted() == before


def test_lg_19_what_nobody_could_look_at_forgets_no_wrong_guess(
    world: World, real_store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: four guesses, a moment in which the hasher is busy, and four more."""
    resident, visitor = whole(world)
    for _ in range(4):
        assert visitor.post("/reauthenticate", {"password": WRONG}).status == 401

    def overloaded(*_: object) -> bool:
        raise Unavailable("hashing_overloaded")

    with monkeypatch.context() as patch:
        patch.setattr(type(world.hasher), "verify", overloaded)
        assert visitor.post("/reauthenticate", {"password": WRONG}).status == 503
    assert confirmations(world, resident)() == 4


def test_lg_19_who_asks_for_a_mail_while_nothing_can_be_written_is_not_charged_for_it(
    world: World, real_store: DynamoStore
) -> None:
    """Twenty times 503; then the links come, and the hour's places for twenty accounts are there, and no more."""
    visitor = world.visitor()
    asks = [{"email": f"asked{number()}@people.test"} for _ in range(41)]
    with breaking(real_store, Fault.SERVER_ERROR, 0, often=OFTEN, only="TransactWriteItems"):
        assert {visitor.post("/password/forgot", ask).status for ask in asks[:20]} == {503}
    assert [visitor.post("/password/forgot", ask).status for ask in asks[20:]] == [202] * 20 + [429]


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.LOST, Fault.TIMEOUT])
def test_lg_19_a_wrong_password_stays_counted_whatever_fails_after_it(
    world: World, real_store: DynamoStore, fault: Fault
) -> None:
    """Attack: guesses while the trail cannot be written, each of them forgotten. The guesser gets no more than ever."""
    resident, guesses = a_resident(world), 25
    tried: list[bool] = []
    verify = type(world.hasher).verify

    def counted(hasher: Argon2Hasher, known: str | None, typed: str) -> bool:
        tried.append(known is not None)
        return verify(hasher, known, typed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            type(world.hasher),
            "verify",
            counted,
        )
        with breaking(real_store, fault, 0, often=OFTEN, only="PutItem"):
            for _ in range(guesses):
                assert world.visitor().logon(resident.email, WRONG).status in {401, 503}
    account = stored(real_store, resident.account)
    assert sum(tried) <= 5  # the sixth finds the lock of the fifth
    assert account.failures == 5
    assert account.locked_until > world.clock()


def test_lg_19_wrong_codes_and_confirmations_stay_counted_whatever_fails_after_them(
    world: World, real_store: DynamoStore
) -> None:
    resident, visitor = half_done(world)
    other, sitting = whole(world)
    with breaking(real_store, Fault.SERVER_ERROR, 0, often=OFTEN, only="TransactWriteItems"):
        for _ in range(3):
            assert visitor.post("/logon/code", {"code": "000000"}).status in {401, 503}
            assert sitting.post("/reauthenticate", {"password": WRONG}).status in {401, 503}
    assert stored(real_store, resident.account).two_step.failures == 3
    assert confirmations(world, other)() == 3


def test_lg_19_a_reservation_that_is_given_back_gives_back_no_other(real_store: DynamoStore) -> None:
    """Two at once, the later one's answer lost: only the one that was taken last can be told, and is given back."""
    account = planted(real_store, failures=2)
    real_store.logons.reserve_attempt(account.id, NOW)
    with breaking(real_store, Fault.LOST, 0), pytest.raises(Unavailable):
        real_store.logons.reserve_attempt(account.id, NOW)
    assert stored(real_store, account).failures == 3
    with breaking(real_store, Fault.TIMEOUT, 0), pytest.raises(Unavailable):
        real_store.logons.reserve_attempt(account.id, NOW)
    assert stored(real_store, account).failures == 3


def test_lg_19_a_confirmation_whose_account_could_not_be_read_is_given_back(real_store: DynamoStore) -> None:
    account = planted(real_store)
    session = a_session(account)
    plant(real_store, session)
    with breaking(real_store, Fault.SERVER_ERROR, 0, often=OFTEN, only="GetItem"):
        for _ in range(7):
            with pytest.raises(Unavailable):
                real_store.sessions.reserve_confirmation(account.id, session.digest)
    assert real_store.sessions.reserve_confirmation(account.id, session.digest)[0] == 1
