"""What every answer of the portal must be, whoever gave it."""

from __future__ import annotations

from typing import Any

from tests.world.visitors import Reply

MEMBERS = {"title", "status", "detail", "code", "reference"}


def is_guarded(reply: Reply) -> None:
    """WB-04, WB-05, WB-06: what every answer carries, refusal or not."""
    assert reply.header("Strict-Transport-Security") == "max-age=63072000; includeSubDomains"
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert reply.header("Referrer-Policy") == "same-origin"
    assert reply.header("Cross-Origin-Opener-Policy") == "same-origin"
    assert reply.header("Cache-Control") == "no-store"
    policy = dict(
        part.strip().partition(" ")[::2] for part in reply.header("Content-Security-Policy").split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in str(policy)
    assert "*" not in str(policy)
    if reply.header("Content-Type").startswith("text/html") and "X-Frame-Options" in dict(reply.pairs):
        assert (policy["object-src"], policy["base-uri"]) == ("'none'", "'none'")
        assert policy["form-action"] in {"'self'", "'none'"}
    for name, _ in reply.pairs:
        assert not name.lower().startswith("access-control-")
        assert name.lower() not in {"server", "x-powered-by"}


def is_problem(reply: Reply, status: int, code: str) -> dict[str, Any]:
    """RFC 9457, with the portal's members."""
    document: dict[str, Any] = reply.json()
    assert (reply.status, document["status"], document["code"]) == (status, status, code)
    assert reply.header("Content-Type").partition(";")[0] == "application/problem+json"
    assert set(document) >= MEMBERS
    assert all(document[name] for name in ("title", "detail", "reference"))
    return document
