"""The portal that is asked: over tables that are filled, with an administrator and an owner who are logged on."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import account_id
from chalicelib.steps.sweep_mail import count
from chalicelib.storage.store import DynamoStore
from tests.bench.lists.asked import DESK, HOME, OWNER, every
from tests.bench.lists.history import ADMINISTRATOR, READER, person
from tests.bench.lists.measured import Cost, cost
from tests.bench.lists.population import Size
from tests.console.staff import staff
from tests.world.visitors import Visitor
from tests.world.world import World

Costs = dict[str, tuple[int, Cost]]


def a_world(prefix: str) -> World:
    """The portal over the tables of this prefix."""
    session = botocore.session.get_session()
    return World(DynamoStore(session, "eu-west-1", prefix, threshold=5, cap=900))


def costs(world: World, size: Size, times: int) -> Costs:
    """Of each list: how many trips it may take, and what it costs in a portal of this size."""
    return dict(_costs(world, size, times))


def _costs(world: World, size: Size, times: int) -> Iterator[tuple[str, tuple[int, Cost]]]:
    visitors = people(world)
    for one in every(size):
        yield one.title, (one.most, cost(world, visitors[one.who], one, times))
    count(world.portal)
    yield f"{HOME.title}, days counted", (HOME.most, cost(world, visitors[HOME.who], HOME, times))
    let_mails_wait(world, size)
    yield f"{HOME.title}, mails waiting", (HOME.most + 1, cost(world, visitors[HOME.who], HOME, times))


def people(world: World) -> dict[str, Visitor]:
    """Who asks, logged on."""
    desk = staff(world, Kind.ADMINISTRATOR, address=ADMINISTRATOR)
    owner = world.visitor()
    owner.logs_on(world.person(READER))
    return {DESK: desk.visitor, OWNER: owner}


def let_mails_wait(world: World, size: Size) -> None:
    """As after an outage of SES: more of them where there are more people."""
    now = world.clock()
    for number in range(min(2000, max(10, size.users // 5))):
        who = account_id(person(number))
        world.store.outbox.put_aside(who, f"2030-03-17T17:00:00.000Z#{number:032x}", "ses_silent", now)
