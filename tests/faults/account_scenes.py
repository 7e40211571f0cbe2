"""The scenes of somebody who is logged on: 2-step on, moved, off; the password again; other sessions ended."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.domain.accounts import Kind, TwoStep, next_epoch
from chalicelib.domain.addresses import account_id
from chalicelib.domain.events import EventKind
from chalicelib.domain.resets import Purpose, pending_key
from tests.fakes.looking import planted, stored, trail
from tests.fakes.planting import plant
from tests.fakes.samples import a_link
from tests.faults.scenes import Scene, live_sessions, logs_on
from tests.world.moving import another_address
from tests.world.phones import Phone
from tests.world.residents import Resident, a_resident, a_resident_with_two_step
from tests.world.verified import PLANTED
from tests.world.visitors import PASSWORD, Reply, Visitor
from tests.world.world import World

PATH = "/account/two-step"
# Sent again, a form that was carried out gets the first one's answer (ADR 29), or hears that its session is over.
AGAIN = {200, 401, 409}


def with_phone(world: World) -> tuple[Resident, Visitor]:
    """Somebody who uses 2-step, in a whole session; a minute later, so that the next code is another."""
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logs_on(resident.email)
    visitor.goes_on(visitor.post("/logon/code", {"code": resident.code()}))
    world.clock.passes(60)
    return resident, visitor


def opens(world: World, resident: Resident, code: str) -> bool:
    """Whether password and code lead in."""
    visitor = world.visitor()
    assert visitor.logs_on(resident.email) == "enter_code"
    return visitor.post("/logon/code", {"code": code}).status == 200


def second_step(world: World, resident: Resident) -> TwoStep:
    return stored(world.store, resident.account).two_step


def propose(world: World) -> Scene:
    """A key that is in force once its code was entered, and not before."""
    resident, visitor = a_resident(world), world.visitor()
    visitor.logs_on(resident.email)

    def holds(reply: Reply | None) -> None:
        now = second_step(world, resident)
        assert not now.active
        assert now.pending_seed or reply is None or reply.status != 200
        assert stored(world.store, resident.account).epoch == resident.account.epoch

    def finish() -> None:
        phone = Phone(visitor.post(PATH).json()["secret"], world.clock)
        assert visitor.post(f"{PATH}/confirm", {"code": phone.code()}).status == 200

    return Scene(world, resident, lambda: visitor.post(PATH), finish, holds, [PASSWORD])


def preferences(world: World) -> Scene:
    """One's own language."""
    resident, visitor = a_resident(world), world.visitor()
    visitor.logs_on(resident.email)

    def act() -> Reply:
        return visitor.post("/account/preferences", {"language": "de", "time_zone": ""})

    def holds(reply: Reply | None) -> None:
        done = stored(world.store, resident.account).language == "de"
        assert done or reply is None or reply.status != 200

    def finish() -> None:
        assert act().status == 200
        assert stored(world.store, resident.account).language == "de"

    return Scene(world, resident, act, finish, holds, [PASSWORD])


