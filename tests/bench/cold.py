"""`python -m tests.bench.cold`: what a cold start of each step costs, beside the bare imports it cannot do without.

Each function starts from the unpacked deployment package, in a process of its own under AWS's runtime client, with the
handler and the variables of the template; the floor starts the same way. The clock of a shared machine is noisy and its
speed changes from one second to the next, so each start is followed by one of its floor, and the least of each are
compared: noise only adds. Where Valgrind is installed the instructions are counted too, which no noise changes.
Printed, never asserted; what is certain (which modules, how many, how many instructions where there is a budget) is in
tests/budgets and tests/infra/test_cold_start.py.
"""

from __future__ import annotations

import json
import os
import py_compile
import random
import shutil
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session

from chalicelib.domain.keys import USES
from infra.gateway.emulator import Emulator
from infra.gateway.environment import portal_defaults
from infra.keys import first_keys
from infra.package import package_stage
from infra.permissions import logical, read_permissions
from infra.rehearsal.runtime import Configuration, runtime_client
from infra.stages import stage_of
from infra.tables import create_tables
from tests.bench.cold_events import first_event
from tests.bench.counted import Beside, Counted, can_count
from tests.bench.side import ROOT
from tests.structure.code import MAILING, PAGELESS

BUILD = ROOT / "build" / "bench"
HERE = Path(__file__).parent
PROCESS = HERE / "cold_process.py"
STAGE = "dev"
TOLD = "cold: "
TELL_SECONDS = 10
ROUNDS, OFTEN = 3, 4
LINE = 1.15
NOTHING, BARE, RENDERING = "nothing", "bare", "rendering"
FLOORS = (BARE, RENDERING)
BUDGETED = ("authorizer", "logon", "password_reset")


class Probed(Beside):
    """A function that tells what it has cost; see cold_process.py."""

    program = (str(PROCESS),)


@dataclass(frozen=True)
class Start:
    """What one start told: CPU in milliseconds, memory in MiB after the first invocation."""

    init: float
    first: float
    mib: float


@dataclass
class Contestant:
    """A step or a floor, and its starts. For each start of a step `beside` has the init phase of its floor."""

    configuration: Configuration
    event: dict[str, Any]
    starts: list[Start] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)

    def least(self, what: str) -> float:
        """The least of one of the numbers."""
        least: float = min(getattr(start, what) for start in self.starts)
        return least


def main(names: list[str]) -> int:
    """Every step, or those named."""
    with ExitStack() as stack:
        os.environ.update(portal_defaults(8000) | {"AWS_ENDPOINT_URL": stack.enter_context(Emulator()).url})
        package, runtime = prepare()
        bare, wanted = floors(), steps(names)
        for _ in range(ROUNDS):
            start(bare[NOTHING], package, runtime)
            for name in drawn(wanted):
                start(wanted[name], package, runtime)
                floor = bare[floor_of(name)]
                start(floor, package, runtime)
                wanted[name].beside.append(floor.starts[-1].init)
        print_table(bare, wanted, ratios(count(list(wanted))) if can_count() else {})
    return 0


def prepare() -> tuple[Path, Path]:
    """The stage in the emulator, its package and the runtime client."""
    prepare_stage()
    return unpacked(), runtime_client(BUILD / "runtime")


def unpacked() -> Path:
    """The stage's deployment package, as Lambda lays it out, and the floor beside it, compiled like the package."""
    package_stage(stage_of(STAGE), BUILD)
    for folder in ("package", "floor"):
        shutil.rmtree(BUILD / folder, ignore_errors=True)
    with zipfile.ZipFile(BUILD / "deployment.zip") as archive:
        archive.extractall(BUILD / "package")  # our own, made a moment ago
    for file in (HERE / "floor").glob("*.py"):
        py_compile.compile(str(file), str(BUILD / "floor" / f"{file.name}c"), doraise=True)
    return BUILD / "package"


def prepare_stage() -> None:
    """What the functions find: tables, and keys in their secret."""
    session, variables = botocore.session.get_session(), stage_of(STAGE).shared
    create_tables(session.create_client("dynamodb"), variables["PORTAL_TABLE_PREFIX"])
    manager = session.create_client("secretsmanager")
    for use in USES:
        manager.create_secret(Name=f"{variables['PORTAL_KEYS_SECRET']}/{use}")
    first_keys(manager, variables["PORTAL_KEYS_SECRET"])


def floors() -> dict[str, Contestant]:
    """The bare imports."""
    return {
        name: Contestant(Configuration(name, f"{name}.answer", {}, 10, 1769), {})
        for name in (NOTHING, *FLOORS)
    }


