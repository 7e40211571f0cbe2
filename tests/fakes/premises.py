"""The portal in this process: any store, a clock that tests set, cheap hashing, API-Gateway-shaped events.

Requests go the way they go when deployed: the contract's route, the authorizer, then the step's doorway.
"""

from __future__ import annotations

import base64
import copy
import importlib
import json
import os
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.keys import Keyring
from chalicelib.domain.ports import Store
from chalicelib.mail.worker import Worker
from chalicelib.portal import Portal, Secrets
from chalicelib.services.ses import RenderedMail
from chalicelib.settings import read_settings
from chalicelib.steps import authorizer, send_mail
from chalicelib.web.serve import serve
from infra.gateway.api import LocalApi
from infra.gateway.messages import Request
from tests.fakes.samples import NOW, number

KEYS = json.dumps({"current": "k1", "keys": {"k1": base64.b64encode(bytes(range(32))).decode("ascii")}})
ENVIRONMENT = {
    "PORTAL_URL": "https://portal.test",
    "PORTAL_MAIL_FROM": "portal@portal.test",
    "PORTAL_SUPPORT_CONTACT": "support@portal.test",
    "PORTAL_ADMIN_EMAIL": "admin@portal.test",
    "PORTAL_KEYS": KEYS,
    "AWS_REGION": "eu-west-1",
}


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


def a_portal(store: Store, clock: Clock | None = None, **settings: str) -> Portal:
    """A Portal whose hashing costs next to nothing and still is Argon2."""
    keyring = Keyring.from_json(KEYS)
    held = Secrets(keyring, Argon2Hasher(keyring, memory_kib=8, time_cost=1, at_once=64))
    return Portal(
        settings=read_settings({**ENVIRONMENT, **settings}),
        store=store,
        secrets=lambda: held,
        clock=clock or Clock(),
        random=os.urandom,
    )


@dataclass
class Mailer:
    """Keeps the mails; raises what a test puts in `failures`, one for each mail."""

    sent: list[tuple[str, RenderedMail]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def send(self, to: str, mail: RenderedMail) -> str:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((to, mail))
        return f"message-{len(self.sent)}"


def a_worker(portal: Portal, mailer: Mailer) -> Worker:
    """The mail worker with a mailer of ours."""
    return Worker(portal, mailer)  # type: ignore[arg-type]


def work(worker: Worker, records: list[dict[str, Any]]) -> list[str]:
    """Run `send_mail` over a batch; the sequence numbers it wants again."""
    answer = send_mail.work({"Records": records}, worker)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The `code` of a problem document, else ""."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""

    @property
    def next(self) -> str:
        """The contract's `next`."""
        return str(self.body.get("next", ""))


@cache
def gateway() -> LocalApi:
    """Read from its files once a process; each Premises has a copy with steps of its own."""
    return LocalApi()


class Premises:
    """One portal and the gateway in front of it."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.running = ""
        self._api = copy.copy(gateway())
        self._api._invoke = self._invoke

    def visitor(self, **facts: str) -> Visitor:
        """Somebody new, at an address of their own."""
        place = number()
        return Visitor(self, **{"source": f"198.51.{place // 250 % 250}.{place % 250}", **facts})

    def handle(self, request: Request) -> Reply:
        """One request through the gateway."""
        answer = self._api.handle(request)
        headers = {name.lower(): value for name, value in answer.headers}
        text = answer.body.decode("utf-8")
        is_json = text and "json" in headers.get("content-type", "")
        return Reply(answer.status, headers, json.loads(text) if is_json else text)

    def _invoke(self, step: str, event: dict[str, Any]) -> Any:
        self.running = step
        if step == "authorizer":
            return authorizer.judge(event, self.portal)
        return serve(event, self.portal, importlib.import_module(f"chalicelib.steps.{step}").ROUTES)


@dataclass
class Visitor:
    """A JSON client with a session, once it has one."""

    premises: Premises
    source: str = "198.51.100.1"
    token: str | None = None

    def get(self, path: str) -> Reply:
        return self._send("GET", path, None)

    def post(self, path: str, **fields: Any) -> Reply:
        reply = self._send("POST", path, fields)
        session = reply.body.get("session") if isinstance(reply.body, dict) else None
        self.token = session["token"] if session else self.token
        return reply

    def logon(self, email: str, password: str) -> Reply:
        return self.post("/logon", email=email, password=password)

    def twin(self) -> Visitor:
        """The same session in another window."""
        return replace(self)

    def _send(self, method: str, path: str, fields: dict[str, Any] | None) -> Reply:
        bearer = [("Authorization", f"Bearer {self.token}")] if self.token else []
        headers = [("Accept", "application/json"), ("User-Agent", "test"), *bearer]
        body = b"" if fields is None else json.dumps(fields).encode("utf-8")
        if fields is not None:
            headers.append(("Content-Type", "application/json"))
        path, _, query = path.partition("?")
        return self.premises.handle(Request(method, path, query, headers, body, self.source))
