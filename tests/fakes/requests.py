"""A request as the doorway hands it to a step, for tests of what a request alone decides."""

from __future__ import annotations

from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any, cast

from chalicelib.domain.accounts import Kind
from chalicelib.web.request import Request

NOW = 1_795_304_940.0
NOBODYS_PORTAL = cast(Any, SimpleNamespace())
# Of an administrator who has just typed the password.
CONSOLES_PORTAL = cast(Any, SimpleNamespace(clock=lambda: NOW, random=bytes))
ADMINISTRATOR = cast(Any, SimpleNamespace(kind=Kind.ADMINISTRATOR, reauthenticated_at=NOW, domains=None))


def a_request(
    method: str = "POST", resource: str = "/x", *, portal: Any = NOBODYS_PORTAL, **more: Any
) -> Request:
    """From 203.0.113.1, by nobody; `portal` is needed only where the tested code asks it something."""
    return Request(portal, method, resource, ip_address("203.0.113.1"), "", wants_json=False, **more)
