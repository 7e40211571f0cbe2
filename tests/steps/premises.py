"""The whole portal inside a test: contract, authorizer, steps and mail worker, a store in memory, a clock to move.

    premises = Premises()                       # https://portal.example, settings as they are by default
    ann = premises.person()                     # an account, with PASSWORD
    visitor = premises.visitor()                # a client; premises.browser() is one that takes pages
    visitor.logs_on(ann)                        # "portal"
    premises.clock.passes(1800)
    premises.mails(ann)                         # what the worker has sent; the events stream is drained first

A request takes the very way of a deployed one: proxy event, authorizer with its own event, verdict, the step's handler.
"""

from __future__ import annotations

import base64
import copy
import importlib
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from unittest.mock import patch

from chalicelib.domain.accounts import Account
from chalicelib.domain.delivery import Draft, send_message
from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.keys import Keyring
from chalicelib.domain.refusals import Unavailable
from chalicelib.domain.sealing import Sealer
from chalicelib.mail.worker import Worker
from chalicelib.portal import Portal, Secrets
from chalicelib.services.ses import Mailer, Rejected, RenderedMail
from chalicelib.settings import read_settings
from chalicelib.steps.send_mail import work
from infra.contract import read_contract
from infra.gateway.api import LocalApi
from infra.gateway.functions import LambdaContext, running
from infra.gateway.messages import Request
from infra.gateway.roles import Roles
from tests.fakes.planting import plant
from tests.fakes.samples import NOW, an_account
from tests.fakes.store import FakeStore
from tests.steps.visitors import KNOWN, Reply, Visitor

PASSWORD = KNOWN  # of every person, unless a test says otherwise
CHOSEN = "seven lanterns over a harbour"
PORTAL_URL = "https://portal.example"
CONTRACT = read_contract()
ROLES = Roles("")
KEYS = json.dumps({"current": "k1", "keys": {"k1": base64.b64encode(bytes(range(32))).decode()}})
SETTINGS = {
    "PORTAL_URL": PORTAL_URL,
    "PORTAL_MAIL_FROM": "portal@portal.example",
    "PORTAL_SUPPORT_CONTACT": "support@portal.example",
    "PORTAL_ADMIN_EMAIL": "admin@portal.example",
    "PORTAL_KEYS": KEYS,
}


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Sent:
    """One mail as it was handed to the mailer."""

    to: str
    rendered: RenderedMail

    @property
    def subject(self) -> str:
        return self.rendered.subject

    @property
    def text(self) -> str:
        return self.rendered.text

    @property
    def html(self) -> str:
        return self.rendered.html

    @property
    def temporary(self) -> str:
        """The temporary password, alone on its line."""
        found = re.findall(r"^[0-9a-z]{5}(?:-[0-9a-z]{5}){4}$", self.text, re.MULTILINE)
        assert len(found) == 1, self.text
        return str(found[0])

    def token(self, path: str) -> str:
        """The token of its link to that path, which stands alone on its line."""
        found = re.findall(rf"^{re.escape(PORTAL_URL)}{path}/([A-Za-z0-9_-]{{43}})$", self.text, re.MULTILINE)
        assert len(found) == 1, self.text
        return str(found[0])


@contextmanager
def at_work(step: str) -> Iterator[None]:
    """Whose role counts."""
    before = running.set(step)
    try:
        yield
    finally:
        running.reset(before)


