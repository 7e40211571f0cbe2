"""`python -m tests.bench.cold`: what a cold start of each step costs, beside the bare imports it cannot do without.

Each function starts from the unpacked deployment package, in a process of its own under AWS's runtime client, with the
handler and the variables of the template; the floor starts the same way. CPU time, medians of many starts whose order
is drawn anew each round: the clock of a shared machine is noisy, so only the ratios say something. Printed, never
asserted; what is certain (which modules, how many) is in tests/budgets.
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
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import botocore.session

from infra.deploy import first_keys
from infra.gateway.emulator import Emulator
from infra.gateway.environment import portal_defaults
from infra.package import package_stage
from infra.permissions import logical, read_permissions
from infra.rehearsal.runtime import Configuration, Function, runtime_client
from infra.stages import stage_of
from infra.tables import create_tables
from tests.bench.cold_events import first_event
from tests.bench.side import ROOT

BUILD = ROOT / "build" / "bench"
HERE = Path(__file__).parent
PROCESS = HERE / "cold_process.py"
STAGE = "dev"
TOLD = "cold: "
TELL_SECONDS = 10
ROUNDS, OFTEN = 3, 3
LINE = 1.15
NOTHING, BARE, RENDERING = "nothing", "bare", "rendering"
BUDGETED = ("authorizer", "logon", "password_reset")


class Probed(Function):
    """A function that tells what it has cost; see cold_process.py."""

    program = (str(PROCESS),)

    def _arguments(self) -> tuple[str, ...]:
        return (*super()._arguments(), str(BUILD / "floor"))


@dataclass(frozen=True)
class Start:
    """What one start told: CPU in milliseconds, memory in MiB after the first invocation."""

    init: float
    first: float
    mib: float


@dataclass
class Contestant:
    """A step or a floor, and its starts."""

    configuration: Configuration
    event: dict[str, Any]
    starts: list[Start] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)

    def middle(self, what: str) -> float:
        """The median of one of the numbers."""
        middle: float = median(getattr(start, what) for start in self.starts)
        return middle


def main(names: list[str]) -> int:
    """Every step, or those named."""
    with ExitStack() as stack:
        os.environ.update(portal_defaults(0) | {"AWS_ENDPOINT_URL": stack.enter_context(Emulator()).url})
        package, runtime = unpacked(), runtime_client(BUILD / "runtime")
        prepare_stage()
        contestants = floors() | steps(names)
        for _ in range(ROUNDS):
            for name in drawn(contestants):
                start(contestants[name], package, runtime)
    print_table(contestants)
    return 0


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
    manager.create_secret(Name=variables["PORTAL_KEYS_SECRET"])
    first_keys(manager, variables["PORTAL_KEYS_SECRET"])


def floors() -> dict[str, Contestant]:
    """The bare imports."""
    return {
        name: Contestant(Configuration(name, f"{name}.answer", {}, 10, 1769), {})
        for name in (NOTHING, BARE, RENDERING)
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
    """One round: everybody once, the floors and who has a budget more often."""
    often = [name for name in (NOTHING, BARE, RENDERING, *BUDGETED) if name in contestants]
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


def told(log: Path) -> list[dict[str, Any]]:
    """What the process said before the first event and before the second."""
    deadline = time.monotonic() + TELL_SECONDS
    while time.monotonic() < deadline:
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith(TOLD)]
        if len(lines) > 1 and lines[1].endswith("}"):
            return [json.loads(line.removeprefix(TOLD)) for line in lines]
        time.sleep(0.02)
    raise SystemExit(f"it did not tell what it cost: {log.read_text(encoding='utf-8')[-2000:]}")


def print_table(contestants: dict[str, Contestant]) -> None:
    """One line each; what is over the line is marked."""
    print(
        f"\nCold starts from the package under awslambdaric: CPU ms, medians of {ROUNDS} rounds in a drawn order.\n"
        f"{'':20}{'init':>8}{'first':>8}{'both':>8}{'x floor':>9}{'less runtime':>14}{'modules':>9}{'MiB':>7}  clients"
    )
    empty = contestants[NOTHING].middle("init")
    for name, one in contestants.items():
        init, first = one.middle("init"), one.middle("first")
        floor = contestants[RENDERING if "jinja2" in one.modules else BARE].middle("init")
        ratio, ours = init / floor, (init - empty) / (floor - empty)
        mark = f"  over {LINE}" if name in BUDGETED and ratio > LINE else ""
        print(
            f"{name:20}{init:8.1f}{first:8.1f}{init + first:8.1f}{ratio:9.2f}{ours:14.2f}{len(one.modules):9}"
            f"{one.middle('mib'):7.0f}  {' '.join(one.clients)}{mark}"
        )
    print(
        "  'x floor': beside 'bare', or 'rendering' where the step imports Jinja2; 'less runtime': the same without"
        " what\n  the interpreter and the runtime client cost by themselves ('nothing')"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
