"""What a list costs does not grow with the portal: every list and search at two sizes, by `make bench-lists`' own rows.

That goes to 100,000 users and a million events; here both are small, and are asked of whichever engine there is.
"""

from __future__ import annotations

from functools import partial

import botocore.session

from chalicelib.domain.accounts import Kind
from chalicelib.storage.store import DynamoStore
from tests.bench.lists.asked import DESK, OWNER, every
from tests.bench.lists.fill import fill
from tests.bench.lists.history import ADMINISTRATOR, READER
from tests.bench.lists.measured import cost
from tests.bench.lists.population import Size
from tests.console.staff import staff
from tests.engine import Engine
from tests.world.world import World

SMALL, LARGER = Size(40, 400), Size(300, 3000)


def trips(engine: Engine, size: Size) -> dict[str, tuple[int, int]]:
    """Of each list: how many it takes in a portal of this size, and how many it may take."""
    prefix = engine.create_tables()
    world = World(DynamoStore(botocore.session.get_session(), "eu-west-1", prefix, threshold=5, cap=900))
    assert isinstance(world.store, DynamoStore)
    fill(partial(world.store.database.connection.dispatch, "BatchWriteItem"), prefix, size)
    desk, owner = staff(world, Kind.ADMINISTRATOR, address=ADMINISTRATOR), world.visitor()
    owner.logs_on(world.person(READER))
    visitors = {DESK: desk.visitor, OWNER: owner}
    found = {one.title: (cost(world, visitors[one.who], one, 1).trips, one.most) for one in every(size)}
    engine.delete_tables(prefix)
    return found


def test_no_list_takes_more_trips_in_a_larger_portal(engine: Engine) -> None:
    small, larger = trips(engine, SMALL), trips(engine, LARGER)
    assert {title: more for title, (more, most) in larger.items() if more > most} == {}
    grown = {title: (small[title][0], more) for title, (more, _) in larger.items() if more > small[title][0]}
    assert grown == {}