def steps(names: list[str]) -> dict[str, Contestant]:
    """Handlers and variables as the template gives them."""
    resources = json.loads((BUILD / "sam.json").read_text(encoding="utf-8"))["Resources"]
    made = {}
    for step in names or read_permissions():
        told = resources[logical(step)]["Properties"]
        variables = told["Environment"]["Variables"]
        configuration = Configuration(
            told["FunctionName"], told["Handler"], variables, 10, told["MemorySize"]
        )
        made[step] = Contestant(configuration, first_event(step))
    return made


def drawn(contestants: dict[str, Contestant]) -> list[str]:
    """One round: everybody once, who has a budget more often."""
    often = [name for name in BUDGETED if name in contestants]
    order = [*contestants, *(often * (OFTEN - 1))]
    random.shuffle(order)
    return order


def start(one: Contestant, package: Path, runtime: Path) -> None:
    """One cold start and one invocation."""
    log = BUILD / f"{one.configuration.name}.log"
    log.unlink(missing_ok=True)
    function = Probed(one.configuration, package, runtime, log)
    try:
        function.invoke(one.event)
        ready, done = told(log)
    finally:
        function.stop()
    spent = (ready["spent"] * 1000, (done["spent"] - ready["spent"]) * 1000)
    one.starts.append(Start(*spent, done["kib"] / 1024))
    one.modules, one.clients = ready["modules"], done["clients"]


def floor_of(step: str) -> str:
    """What a step is held against."""
    return BARE if step in PAGELESS - MAILING else RENDERING


def count(names: list[str]) -> dict[str, int]:
    """Instructions of the init phase of these steps and of the floors; two at a time: time does not count."""
    bare = {name: one for name, one in floors().items() if name in FLOORS}
    functions = {
        name: Counted(one.configuration, BUILD / "package", BUILD / "runtime", BUILD / f"counted-{name}.log")
        for name, one in (bare | steps(names)).items()
    }
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(functions, pool.map(Counted.count, functions.values()), strict=True))


def ratios(counts: dict[str, int]) -> dict[str, float]:
    """How many times its floor each step takes."""
    return {step: counts[step] / counts[floor_of(step)] for step in counts if step not in FLOORS}


def told(log: Path) -> list[dict[str, Any]]:
    """What the process said before the first event and before the second."""
    deadline = time.monotonic() + TELL_SECONDS
    while time.monotonic() < deadline:
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith(TOLD)]
        if len(lines) > 1 and lines[1].endswith("}"):
            return [json.loads(line.removeprefix(TOLD)) for line in lines]
        time.sleep(0.02)
    raise SystemExit(f"it did not tell what it cost: {log.read_text(encoding='utf-8')[-2000:]}")


def print_table(
    bare: dict[str, Contestant], wanted: dict[str, Contestant], counted: dict[str, float]
) -> None:
    """One line each; what is over the line is marked."""
    print(
        f"\nCold starts from the package under awslambdaric: the least CPU ms of {ROUNDS} starts in a drawn order"
        f" ({OFTEN} times as many of who has a budget).\n"
        f"{'':20}{'init':>8}{'first':>8}{'both':>8}{'x floor':>9}{'less runtime':>14}"
        f"{'counted':>9}{'modules':>9}{'MiB':>7}  clients"
    )
    empty = bare[NOTHING].least("init")
    for name, one in (bare | wanted).items():
        if not one.starts:  # a floor of none of those that were asked for
            continue
        init, first = one.least("init"), one.least("first")
        ratio, ours = "", ""
        if one.beside:
            floor = min(one.beside)
            ratio, ours = f"{init / floor:.2f}", f"{(init - empty) / (floor - empty):.2f}"
        exact = f"{counted[name]:.3f}" if name in counted else ""
        mark = f"  over {LINE}" if name in BUDGETED and counted.get(name, 0) > LINE else ""
        print(
            f"{name:20}{init:8.1f}{first:8.1f}{init + first:8.1f}{ratio:>9}{ours:>14}{exact:>9}{len(one.modules):9}"
            f"{one.least('mib'):7.0f}  {' '.join(one.clients)}{mark}"
        )
    print(
        "  'x floor': beside 'bare', or 'rendering' where the step shows a page, the least of as many\n"
        "  'less runtime': the same without the interpreter and the runtime client themselves ('nothing')\n"
        "  'counted': beside the same floor, in instructions; it says what the other two only suggest"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
