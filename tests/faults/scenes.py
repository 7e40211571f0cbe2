"""Each flow as a scene: somebody about to act, what holds whatever breaks, and how they finish afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.domain.accounts import Account, Status, next_epoch
from chalicelib.domain.resets import Purpose
from chalicelib.domain.sessions import Credential, Session
from tests.fakes.looking import stored
from tests.world.residents import Resident, a_resident, a_resident_with_two_step
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

BOTH = {"new_password": CHOSEN, "confirm_password": CHOSEN}
WRONG = "not the password at all"


@dataclass
class Scene:
    """`act` is what the fault hits. `holds` checks the flow's own promise, `finish` goes on when the fault is over."""

    world: World
    resident: Resident
    act: Callable[[], Reply]
    finish: Callable[[], None]
    holds: Callable[[Reply | None], None] = lambda _: None
    secrets: list[str] = field(default_factory=list)
    usual: int = 200

    @property
    def account(self) -> Account:
        return stored(self.world.store, self.resident.account)

    def sessions(self) -> list[Session]:
        """Those that are alive by their epoch."""
        return live_sessions(self.world, self.resident)


def live_sessions(world: World, resident: Resident) -> list[Session]:
    store = world.store
    epoch = stored(store, resident.account).epoch
    return [one for one in store.sessions.of_account(resident.account.id) if one.epoch == epoch]


def has_password(world: World, resident: Resident, password: str) -> bool:
    account = stored(world.store, resident.account)
    return world.hasher.verify(account.password_hash, password)


def logs_on(world: World, resident: Resident, password: str) -> Visitor:
    """I9: a new window and this password lead on; no lock stands in the way for longer than it may."""
    world.clock.passes(900)
    visitor = world.visitor()
    reply = visitor.logon(resident.email, password)
    assert reply.status == 200, reply.text
    return visitor


def logon(world: World) -> Scene:
    resident, visitor = a_resident(world, failures=2), world.visitor()

    def holds(reply: Reply | None) -> None:
        opened = live_sessions(world, resident)
        assert len(opened) <= 1
        assert len(opened) == 1 or reply is None or reply.status != 200

    return Scene(
        world,
        resident,
        lambda: visitor.logon(resident.email, PASSWORD),
        lambda: void(logs_on(world, resident, PASSWORD)),
        holds,
        [PASSWORD],
    )


def wrong_logon(world: World) -> Scene:
    resident, visitor = a_resident(world, failures=3), world.visitor()

    def holds(reply: Reply | None) -> None:
        failures = stored(world.store, resident.account).failures
        assert failures <= 5  # one attempt, and at most one more by a lost answer
        assert failures >= 4 or reply is None or reply.status == 503
        assert live_sessions(world, resident) == []

    return Scene(
        world,
        resident,
        lambda: visitor.logon(resident.email, WRONG),
        lambda: void(logs_on(world, resident, PASSWORD)),
        holds,
        [WRONG],
        401,
    )


