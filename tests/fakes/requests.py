"""A request as the doorway hands it to a step, for tests of what a request alone decides."""

from __future__ import annotations

from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any, cast

from chalicelib.web.request import Request

NOBODYS_PORTAL = cast(Any, SimpleNamespace())


def a_request(
    method: str = "POST", resource: str = "/x", *, portal: Any = NOBODYS_PORTAL, **more: Any
) -> Request:
    """From 203.0.113.1, by nobody; `portal` is needed only where the tested code asks it something."""
    return Request(portal, method, resource, ip_address("203.0.113.1"), "", wants_json=False, **more)
