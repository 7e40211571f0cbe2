"""EventBridge behind botocore's client, as a test wants it: what it was given, and in which way it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from chalicelib.services.event_bus import Publisher
from chalicelib.services.teller import Teller
from tests.faults.breaking import Raw
from tests.world.world import World

# How it refuses a whole call: the status and the type of the error.
REFUSALS = {
    "error": (500, "InternalException"),
    "throttled": (400, "ThrottlingException"),
    "denied": (400, "AccessDeniedException"),
    "invalid": (400, "ValidationException"),
}


@dataclass
class Bus:
    """Every request is answered here; `broken` says how, `refuses` the code for an entry, or "" for yes."""

    broken: str = ""
    refuses: Callable[[Any], str] = lambda _: ""
    entries: list[Any] = field(default_factory=list)
    calls: list[list[Any]] = field(default_factory=list)

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        asked = json.loads(request.body)["Entries"]
        self.calls.append(asked)
        if self.broken == "down":
            raise ConnectTimeoutError(endpoint_url=request.url)
        if self.broken in REFUSALS:
            status, kind = REFUSALS[self.broken]
            return answer(request.url, status, {"__type": kind})
        codes = [self.refuses(one) for one in asked]
        if "ValidationException" in codes:  # one of them spoils the whole call
            return answer(request.url, 400, {"__type": "ValidationException"})
        self.entries += [one for one, code in zip(asked, codes, strict=True) if not code]
        if self.broken == "lost answer":
            raise ReadTimeoutError(endpoint_url=request.url)
        told = [{"ErrorCode": code} if code else {"EventId": "1"} for code in codes]
        told = told[:-1] if self.broken == "short answer" else told
        return answer(request.url, 200, {"FailedEntryCount": sum(map(bool, codes)), "Entries": told})

    @property
    def told(self) -> list[tuple[str, Any]]:
        """Names and details."""
        return [(one["DetailType"], json.loads(one["Detail"])) for one in self.entries]


def answer(url: str, status: int, body: object) -> AWSResponse:
    """As EventBridge writes it."""
    raw: Any = Raw(json.dumps(body).encode())
    return AWSResponse(url, status, {"content-type": "application/x-amz-json-1.1"}, raw)


@cache
def session() -> botocore.session.Session:
    """One for all tests: what EventBridge's calls look like is read from a file, which takes a second."""
    return botocore.session.get_session()


def a_teller(world: World, bus: Bus | None, *, everything: bool = False, personal: bool = True) -> Teller:
    """The real one, with a client that talks to this bus; None leaves its client alone."""
    publisher = Publisher(session(), "eu-west-1", "portal-bus")
    if bus is not None:
        publisher._client.meta.events.register("before-send.events.PutEvents", bus)
    return Teller(publisher, world.store.bus, everything, personal)
