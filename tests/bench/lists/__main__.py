"""`make bench-lists`: the trips of every list at several sizes of a portal, on DynamoDB's own engine.

Ends with 1 where a list takes more trips than docs/architecture.md allows it, however many there are. How long its
store was waited for is told as so many times a GetItem: the time of one is the machine's.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import botocore.session
import pytest

from chalicelib.storage import deadline
from infra.gateway import functions
from infra.gateway.emulator import free_port
from tests.bench.lists.acts import written
from tests.bench.lists.fill import fill_fast, make_tables
from tests.bench.lists.measured import AGAIN, one_get
from tests.bench.lists.population import Size
from tests.bench.lists.portal import Costs, a_world, costs
from tests.engine import CREDENTIALS
from tests.real_engine import java_command, wait_until_it_answers

SIZES = ("1000:10000", "10000:100000", "100000:1000000")
FIRST = Size(100, 1000)  # is asked before them, and not told of: an engine that has just started is slow
HEAP = "-Xmx6g"
PATIENCE = 600.0  # seconds: how fast this machine is, is not what is asked


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
        measured(url, "first-", FIRST)
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


def measured(url: str, prefix: str, size: Size) -> Costs:
    """What each list costs in a portal of this size, its wait in so many GetItems."""
    make_tables(botocore.session.get_session().create_client("dynamodb"), prefix)
    began = time.monotonic()
    rows = fill_fast(url, prefix, size)
    print(f"filled {rows:,} rows in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    world = a_world(prefix)
    yardstick = one_get(world, f"{prefix}domains")
    found = costs(world, size, AGAIN)
    print(f"asked after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return {
        title: (most, one._replace(waited=one.waited / yardstick)) for title, (most, one) in found.items()
    }


def print_lists(found: dict[Size, Costs]) -> None:
    """A row for each list; where the sizes differ in something, it is told of each."""
    sizes = ", ".join(f"{size.users:,} users and {size.events:,} events" for size in found)
    print(f"At {sizes}:\n")
    print("| list | trips | at most | calls | read units | wait, in GetItems |\n|---|---|---|---|---|---|")
    for title, (most, _) in next(iter(found.values())).items():
        costs = [one[title][1] for one in found.values()]
        trips, calls = (told(f"{one[place]}" for one in costs) for place in (0, 1))
        units, waits = (
            told(f"{one[place]:,.0f}" if one[place] >= 1 else "< 1" for one in costs) for place in (2, 3)
        )
        print(f"| {title} | {trips} | {most} | {calls} | {units} | {waits} |")
    for line in failures(found):
        print(f"TOO MANY: {line}")


def told(values: Iterable[str]) -> str:
    """Once, where they are the same."""
    every = list(values)
    return every[0] if len(set(every)) == 1 else " / ".join(every)


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
