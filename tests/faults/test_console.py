"""RL-02, AD-03: every call of every administrative action is broken: all of it or nothing, 503, and repeating finishes.

Each action is done once unbroken to somebody else, to know what "all of it" is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.domain.accounts import Account, Policy
from chalicelib.domain.addresses import DomainName, domain_id
from chalicelib.domain.administration import record_of
from chalicelib.domain.events import EventKind
from chalicelib.steps.service_messages import YOUNG_SECONDS
from chalicelib.storage.store import DynamoStore
from tests.domain.pictures import in_base64, picture
from tests.fakes.looking import stored
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, number
from tests.faults.breaking import REST, SWEPT, Fault, Killed, breaking
from tests.world.desks import an_administrator
from tests.world.moving import another_address
from tests.world.residents import Resident, a_resident_with_two_step
from tests.world.systems import a_system, planted_system
from tests.world.visitors import CHOSEN, Reply, Visitor
from tests.world.world import World

pytestmark = pytest.mark.slow

MOST_CALLS = 8
REASON = "reported by the user"
ON_USERS: dict[str, dict[str, Any]] = {
    "password": {"new_password": CHOSEN},
    "force-change": {},
    "sessions/revoke": {},
    "disable": {},
    "unlock": {},
    "two-step": {"required": True},
    "two-step/reset": {"reason": REASON},
    "ip-ranges": {"ranges": ["192.0.2.0/24"]},
    "contain": {"disable": True, "require_two_step": True, "ranges": ["192.0.2.0/24"], "reason": REASON},
    "deliverable": {"reason": REASON},
    "kind": {"kind": "administrator", "reason": REASON},
    "erase": {"confirm": "", "reason": REASON},
    "address": {"new_email": "", "reason": REASON},
}
State = tuple[Any, ...]


@dataclass
class Action:
    """`act` is what breaks; `state` is what it changes, with how many events tell of it."""

    act: Callable[[], Reply]
    state: Callable[[], State]
    usual: int = 200


Arrange = Callable[[World], Action]


def on_a_user(action: str) -> Arrange:
    def arrange(world: World) -> Action:
        somebody: Resident = a_resident_with_two_step(
            world, failures=3, locked_until=NOW + 9, undeliverable="bounced"
        )
        fields = ON_USERS[action]
        if action == "erase":
            fields = fields | {"confirm": somebody.email}
        if action == "address":
            fields = fields | {"new_email": another_address()}
        done = acting_on(world, somebody.account, action, fields)
        return replace(done, usual=202) if action in {"erase", "address"} else done

    return arrange


def on_a_newcomer(action: str) -> Arrange:
    def arrange(world: World) -> Action:
        never_came = world.person(password=None, failures=3, undeliverable="bounced")
        return acting_on(world, never_came, action, {})

    return arrange


def acting_on(world: World, who: Account, action: str, fields: dict[str, Any]) -> Action:
    _, desk = an_administrator(world)

    def state() -> State:
        account = stored(world.store, who)
        kinds = sorted(event.kind.value for event in world.store.events.of_account(who.id))
        return record_of(account), account.failures, account.undeliverable, kinds

    return Action(lambda: desk.post(f"/admin/users/{who.address}/{action}", fields), state)


def on_a_policy(path: str, **fields: Any) -> Arrange:
    def arrange(world: World) -> Action:
        actor, desk = an_administrator(world)
        name, store = f"faults{number()}.test", world.store

        def state() -> State:
            found = store.directory.policy(domain_id(DomainName(name)))
            rules = (found.ranges, found.internal, found.two_step_required) if found else None
            return rules, len(store.events.of_account(actor.account.id))

        body = fields if "{" in path else {"domain": name, **fields}
        return Action(lambda: desk.post(path.format(name), body), state, 200 if "{" in path else 201)

    return arrange


def invitation(world: World) -> Action:
    _, desk = an_administrator(world)
    email, store = f"invited{number()}@people.test", world.store
    return Action(
        lambda: desk.post("/admin/users", {"email": email}), lambda: invited(store, desk, email), 201
    )


def several(world: World) -> Action:
    _, desk = an_administrator(world)
    email, store = f"invited{number()}@people.test", world.store
    fields = {"emails": [email, f"other{number()}@people.test"]}
    return Action(lambda: desk.post("/admin/users/import", fields), lambda: invited(store, desk, email))


def invited(store: Any, desk: Visitor, email: str) -> State:
    """Whether there is an account, and its events."""
    found = desk.get(f"/admin/users/{email}")
    kinds = [event["kind"] for event in found.json()["events"]] if found.status == 200 else []
    return found.status, [kind for kind in kinds if kind == "account_invited"]


def message(world: World) -> Action:
    """To somebody who has an account: the message is there with its event, from which its notice is mailed."""
    _, desk = an_administrator(world)
    resident, store = a_resident_with_two_step(world), world.store
    fields = {"to": resident.email, "subject": "Hello", "body": "Good day."}

    def state() -> State:
        there = [one.id for one in store.messages.of_account(resident.account.id)]
        events = store.events.of_account(resident.account.id)
        told = [str(event.told["message"]) for event in events if event.kind is EventKind.MESSAGE_SENT]
        return bool(there), sorted(there) == sorted(told), len(told)

    return Action(lambda: desk.post("/admin/messages", fields), state, 201)


def recall(world: World) -> Action:
    _, desk = an_administrator(world)
    resident, store = a_resident_with_two_step(world), world.store
    sent = desk.post(
        "/admin/messages", {"to": resident.email, "subject": "Hello", "body": "Good day."}
    ).json()["id"]

    def state() -> State:
        found = store.messages.read(resident.account.id, sent)
        assert found is not None
        return found.recalled_at is None, len(store.events.of_account(resident.account.id))

    return Action(lambda: desk.post(f"/admin/messages/{sent}/recall", {"to": resident.email}), state)


def branding(world: World) -> Action:
    actor, desk = an_administrator(world)
    name, store = f"faults{number()}.test", world.store
    plant(store, Policy(name))

    def state() -> State:
        return store.directory.brand(domain_id(DomainName(name)))[1], len(
            store.events.of_account(actor.account.id)
        )

    fields = {"name": "Acme", "colour": "#a8232c", "logo": in_base64(picture())}
    return Action(lambda: desk.post(f"/admin/domains/{name}/brand", fields), state)


def service(world: World) -> Action:
    _, desk = an_administrator(world)
    name, store = f"Faults {number()}", world.store

    def state() -> State:
        made = [one for one in store.services.every() if one.name == name]
        told = [event for one in made for event in store.events.of_account(one.trail)]
        return bool(made), len(made) == len(told), len(made)

    fields = {"name": name, "domains": ["sender.test"]}
    return Action(lambda: desk.post("/admin/services", fields), state, 201)


def on_a_service(action: str) -> Arrange:
    def arrange(world: World) -> Action:
        _, desk = an_administrator(world)
        seen, _ = a_system(world.store)

        def state() -> State:
            found = world.store.services.find(seen.id)
            assert found is not None
            told = len(world.store.events.of_account(seen.trail)) - 1
            return found.former is not None, found.revoked_at is not None, told

        return Action(lambda: desk.post(f"/admin/services/{seen.id}/{action}"), state)

    return arrange


def service_message(world: World) -> Action:
    """Under one Idempotency-Key, a while after: what broke is finished, and what was done is done."""
    sender, resident, store = planted_system(world), a_resident_with_two_step(world), world.store

    def state() -> State:
        there = [one.id for one in store.messages.of_account(resident.account.id)]
        events = store.events.of_account(resident.account.id)
        told = [str(event.told["message"]) for event in events if event.kind is EventKind.MESSAGE_SENT]
        found = all(store.sendings.was_sent(sender.id, one) for one in there)
        return bool(there), there == told, found, str(len(told))

    def act() -> Reply:
        world.clock.passes(YOUNG_SECONDS)
        return sender.sends("k1", to=resident.email)

    return Action(act, state, 201)


def service_recall(world: World) -> Action:
    sender, resident, store = planted_system(world), a_resident_with_two_step(world), world.store
    sent = sender.sent(to=resident.email)

    def state() -> State:
        found = store.messages.read(resident.account.id, sent)
        assert found is not None
        kinds = [event.kind for event in store.events.of_account(resident.account.id)]
        return found.recalled_at is not None, str(kinds.count(EventKind.MESSAGE_RECALLED))

    return Action(lambda: sender.posts(f"/service/messages/{sent}/recall"), state)


ARRANGEMENTS = {
    **{name: on_a_user(name) for name in ON_USERS},
    "several": several,
    "invited again": on_a_newcomer("invite"),
    "withdrawal": on_a_newcomer("withdraw"),
    "domain": on_a_policy("/admin/domains", internal=True, two_step_required=True),
    "domain's ranges": on_a_policy("/admin/domains/{}/ip-ranges", ranges=["192.0.2.0/24"]),
    "brand": branding,
    "invitation": invitation,
    "message": message,
    "recall": recall,
    "service": service,
    "service's key": on_a_service("rotate"),
    "service's end": on_a_service("revoke"),
    "service's message": service_message,
    "service's recall": service_recall,
}
AGAIN = {
    "erase": (202,),
    "address": (202,),
    "invitation": (201, 409),
    "message": (201,),
    "recall": (200, 409),
    "domain": (200, 201),
    "service": (201,),
    "service's message": (201,),
}


# With every change the most telling fault, and all of them for the action that does most; the rest with the races.
OFTEN = {(name, Fault.KILLED_AFTER) for name in ARRANGEMENTS} | {("contain", fault) for fault in SWEPT}
CASES = [
    pytest.param(name, fault, marks=[] if (name, fault) in OFTEN else pytest.mark.races)
    for name in ARRANGEMENTS
    for fault in (*SWEPT, *REST)
]


@pytest.mark.parametrize(("name", "fault"), CASES)
def test_action_that_breaks_is_done_or_not_and_repeating_it_finishes(
    world: World, real_store: DynamoStore, name: str, fault: Fault
) -> None:
    arrange = ARRANGEMENTS[name]
    whole = arrange(world)
    assert whole.act().status == whole.usual
    done = whole.state()
    for at in range(MOST_CALLS):
        action = arrange(world)
        before = action.state()
        with breaking(real_store, fault, at) as breaker:
            reply = acted(action)
        assert action.state() in (before, done)
        assert before != done
        holds(reply, action, done)
        if not breaker.hit:
            assert at > 1
            break
        repeated = action.act()
        assert repeated.status in AGAIN.get(name, (200,)), repeated.text
        assert settled(action.state()) == settled(done)
    else:
        pytest.fail("more calls than an action may make")


def acted(action: Action) -> Reply | None:
    try:
        return action.act()
    except Killed:
        return None


def holds(reply: Reply | None, action: Action, done: State) -> None:
    """I6: it is done when the answer says so, and otherwise 503 with a time to come back, which tells nothing."""
    if reply is None:
        return
    assert reply.status in {action.usual, 503}, reply.text
    if reply.status == 503:
        assert reply.code == "unavailable"
        assert int(reply.header("Retry-After")) > 0
        assert CHOSEN not in reply.text
    else:
        assert action.state() == done


def settled(state: State) -> State:
    """What a repetition may add: another move of the epoch, with another record of it."""
    first = (
        {name: value for name, value in state[0].items() if name != "epoch"}
        if isinstance(state[0], dict)
        else state[0]
    )
    return first, *[part for part in state[1:] if not isinstance(part, int | list)]