def temporary_logon(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    typed = resident.temporary()

    def holds(reply: Reply | None) -> None:
        opened = live_sessions(world, resident)
        assert {one.opened_with for one in opened} <= {Credential.TEMPORARY}
        assert len(opened) <= 1
        assert len(opened) == 1 or reply is None or reply.status != 200

    def finish() -> None:
        burnt = bool(live_sessions(world, resident))
        reply = world.visitor().logon(resident.email, typed)
        assert reply.status == (401 if burnt else 200)
        if burnt:
            logs_on(world, resident, resident.temporary())

    return Scene(world, resident, lambda: visitor.logon(resident.email, typed), finish, holds, [typed])


def change(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)

    def act() -> Reply:
        return visitor.post("/password/change", {"current_password": PASSWORD, **BOTH})

    return setting(world, resident, act)


def forced_change(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    visitor.logon(resident.email, resident.temporary())
    return setting(world, resident, lambda: visitor.post("/password/change", BOTH))


def reset(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    token = resident.link()
    scene = setting(world, resident, lambda: visitor.post("/password/reset", {"token": token, **BOTH}))
    scene.secrets.append(token)
    return scene


def setting(world: World, resident: Resident, act: Callable[[], Reply]) -> Scene:
    """Flows that set a password: it is the new one exactly when the epoch has moved once, with its notice."""

    def holds(reply: Reply | None) -> None:
        account = stored(world.store, resident.account)
        moved = account.epoch == next_epoch(resident.account.epoch, world.clock())
        assert has_password(world, resident, CHOSEN) is moved
        assert has_password(world, resident, PASSWORD) is not moved
        assert moved or reply is None or reply.status != 200
        assert all(one.started_at == world.clock() for one in live_sessions(world, resident))

    def finish() -> None:
        moved = has_password(world, resident, CHOSEN)
        reply = act()
        assert reply.status in ({401, 410, 422} if moved else {200}), reply.text
        logs_on(world, resident, CHOSEN)

    return Scene(world, resident, act, finish, holds, [PASSWORD, CHOSEN])


def forgot(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()

    def act() -> Reply:
        return visitor.post("/password/forgot", {"email": resident.email})

    def holds(reply: Reply | None) -> None:
        assert stored(world.store, resident.account) == resident.account
        asked = world.store.events.of_account(resident.account.id)
        assert asked or reply is None or reply.status == 503

    def finish() -> None:
        assert act().status == 202

    return Scene(world, resident, act, finish, holds, usual=202)


def not_me(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    token = resident.link(Purpose.NOT_ME)

    def act() -> Reply:
        return visitor.post("/not-me", {"token": token})

    def holds(reply: Reply | None) -> None:
        account = stored(world.store, resident.account)
        frozen = account.status is Status.FROZEN
        assert (account.epoch, account.password_hash is None) == (
            (next_epoch(1, world.clock()), True) if frozen else (1, False)
        )
        assert frozen or reply is None or reply.status != 200

    def finish() -> None:
        frozen = stored(world.store, resident.account).status is Status.FROZEN
        assert act().status == (410 if frozen else 200)

    return Scene(world, resident, act, finish, holds, [token])


def code(world: World) -> Scene:
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    shown = resident.code()

    def finish() -> None:
        later = logs_on(world, resident, PASSWORD)
        assert later.post("/logon/code", {"code": resident.code()}).status == 200

    return two_step(world, resident, lambda: visitor.post("/logon/code", {"code": shown}), finish)


def recovery_code(world: World) -> Scene:
    resident, visitor = a_resident_with_two_step(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    first, second = resident.recovery[:2]

    def finish() -> None:
        later = logs_on(world, resident, PASSWORD)
        assert later.post("/logon/code", {"code": second}).status == 200

    return two_step(world, resident, lambda: visitor.post("/logon/code", {"code": first}), finish)


def two_step(world: World, resident: Resident, act: Callable[[], Reply], finish: Callable[[], None]) -> Scene:
    """A code is used up exactly when the session that it opens is there."""

    def holds(reply: Reply | None) -> None:
        now = stored(world.store, resident.account).two_step
        used = now.last_step > 0 or len(now.recovery) == 9
        opened = live_sessions(world, resident)
        assert [one.code_entered for one in opened] == [used]
        assert used or reply is None or reply.status != 200
        assert now.failures <= 2

    return Scene(world, resident, act, finish, holds, [resident.seed, *resident.recovery[:2]])


def reading(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)
    message = world.sends(resident.account, body="for your eyes only")

    def act() -> Reply:
        return visitor.get(f"/messages/{message}")

    def finish() -> None:
        assert act().json()["body"] == "for your eyes only"

    return Scene(world, resident, act, finish, secrets=["for your eyes only"])


def logoff(world: World) -> Scene:
    resident, visitor = a_resident(world), world.visitor()
    visitor.logon(resident.email, PASSWORD)

    def holds(reply: Reply | None) -> None:
        ended = not live_sessions(world, resident)
        assert ended or reply is None or reply.status != 204

    def finish() -> None:
        assert visitor.post("/logoff").status in {204, 401}
        assert live_sessions(world, resident) == []

    return Scene(world, resident, lambda: visitor.post("/logoff"), finish, holds, usual=204)


def void(_: object) -> None:
    """The value is not wanted."""


SCENES = [logon, wrong_logon, temporary_logon, change, forced_change, reset, forgot, not_me]
SCENES += [code, recovery_code, reading, logoff]
