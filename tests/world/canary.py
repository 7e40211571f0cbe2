"""The canary inside a test: its account, its session, and its walk with what goes on beside it.

visitor = canary(world)             # set up and logged on
walks(world)                        # one walk: while it waits, the mail worker works and time passes
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.domain.addresses import AccountId, account_id
from chalicelib.domain.canary import canary_address, canary_password
from chalicelib.runtime import log
from chalicelib.services.own_portal import USER_AGENT, Answer, Ask
from chalicelib.steps.walk_canary import walk
from tests.world.running import at_work, heard
from tests.world.visitors import Visitor
from tests.world.world import World, a_source


def who(world: World) -> AccountId:
    """Its account's id."""
    return account_id(canary_address(world.rings["canary"]))


def set_up(world: World) -> None:
    """Its account, as a deployment makes it."""
    world.invoke("setup", {})


def canary(world: World) -> Visitor:
    """Set up and logged on."""
    set_up(world)
    ring, visitor = world.rings["canary"], world.visitor()
    assert visitor.logs_on(canary_address(ring), canary_password(ring)) == "portal"
    return visitor


def asking_in(world: World) -> Ask:
    """The way from outside, without a network; each of its requests comes from another address of AWS."""

    def ask(method: str, path: str, fields: Mapping[str, str] | None, token: str | None) -> Answer:
        visitor = Visitor(
            world.answers,
            a_source(),
            {"Accept": "application/json", "User-Agent": USER_AGENT},
            token=token,
        )
        body = {} if fields is None else {"Content-Type": "application/json"}
        reply = visitor.sends(method, path, json.dumps(fields).encode() if body else b"", body)
        return Answer(
            reply.status, reply.json() if "json" in reply.header("Content-Type") and reply.body else {}
        )

    return ask


def walks(world: World, ask: Ask | None = None, beside: Callable[[], object] | None = None) -> dict[str, Any]:
    """One walk. `beside` is what the rest of the portal does meanwhile: its mails go out, by default."""

    def passes(seconds: float) -> None:
        world.clock.passes(seconds)
        (beside or world.delivers)()

    portal = world.portal._replace(sleep=passes)
    with heard(world.lines), at_work("walk_canary"), log.about("a run by the clock"):
        return walk(portal, ask or asking_in(world), world.clock)