def enrol(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    visitor.logs_on(resident.email)
    phone = Phone(visitor.post(PATH).json()["secret"], world.clock)
    code = phone.code()

    def holds(reply: Reply | None) -> None:
        now = second_step(world, resident)
        assert len(now.recovery) == (10 if now.active else 0)
        moves(world, resident, reply, done=now.active)

    def finish() -> None:
        done = second_step(world, resident).active
        assert visitor.post(f"{PATH}/confirm", {"code": code}).status in (AGAIN if done else {200})
        world.clock.passes(900)
        assert opens(world, resident, phone.code())

    secrets = [PASSWORD]
    return Scene(
        world, resident, lambda: visitor.post(f"{PATH}/confirm", {"code": code}), finish, holds, secrets
    )


def begin_move(world: World) -> Scene:
    """A key for another phone, by password and code together."""
    resident, visitor = with_phone(world)
    session, proof = visitor.token, {"password": PASSWORD, "code": resident.code()}
    before = second_step(world, resident)

    def holds(reply: Reply | None) -> None:
        now = second_step(world, resident)
        begun = now.pending_seed is not None
        assert (now.last_step > before.last_step) is begun
        assert (now.seed, now.recovery) == (before.seed, before.recovery)
        assert stored(world.store, resident.account).epoch == resident.account.epoch
        assert begun or reply is None or reply.status != 200
        assert len(live_sessions(world, resident)) == 1

    def finish() -> None:
        begun = second_step(world, resident).pending_seed is not None
        visitor.token = session
        assert visitor.post(f"{PATH}/move", proof).status in (AGAIN if begun else {200})
        world.clock.passes(900)
        assert opens(world, resident, resident.code())

    return Scene(
        world, resident, lambda: visitor.post(f"{PATH}/move", proof), finish, holds, [PASSWORD, resident.seed]
    )


def move(world: World) -> Scene:
    """The first code of the other phone."""
    resident, visitor = with_phone(world)
    begun = visitor.post(f"{PATH}/move", {"password": PASSWORD, "code": resident.code()})
    visitor.goes_on(begun)
    phone, before = Phone(begun.json()["secret"], world.clock), second_step(world, resident)
    code = phone.code()

    def holds(reply: Reply | None) -> None:
        now = second_step(world, resident)
        done = now.seed != before.seed
        assert (now.recovery != before.recovery) is done
        assert (now.pending_seed is None) is done
        moves(world, resident, reply, done=done)

    def finish() -> None:
        done = second_step(world, resident).seed != before.seed
        assert visitor.post(f"{PATH}/confirm", {"code": code}).status in (AGAIN if done else {200})
        world.clock.passes(900)
        assert not opens(world, resident, resident.code())
        assert opens(world, resident, phone.code())

    act = lambda: visitor.post(f"{PATH}/confirm", {"code": code})
    return Scene(world, resident, act, finish, holds, [PASSWORD, resident.seed])


def remove(world: World) -> Scene:
    resident, visitor = with_phone(world)
    proof = {"password": PASSWORD, "code": resident.code()}

    def holds(reply: Reply | None) -> None:
        moves(world, resident, reply, done=not second_step(world, resident).active)

    def finish() -> None:
        done = not second_step(world, resident).active
        assert visitor.post(f"{PATH}/remove", proof).status in (AGAIN if done else {200})
        world.clock.passes(900)
        assert world.visitor().logs_on(resident.email) == "portal"

    return Scene(
        world,
        resident,
        lambda: visitor.post(f"{PATH}/remove", proof),
        finish,
        holds,
        [PASSWORD, resident.seed],
    )


def renew(world: World) -> Scene:
    """Ten other recovery codes."""
    resident, visitor = with_phone(world)
    proof, before = {"password": PASSWORD, "code": resident.code()}, second_step(world, resident)

    def holds(reply: Reply | None) -> None:
        now = second_step(world, resident)
        done = now.recovery != before.recovery
        assert (now.last_step > before.last_step) is done
        assert len(now.recovery) == 10
        assert done or reply is None or reply.status != 200
        assert len(live_sessions(world, resident)) == 1

    def finish() -> None:
        done = second_step(world, resident).recovery != before.recovery
        assert visitor.post(f"{PATH}/recovery-codes", proof).status in (AGAIN if done else {200})
        world.clock.passes(900)
        assert not opens(world, resident, resident.recovery[0])
        assert opens(world, resident, resident.code())

    act = lambda: visitor.post(f"{PATH}/recovery-codes", proof)
    return Scene(world, resident, act, finish, holds, [PASSWORD, *resident.recovery[:2]])


def reauthenticate(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    visitor.logs_on(resident.email)
    (before,) = live_sessions(world, resident)
    world.clock.passes(60)

    def act() -> Reply:
        return visitor.post("/reauthenticate", {"password": PASSWORD})

    def holds(reply: Reply | None) -> None:
        (now,) = live_sessions(world, resident)
        assert now.digest != before.digest or reply is None or reply.status != 200

    return Scene(world, resident, act, gets_on(world, resident, act), holds, [PASSWORD])


def reauthenticate_by_code(world: World) -> Scene:
    resident, visitor = with_phone(world)
    (before,), proof = live_sessions(world, resident), {"password": PASSWORD, "code": resident.code()}
    step = second_step(world, resident).last_step

    def act() -> Reply:
        return visitor.post("/reauthenticate", proof)

    def holds(reply: Reply | None) -> None:
        (now,) = live_sessions(world, resident)
        done = now.digest != before.digest
        assert (second_step(world, resident).last_step > step) is done
        assert done or reply is None or reply.status != 200

    def finish() -> None:
        done = live_sessions(world, resident)[0].digest != before.digest
        assert act().status in (AGAIN if done else {200})
        world.clock.passes(900)
        assert opens(world, resident, resident.code())

    return Scene(world, resident, act, finish, holds, [PASSWORD, resident.seed])


def revoke(world: World) -> Scene:
    """All sessions but this one."""
    resident, visitor, other = a_resident(world), world.visitor(), world.visitor()
    other.logs_on(resident.email)
    visitor.logs_on(resident.email)

    def act() -> Reply:
        return visitor.post("/account/sessions/revoke", {"others": True})

    def holds(reply: Reply | None) -> None:
        left = len(live_sessions(world, resident))
        assert left in {1, 2}
        assert left == 1 or reply is None or reply.status != 200

    def finish() -> None:
        assert act().status == 200
        assert other.get("/account").status == 401
        assert visitor.get("/account").status == 200

    return Scene(world, resident, act, finish, holds, [PASSWORD])


def moves(world: World, resident: Resident, reply: Reply | None, *, done: bool) -> None:
    """What ends all sessions but the one that goes on has moved the epoch, or nothing has."""
    epoch = stored(world.store, resident.account).epoch
    assert (epoch == next_epoch(resident.account.epoch, world.clock())) is done
    assert done or epoch == resident.account.epoch
    assert done or reply is None or reply.status != 200
    assert len(live_sessions(world, resident)) == 1


def gets_on(world: World, resident: Resident, act: Callable[[], Reply]) -> Callable[[], None]:
    """The form once more, which may have been carried out; and a new window."""

    def finish() -> None:
        assert act().status in AGAIN
        logs_on(world, resident, PASSWORD)

    return finish


def reply(world: World) -> Scene:
    """A word back to an administrator: there with both of its events, or not at all."""
    resident, visitor = a_resident(world), world.visitor()
    admin, store = planted(world.store, kind=Kind.ADMINISTRATOR), world.store
    message = store.messages.read(resident.account.id, world.sends(resident.account))
    assert message
    plant(store, message._replace(answers_to=admin.id))
    visitor.logs_on(resident.email)

    def act() -> Reply:
        return visitor.post(f"/messages/{message.id}/reply", {"body": "Thank you."})

    def holds(reply: Reply | None) -> None:
        written = store.replies.page(admin.id, message.id, None, 9)
        for account, kind in (
            (admin, EventKind.REPLY_RECEIVED),
            (resident.account, EventKind.MESSAGE_ANSWERED),
        ):
            assert trail(store, account).count(kind) == len(written)
        assert written or reply is None or reply.status != 201

    def finish() -> None:
        assert act().status == 201

    return Scene(world, resident, act, finish, holds, [PASSWORD], usual=201)


def proof(world: World) -> Scene:
    """A new address proves itself: the account is under the one id or the other, and whole under either."""
    resident, visitor, to = a_resident(world), world.visitor(), another_address()
    until = world.clock() + 3600
    token = resident.link(Purpose.ADDRESS, address=to, valid_until=until)
    key = pending_key(resident.account.id)
    plant(world.store, a_link(resident.account, Purpose.ADDRESS, key=key, address=to, valid_until=until))

    PLANTED[account_id(to)] |= PLANTED[
        resident.account.id
    ]  # who was there already has no past under either id

    def moved() -> bool:
        return stored(world.store, resident.account).alias_of is not None

    def act() -> Reply:
        return visitor.post("/address", {"token": token})

    def holds(reply: Reply | None) -> None:
        new, old = world.store.accounts.read(account_id(to)), stored(world.store, resident.account)
        whole = [one.password_hash for one in (new, old) if one is not None and one.password_hash]
        assert whole == [resident.account.password_hash]
        assert (new is not None) == moved()
        assert moved() or reply is None or reply.status != 200

    def finish() -> None:
        before = moved()
        assert act().status == (410 if before else 200)

    return Scene(world, resident, act, finish, holds, [token])


ACCOUNT_SCENES = [reply, preferences, propose, enrol, begin_move, move, remove, renew]
ACCOUNT_SCENES += [reauthenticate, reauthenticate_by_code, revoke, proof]
