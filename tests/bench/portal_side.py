"""The portal as a contestant: authorizer and step handlers on API Gateway's events, DynamoDB in another process.

What the store itself spends is not counted, as a real DynamoDB's is not; what botocore and PynamoDB spend is.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from chalicelib.domain import hashing
from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.steps.authorizer import authorizer
from chalicelib.steps.logon import logon
from chalicelib.steps.password_forgot import password_forgot
from chalicelib.storage.rows import account_row
from chalicelib.wiring import portal
from infra.contract import read_contract
from infra.gateway.events import authorizer_event, proxy_event
from infra.gateway.messages import Request

PASSWORD = "a long enough pass-phrase 77"
PER_SOURCE = 15  # below the limit of a source address
PER_ACCOUNT = 3  # below the lock's threshold
LONGEST_SECONDS = {"/logon": 40, "/password/forgot": 12}
STEPS: dict[str, Callable[..., Any]] = {"/logon": logon, "/password/forgot": password_forgot}
CONTRACT = read_contract()


class Stopwatch:
    """CPU spent inside Argon2 itself."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._hash: Callable[..., bytes] = getattr(hashing, "hash_secret_raw")  # noqa: B009
        setattr(hashing, "hash_secret_raw", self)  # noqa: B010

    def __call__(self, *args: Any, **kwargs: Any) -> bytes:
        started = time.thread_time()
        try:
            return self._hash(*args, **kwargs)
        finally:
            self.spent += time.thread_time() - started


class Waits:
    """Stands in for the steps' sleep: the wait for the tick counts as time, but nobody waits for it."""

    def __init__(self) -> None:
        self.waited = 0.0
        chosen = portal()._replace(sleep=self)
        for step in ("logon", "password_forgot"):
            setattr(importlib.import_module(f"chalicelib.steps.{step}"), "portal", lambda: chosen)  # noqa: B010

    def __call__(self, seconds: float) -> None:
        self.waited += seconds


class People:
    """Accounts that exist, and addresses that do not."""

    def __init__(self) -> None:
        self._made = 0
        self._hash = portal().hasher.hash(PASSWORD)

    def known(self, count: int, *, locked: bool = False) -> list[str]:
        until = time.time() + 3600 if locked else 0.0
        return [self._make(locked_until=until) for _ in range(count)]

    def unknown(self, count: int) -> list[str]:
        return [self._address() for _ in range(count)]

    def _make(self, locked_until: float) -> str:
        address = self._address()
        canonical = canonical_address(address)
        account = Account(account_id(canonical), canonical, password_hash=self._hash, created_at=time.time())
        row = account_row(account)
        row.locked_until = locked_until
        row.save()
        return address

    def _address(self) -> str:
        self._made += 1
        return f"person-{os.getpid()}-{self._made:05}@bench.test"


def event_of(path: str, body: dict[str, str], number: int) -> dict[str, Any]:
    """What API Gateway sends for one post; each few requests come from another source address."""
    source = f"10.{number // PER_SOURCE // 250}.{number // PER_SOURCE % 250}.7"
    headers = [
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
        ("User-Agent", "bench/1"),
    ]
    request = Request("POST", path, "", headers, json.dumps(body).encode(), source)
    match = CONTRACT.match(path)
    if match is None:
        raise ValueError(path)
    return proxy_event(request, match.operations["POST"], {}, "bench")


def answer(path: str, event: dict[str, Any], expected: int) -> None:
    """Authorizer, then step, as API Gateway calls them."""
    event["requestContext"]["authorizer"] = authorizer(authorizer_event(event), None)["context"]
    status = STEPS[path](event, None)["statusCode"]
    if status != expected:
        raise SystemExit(f"{path} answered {status}")


class Contestant:
    """The commands."""

    def __init__(self) -> None:
        self._watch = Stopwatch()
        self._waits = Waits()
        self._people = People()
        self._ann = self._people.known(1)[0]
        self._requests = 0

    def logon(self, count: int) -> list[list[float]]:
        """CPU of right logons: with the authorizer, inside Argon2, and of the authorizer alone."""
        return [self._one_logon() for _ in range(count)]

    def _one_logon(self) -> list[float]:
        event = self._event("/logon", {"email": self._ann, "password": PASSWORD})
        asked = authorizer_event(event)
        self._watch.spent, started = 0.0, time.process_time()
        event["requestContext"]["authorizer"] = authorizer(asked, None)["context"]
        middle = time.process_time()
        status = logon(event, None)["statusCode"]
        ended = time.process_time()
        if status != 200:
            raise SystemExit(f"logon answered {status}")
        return [ended - started, self._watch.spent, middle - started]

    def tell_logon(self, count: int) -> dict[str, list[float]]:
        """How long a refusal took, by what the address is; in random order."""
        groups = {
            "known": self._people.known(-(-count // PER_ACCOUNT)) * PER_ACCOUNT,
            "locked": self._people.known(-(-count // PER_ACCOUNT // 2), locked=True) * PER_ACCOUNT,
            "unknown": self._people.unknown(count),
        }
        return self._tell("/logon", 401, {name: group[:count] for name, group in groups.items()})

    def tell_forgot(self, count: int) -> dict[str, list[float]]:
        """The same for asking for a way back in."""
        groups = {"known": self._people.known(count), "unknown": self._people.unknown(count)}
        return self._tell("/password/forgot", 202, groups)

    def people(self, count: int) -> dict[str, list[str]]:
        """Accounts for others to ask about."""
        return {"known": self._people.known(count), "unknown": self._people.unknown(count)}

    def facts(self, _count: int) -> dict[str, object]:
        """Name and size."""
        return {"name": "portal", "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}

    def _tell(self, path: str, expected: int, groups: dict[str, list[str]]) -> dict[str, list[float]]:
        order = [(name, address) for name, group in groups.items() for address in group]
        random.shuffle(order)
        times: dict[str, list[float]] = {name: [] for name in groups}
        ending = time.monotonic() + LONGEST_SECONDS[path]
        for name, address in order:
            if time.monotonic() > ending:
                break
            body = {"email": address} | ({"password": "not the one"} if path == "/logon" else {})
            event = self._event(path, body)
            self._waits.waited, started = 0.0, time.perf_counter()
            answer(path, event, expected)
            times[name].append(time.perf_counter() - started + self._waits.waited)
        return times

    def _event(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        self._requests += 1
        return event_of(path, body, self._requests)


def main() -> None:
    """One command a line, one answer a line; the portal's own log goes nowhere."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    contestant = Contestant()
    for line in sys.stdin:
        command, _, count = line.strip().partition(" ")
        print(json.dumps(getattr(contestant, command)(int(count or 0))), file=out, flush=True)


if __name__ == "__main__":
    main()
