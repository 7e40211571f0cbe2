"""`make bench`: CPU per logon beside Django's at the same Argon2 parameters, and whether time tells addresses apart.

Figures are ratios and areas, printed and never asserted: a busy machine must fail no test.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from statistics import median

from infra.gateway.emulator import Emulator
from infra.gateway.environment import portal_defaults
from infra.tables import create_tables
from tests.bench.side import ROOT, Side
from tests.bench.telling import auc, noise
from tests.gateway import Gateway

MEMORY_KIB, TIME_COST, PARALLELISM = 19456, 2, 1
DJANGO = ("Django==5.2.19", "argon2-cffi==25.1.0")
ROUNDS, LOGONS, WARM_UP = 7, 15, 5
HANDLER_SAMPLES, PER_CONNECTION = 400, 15
GATEWAY_SAMPLES = {"/logon": 220, "/password/forgot": 400}
# On a busy machine fewer samples, not a longer run; their order is random, so whatever was asked is balanced.
GATEWAY_SECONDS = {"/logon": 65, "/password/forgot": 240}
LINE = 0.55
ENVIRONMENT = ROOT / "build" / "bench" / "venv"

Times = dict[str, list[float]]


def main() -> int:
    """Everything, once."""
    python = django_environment()
    with ExitStack() as stack:
        settings = prepared(stack)
        os.environ.update(settings)
        create_tables(botocore_client(), "bench-")
        portal = stack.enter_context(ours(os.environ))
        costs = [str(cost) for cost in (MEMORY_KIB, TIME_COST, PARALLELISM)]
        django = stack.enter_context(
            Side([str(python), str(ROOT / "tests/bench/django_side.py"), *costs], os.environ)
        )
        compare(portal, django)
        tell_apart(portal, settings)
    return 0


def prepared(stack: ExitStack) -> dict[str, str]:
    """The portal's settings, with an emulator of its own for as long as the stack lasts."""
    settings = portal_defaults(8000) | {"AWS_ENDPOINT_URL": stack.enter_context(Emulator()).url}
    return settings | {"PORTAL_TABLE_PREFIX": "bench-"}


def ours(environment: Mapping[str, str]) -> Side:
    """The portal as a contestant."""
    return Side([sys.executable, "-m", "tests.bench.portal_side"], environment)


def botocore_client() -> object:
    """DynamoDB of the emulator."""
    import botocore.session  # noqa: PLC0415

    return botocore.session.get_session().create_client("dynamodb")


