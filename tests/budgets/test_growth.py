"""What a list costs does not grow with the portal: every list and search at two sizes, by `make bench-lists`' own rows.

That goes to 100,000 users and a million events; here both are small, and are asked of whichever engine there is.
"""

from __future__ import annotations

from functools import partial

from chalicelib.storage.store import DynamoStore
from tests.bench.lists.fill import fill
from tests.bench.lists.population import Size
from tests.bench.lists.portal import a_world, costs
from tests.engine import Engine

SMALL, LARGER = Size(120, 200), Size(240, 800)


def trips(engine: Engine, size: Size) -> dict[str, tuple[int, int]]:
    """Of each list: how many it takes in a portal of this size, and how many it may take."""
    prefix = engine.create_tables()
    world = a_world(prefix)
    assert isinstance(world.store, DynamoStore)
    fill(partial(world.store.database.connection.dispatch, "BatchWriteItem"), prefix, size)
    found = {title: (one.trips, most) for title, (most, one) in costs(world, size, 1).items()}
    engine.delete_tables(prefix)
    return found


def test_no_list_takes_more_trips_in_a_larger_portal(engine: Engine) -> None:
    small, larger = trips(engine, SMALL), trips(engine, LARGER)
    assert {title: more for title, (more, most) in larger.items() if more > most} == {}
    grown = {title: (small[title][0], more) for title, (more, _) in larger.items() if more > small[title][0]}
    assert grown == {}