class FakeMailer:
    """Keeps what it is given; `fault` is raised instead, while it is set."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.fault: Unavailable | Rejected | None = None

    def send(self, to: str, mail: RenderedMail) -> str:
        if self.fault is not None:
            raise self.fault
        self.sent.append(Sent(to, mail))
        return f"message-{len(self.sent)}"


class Premises:
    """One portal. `settings` are environment variables without their PORTAL_."""

    def __init__(self, **settings: str) -> None:
        environment = SETTINGS | {f"PORTAL_{name}": value for name, value in settings.items()}
        self.settings = read_settings(environment)
        self.clock, self.mailer = Clock(), FakeMailer()
        self.store = FakeStore(threshold=self.settings.lock_threshold, cap=self.settings.lock_seconds)
        self.keyring = Keyring.from_json(KEYS)
        self.hasher = Argon2Hasher(self.keyring, memory_kib=8, time_cost=1)
        self.portal = Portal(self.settings, self.store, self.secrets, self.clock, os.urandom)
        self.worker = Worker(self.portal, cast(Mailer, self.mailer))
        self.lines: list[str] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._api = LocalApi(CONTRACT, self.invoke)
        self._sources = 0

    def invoke(self, step: str, event: dict[str, Any]) -> Any:
        """One Lambda, its event and answer through JSON as on the wire."""
        self.events.append((step, copy.deepcopy(event)))  # the gateway goes on writing in its own
        module = importlib.import_module(f"chalicelib.steps.{step}")
        with patch.object(module, "portal", lambda: self.portal), heard(self.lines), at_work(step):
            handler: Callable[..., Any] = getattr(module, step)
            return json.loads(json.dumps(handler(json.loads(json.dumps(event)), LambdaContext(step))))

    def secrets(self) -> Secrets:
        """The keys, as Secrets Manager gives them: to whose row of infra/permissions.yaml has them."""
        ROLES.before_keys()
        return Secrets(self.keyring, self.hasher)

    def answers(self, request: Request) -> Reply:
        """What the portal says to one request."""
        answer = self._api.handle(request)
        return Reply(answer.status, answer.headers, answer.body)

    def visitor(self, source: str | None = None, **headers: str) -> Visitor:
        """A client that speaks JSON, from an address nobody came from yet."""
        return Visitor(self.answers, source or self._new_source(), {"Accept": "application/json", **headers})

    def browser(self, source: str | None = None) -> Visitor:
        """A browser: takes pages, keeps the cookie, says which site it is on."""
        headers = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Site": "same-origin", "Origin": PORTAL_URL}
        return Visitor(self.answers, source or self._new_source(), headers, keeps_cookies=True)

    def person(self, address: str | None = None, password: str | None = PASSWORD, **facts: Any) -> Account:
        """An account that is there already."""
        stored = self.hasher.hash(password) if password else None
        account = an_account(
            address, password_hash=stored, password_changed_at=NOW - 86400 if password else None
        )
        account = account._replace(**facts)
        plant(self.store, account)
        return account

    def stored(self, account: Account) -> Account:
        """The account as it is now."""
        return self.store.tables.accounts[account.id]

    def sends(self, to: Account | str, subject: str = "Your statement", body: str = "Good day.") -> str:
        """A secure message; its id."""
        address = to.address if isinstance(to, Account) else cast(Any, to)
        draft = Draft("sender@bank.example", address, subject, body, 30 * 86400)
        sealer = Sealer(self.keyring, os.urandom)
        return send_message(self.store, sealer, draft, now=self.clock(), random=os.urandom).id

    def delivers(self) -> dict[str, Any]:
        """Let the worker see what is new in the events stream; its own notes included."""
        outcome: dict[str, Any] = {}
        with heard(self.lines), at_work("send_mail"):
            while records := self.store.records():
                outcome = work({"Records": records}, self.worker)
        return outcome

    def mails(self, to: Account | str | None = None) -> list[Sent]:
        """What has been sent, oldest first."""
        self.delivers()
        address = to.address if isinstance(to, Account) else to
        return [mail for mail in self.mailer.sent if address is None or mail.to == address]

    def asks(self, account: Account) -> Sent:
        """Somebody forgot the password; the mail."""
        assert self.visitor().post("/password/forgot", {"email": account.address}).status == 202
        return self.mails(account)[-1]

    def rows(self, *tables: str) -> dict[str, Any]:
        """A copy of these tables, for comparing before with after: by default all that a visitor must not change."""
        names = tables or ("accounts", "resets", "sessions", "policies", "messages")
        return {name: dict(getattr(self.store.tables, name)) for name in names}

    def _new_source(self) -> str:
        self._sources += 1
        return f"10.{self._sources // 65025}.{self._sources // 255 % 255}.{1 + self._sources % 255}"


@contextmanager
def heard(lines: list[str]) -> Iterator[None]:
    """Keep the portal's log lines instead of printing them."""
    logger, handler = logging.getLogger("portal"), _Lines(lines)
    before = logger.handlers[:], logger.level, logger.propagate
    logger.handlers[:], logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.handlers[:] = before[0]
        logger.setLevel(before[1])
        logger.propagate = before[2]


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())