def django_environment() -> str:
    """Django in a place of its own under build/, once."""
    python = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / "-".join(DJANGO).replace("==", "-")
    if not done.exists():
        print(f"installing {' and '.join(DJANGO)} into {ENVIRONMENT.relative_to(ROOT)}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        installed = subprocess.run([*pip, *DJANGO], capture_output=True, text=True, check=False)
        if installed.returncode:
            sys.exit(installed.stderr)
        done.touch()
    return str(python)


def compare(portal: Side, django: Side) -> None:
    """CPU per right logon, in rounds that take turns."""
    sides = {"portal": portal, "django": django}
    for side in sides.values():
        side.ask("logon", WARM_UP)
    rounds = [{name: side.ask("logon", LOGONS) for name, side in sides.items()} for _ in range(ROUNDS)]
    print(
        f"\nCPU per right logon, Argon2id m={MEMORY_KIB} t={TIME_COST} p={PARALLELISM} on both sides, medians of "
        f"{ROUNDS} rounds of {LOGONS}, taking turns\n"
        f"{'':28}{'all ms':>9}{'Argon2 ms':>11}{'above ms':>10}{'peak MiB':>10}"
    )
    for name, side in sides.items():
        samples = [sample for one in rounds for sample in one[name]]
        facts = side.ask("facts")
        whole, hashing, above = (median(part) for part in parts(samples))
        print(
            f"{facts['name']:28}{whole * 1e3:9.2f}{hashing * 1e3:11.2f}{above * 1e3:10.2f}{facts['peak_mib']:10.0f}"
        )
    alone = median(sample[2] for one in rounds for sample in one["portal"])
    step = median(sample[0] - sample[1] - sample[2] for one in rounds for sample in one["portal"])
    print(f"  of the portal's: authorizer {alone * 1e3:.2f} ms, the step above the hash {step * 1e3:.2f} ms")
    print_ratio("portal / Django, all", [ratio(one, 0) for one in rounds])
    print_ratio("portal / Django, above the hash", [ratio(one, 2) for one in rounds])
    print(
        "  portal: authorizer and step handler, botocore to DynamoDB in another process (MiniStack, not counted);\n"
        "  Django: login view behind its session, CSRF and auth middleware, its database inside (sqlite in memory)"
    )


def parts(samples: list[list[float]]) -> tuple[list[float], list[float], list[float]]:
    """All, the hash, and what is above it."""
    whole, hashing = [one[0] for one in samples], [one[1] for one in samples]
    return whole, hashing, [one - other for one, other in zip(whole, hashing, strict=True)]


def ratio(one: dict[str, list[list[float]]], part: int) -> float:
    """Of one round."""
    return median(parts(one["portal"])[part]) / median(parts(one["django"])[part])


def print_ratio(what: str, ratios: list[float]) -> None:
    """With its spread over the rounds."""
    print(f"  {what:34}{median(ratios):6.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")


def tell_apart(portal: Side, settings: dict[str, str]) -> None:
    """Whether a threshold on time tells a known address from an unknown one.

    The handlers' waits for their tick are added and not waited for; the gateway's are real.
    """
    print(f"\nHow well time tells addresses apart: AUC, 0.5 is not at all, the line is {LINE}")
    logon = portal.ask("tell_logon", HANDLER_SAMPLES)
    print_telling("logon, handlers: known", logon["known"], logon["unknown"])
    print_telling("logon, handlers: locked", logon["locked"], logon["unknown"])
    forgot = portal.ask("tell_forgot", HANDLER_SAMPLES)
    print_telling("forgot, handlers: known", forgot["known"], forgot["unknown"])
    gateway = Gateway(**{name: value for name, value in settings.items() if name != "PORTAL_URL"})
    try:
        for path, expected in (("/logon", 401), ("/password/forgot", 202)):
            people = portal.ask("people", GATEWAY_SAMPLES[path])
            times = over_http(gateway.url, path, people, expected)
            print_telling(f"{path.split('/')[-1]}, local gateway: known", times["known"], times["unknown"])
    finally:
        gateway.stop()


def print_telling(what: str, some: list[float], unknown: list[float]) -> None:
    """One line."""
    area, chance = auc(some, unknown), noise(len(some), len(unknown))
    verdict = "below the line" if area <= LINE else "ABOVE THE LINE"
    if LINE < area <= 0.5 + 2 * chance:
        verdict = "above the line, but no more than chance in so few samples"
    print(
        f"  {what:34}{area:6.3f}  (chance alone: 0.5 to {0.5 + 2 * chance:.3f})  {verdict}; medians "
        f"{median(some) * 1e3:.2f} and, unknown, {median(unknown) * 1e3:.2f} ms",
        flush=True,
    )


def over_http(url: str, path: str, people: dict[str, list[str]], expected: int) -> Times:
    """Real requests, a source address of its own for every few: the gateway counts by the TCP peer."""
    order = [(name, address) for name, group in people.items() for address in group]
    random.shuffle(order)
    times: Times = {name: [] for name in people}
    host = url.removeprefix("http://")
    third = 1 if path == "/logon" else 2
    ending = time.monotonic() + GATEWAY_SECONDS[path]
    for start in range(0, len(order), PER_CONNECTION):
        if time.monotonic() > ending:
            break
        source = f"127.{third}.{start // PER_CONNECTION // 200}.{start // PER_CONNECTION % 200 + 1}"
        connection = http.client.HTTPConnection(host, timeout=10, source_address=(source, 0))
        warm_up(connection)
        for name, address in order[start : start + PER_CONNECTION]:
            body = json.dumps(
                {"email": address, "password": "not the one"} if path == "/logon" else {"email": address}
            )
            times[name].append(timed(connection, path, body, expected))
        connection.close()
    return times


def warm_up(connection: http.client.HTTPConnection) -> None:
    """The first request of a connection pays for it; that is nobody's sample."""
    connection.request("GET", "/health")
    connection.getresponse().read()


def timed(connection: http.client.HTTPConnection, path: str, body: str, expected: int) -> float:
    """Seconds until the whole answer is there."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    started = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - started
    if answer.status != expected:
        raise SystemExit(f"{path} answered {answer.status}")
    return took


if __name__ == "__main__":
    sys.exit(main())
