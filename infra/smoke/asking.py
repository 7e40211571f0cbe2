"""How a check asks a portal and what it makes of the answer; the standard library alone."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

JSON, PAGE = {"Accept": "application/json"}, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PATIENCE = 12.0


class Wrong(Exception):
    """What was found instead."""


class NotAsked(Exception):
    """What must be given for this check."""


@dataclass(frozen=True)
class Reply:
    """An answer as it came; a redirect is not followed."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """All values of a header, one a line; "" for none."""
        return "\n".join(value for key, value in self.headers if key.lower() == name.lower())

    def told(self) -> dict[str, Any]:
        """The document, {} for anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


Ask = Callable[[str, str, Mapping[str, str], bytes | None], Reply]


@dataclass(frozen=True)
class Target:
    """A portal, how it is asked, and what else was said about it."""

    url: str
    ask: Ask
    api: str = ""
    address: str = ""
    mailbox: str = ""

    def get(self, path: str, headers: Mapping[str, str] = JSON, method: str = "GET") -> Reply:
        """One request without a body."""
        return self.ask(method, self.url + path, headers, None)

    def send(self, path: str, body: bytes, kind: str, method: str = "POST", **more: str) -> Reply:
        """One with a body."""
        return self.ask(method, self.url + path, {**JSON, "Content-Type": kind, **more}, body)

    def post(self, path: str, fields: Mapping[str, str], **more: str) -> Reply:
        """A program's request."""
        return self.send(path, json.dumps(fields).encode(), "application/json", **more)


def expect(reply: Reply, *statuses: int, code: str = "") -> Reply:
    """The answer, if it has one of these statuses and this code; raises Wrong."""
    if reply.status not in statuses:
        raise Wrong(f"{reply.status} instead of {' or '.join(map(str, statuses))}")
    if code and reply.told().get("code") != code:
        raise Wrong(f"{reply.status} with the code {reply.told().get('code')!r} instead of {code!r}")
    return reply


class AsTheyCome(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: Any) -> None:
        """None."""


def over_the_network(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
    """One request, its path as it is written."""
    request = urllib.request.Request(url, body, {"User-Agent": "portal-smoke", **headers}, method=method)
    try:
        with urllib.request.build_opener(AsTheyCome).open(request, timeout=PATIENCE) as answer:
            return Reply(answer.status, answer.headers.items(), answer.read())
    except urllib.error.HTTPError as answer:
        return Reply(answer.code, answer.headers.items(), answer.read())
