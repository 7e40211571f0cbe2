"""Who asks the portal inside a test: any request there is, from any address, and what came back."""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from chalicelib.domain.accounts import Account
from infra.gateway.messages import Request

PASSWORD = "quiet rivers carry seven stones"  # of every person, unless a test says otherwise
CHOSEN = "seven lanterns over a harbour"  # the new one, where somebody sets one
SESSION = "__Host-portal-session"
REFERENCE = re.compile(r"\b[2-9BCDFGHJKMNPQRSTVWXYZ]{4}-[2-9BCDFGHJKMNPQRSTVWXYZ]{4}\b")


@dataclass(frozen=True)
class Reply:
    """An answer, whichever part of the portal gave it."""

    status: int
    pairs: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        return jsonlib.loads(self.body)

    @property
    def code(self) -> str:
        """The `code` of a problem document, "" when it is none."""
        return str(self.json().get("code", "")) if "json" in self.header("Content-Type") and self.body else ""

    @property
    def next(self) -> str:
        """The contract's `next`."""
        return str(self.json().get("next", ""))

    def header(self, name: str) -> str:
        """The last header of this name, "" when there is none."""
        return next((value for key, value in reversed(self.pairs) if key.lower() == name.lower()), "")

    @property
    def cookies(self) -> dict[str, str]:
        """Each Set-Cookie by its name, whole."""
        values = [value for name, value in self.pairs if name.lower() == "set-cookie"]
        return {value.partition("=")[0]: value for value in values}

    @property
    def hint(self) -> tuple[int, str] | None:
        """The strength hint a page shows: its score and its words."""
        found = re.search(
            r'id="strength" data-score="(\d)">.*?id="strength-label">(.*?)<', self.text, re.DOTALL
        )
        return (int(found[1]), found[2]) if found else None

    @property
    def same(self) -> tuple[Any, ...]:
        """All of it but what must differ from answer to answer: the reference."""
        body = self.json() if "json" in self.header("Content-Type") and self.body else self.text
        return self.status, tuple(sorted(self.pairs)), REFERENCE.sub("", str(body))


@dataclass
class Visitor:
    """Somebody at the other end of the wire."""

    ask: Callable[[Request], Reply]
    source: str
    headers: dict[str, str]
    keeps_cookies: bool = False
    token: str | None = None
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Reply:
        return self.sends("GET", path, headers=headers)

    def post(self, path: str, fields: object = None, **headers: str) -> Reply:
        """The fields as JSON, or as a form from a browser."""
        given = {} if fields is None else fields
        if self.keeps_cookies and isinstance(given, dict):
            body, kind = urlencode(given), "application/x-www-form-urlencoded"
        else:
            body, kind = jsonlib.dumps(given), "application/json"
        return self.sends("POST", path, body.encode(), {"Content-Type": kind, **headers})

    def sends(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        """Anything at all. A header given as "" is left out."""
        given = {**self.headers, **(headers or {})}
        every = {**self._credentials(page="text/html" in given.get("Accept", "")), **given}
        target, _, query = path.partition("?")
        pairs = [(name, value) for name, value in every.items() if value]
        reply = self.ask(Request(method, target, query, pairs, body, self.source))
        if self.keeps_cookies:
            self._keep(reply)
        return reply

    def logs_on(self, who: Account | str, password: str = PASSWORD) -> str:
        """Log on and go on as that session; what comes next."""
        email = who.address if isinstance(who, Account) else who
        return self.goes_on(self.post("/logon", {"email": email, "password": password}))

    def logon(self, email: str, password: str) -> Reply:
        """An attempt, however it ends; whoever gets in goes on as that session."""
        reply = self.post("/logon", {"email": email, "password": password})
        if reply.status == 200:
            self.goes_on(reply)
        return reply

    def twin(self) -> Visitor:
        """The same session in another window."""
        return replace(self, jar=dict(self.jar))

    def goes_on(self, reply: Reply) -> str:
        """Take the session that a reply gives; what comes next, or where a browser is sent."""
        if self.keeps_cookies:
            assert reply.status == 303, reply.text
            return reply.header("Location")
        assert reply.status == 200, reply.text
        self.token = reply.json()["session"]["token"]
        return str(reply.json()["next"])

    def _credentials(self, *, page: bool) -> dict[str, str]:
        """A page is asked for with the cookie: whoever brings a token gets JSON."""
        jar = {**self.jar, SESSION: self.token} if page and self.token else self.jar
        cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token and not page else {}
        return bearer | ({"Cookie": cookies} if cookies else {})

    def _keep(self, reply: Reply) -> None:
        for name, whole in reply.cookies.items():
            value, *attributes = whole.partition("=")[2].split("; ")
            if "Max-Age=0" in attributes:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
