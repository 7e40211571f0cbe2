"""`make bench-lists`: the trips of every list at several sizes of a portal, on DynamoDB's own engine.

Ends with 1 where a list takes more trips than docs/architecture.md allows it, or more than at the smallest size and
than its searches may. What it waits for is told as so many times a GetItem, whose time is the machine's.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import botocore.session
import pytest

from chalicelib.domain.accounts import Kind
from chalicelib.steps.sweep_mail import count
from chalicelib.storage import deadline
from chalicelib.storage.store import DynamoStore
from infra.gateway import functions
from infra.gateway.emulator import free_port
from tests.bench.lists.acts import written
from tests.bench.lists.asked import DESK, OWNER, Asked, every
from tests.bench.lists.fill import fill_fast, make_tables
from tests.bench.lists.history import ADMINISTRATOR, READER
from tests.bench.lists.measured import Cost, cost, one_get
from tests.bench.lists.population import Size
from tests.console.staff import staff
from tests.engine import CREDENTIALS
from tests.real_engine import java_command, wait_until_it_answers
from tests.world.visitors import Visitor
from tests.world.world import World

SIZES = ("1000:10000", "10000:100000", "100000:1000000")
HEAP = "-Xmx6g"
PATIENCE = 600.0  # seconds: how fast this machine is, is not what is asked
Costs = dict[str, tuple[int, Cost]]


def main(arguments: Sequence[str]) -> int:
    """Fill, ask and print, size after size."""
    asked = argparse.ArgumentParser(prog="make bench-lists ARGS=", description=__doc__)
    asked.add_argument("sizes", nargs="*", default=SIZES, help="USERS:EVENTS, the smallest first")
    sizes = [Size(*map(int, one.split(":"))) for one in asked.parse_args(arguments).sizes]
    found: dict[Size, Costs] = {}
    with engine() as url, pytest.MonkeyPatch.context() as patch:
        patient(patch)
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url}.items():
            patch.setenv(name, value)
        for number, size in enumerate(sizes):
            found[size] = measured(url, f"size{number}-", size)
        print_lists(found)
        print_acts()
    return 1 if failures(found) else 0


@contextmanager
def engine() -> Iterator[str]:
    """DynamoDB's own, with room for millions of rows and its better compiler: here it works for minutes."""
    port = free_port()
    short = {"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"}
    command = [one for one in java_command(port) if one not in short]
    process = subprocess.Popen([command[0], HEAP, *command[1:]], stdout=subprocess.DEVNULL)
    try:
        wait_until_it_answers(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def patient(patch: pytest.MonkeyPatch) -> None:
    """No request of the bench ends because a machine is slow."""
    patch.setattr(deadline, "READ_SECONDS", PATIENCE)
    patch.setattr(functions, "time_out", lambda _: PATIENCE)


def a_world(prefix: str) -> World:
    """The portal over the tables of this prefix."""
    session = botocore.session.get_session()
    return World(DynamoStore(session, CREDENTIALS["AWS_REGION"], prefix, threshold=5, cap=900))


def measured(url: str, prefix: str, size: Size) -> Costs:
    """What each list costs in a portal of this size."""
    client = botocore.session.get_session().create_client("dynamodb")
    make_tables(client, prefix)
    began = time.monotonic()
    rows = fill_fast(url, prefix, size)
    print(f"filled {rows:,} rows in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    world = a_world(prefix)
    visitors = people(world)
    yardstick = one_get(world, f"{prefix}domains")
    costs = dict(asked_of_all(world, visitors, every(size)))
    count(world.portal)
    costs |= dict(
        asked_of_all(
            world, visitors, [one._replace(title=f"{one.title}, days counted") for one in homes(size)]
        )
    )
    print(f"asked in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return {
        title: (most, one._replace(waited=one.waited / yardstick)) for title, (most, one) in costs.items()
    }


def homes(size: Size) -> list[Asked]:
    """What the sweep's counts make another."""
    return [one for one in every(size) if one.step == "admin_overview"]


def people(world: World) -> dict[str, Visitor]:
    """Who asks, logged on."""
    desk = staff(world, Kind.ADMINISTRATOR, address=ADMINISTRATOR)
    owner = world.visitor()
    owner.logs_on(world.person(READER))
    return {DESK: desk.visitor, OWNER: owner}


def asked_of_all(
    world: World, visitors: dict[str, Visitor], every: Sequence[Asked]
) -> Iterator[tuple[str, tuple[int, Cost]]]:
    """Each with the trips it may have."""
    for one in every:
        yield one.title, (one.most, cost(world, visitors[one.who], one))


def print_lists(found: dict[Size, Costs]) -> None:
    """Of each list, at each size: trips, calls, read units, and the wait as so many GetItems."""
    sizes = " | ".join(f"{size.users:,} users, {size.events:,} events" for size in found)
    print(f"| trips / calls / read units / wait | at most | {sizes} |")
    print("|---|---|" + "---|" * len(found))
    for title, (most, _) in next(iter(found.values())).items():
        cells = " | ".join(
            f"{one.trips} / {one.calls} / {one.units:g} / {one.waited:.0f}"
            for one in (costs[title][1] for costs in found.values())
        )
        print(f"| {title} | {most} | {cells} |")
    for line in failures(found):
        print(f"TOO MANY: {line}")


def failures(found: dict[Size, Costs]) -> list[str]:
    """The lists that took more trips than they may."""
    return [
        f"{title}: {one.trips} trips at {size.users:,} users and {size.events:,} events, {most} allowed"
        for size, costs in found.items()
        for title, (most, one) in costs.items()
        if one.trips > most
    ]


def print_acts() -> None:
    """What each act writes, in tables of its own."""
    make_tables(botocore.session.get_session().create_client("dynamodb"), "acts-")
    print("\n| act | write units | rows | indexes |\n|---|---|---|---|")
    for one in written(a_world("acts-")):
        print(one.told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
