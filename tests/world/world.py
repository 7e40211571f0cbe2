"""The whole portal inside a test: contract, authorizer, steps and mail worker, any store, a clock to move.

    world = World()                     # https://portal.example, settings as they are by default, a store in memory
    world = World(store, LOCK_SECONDS="60")  # the real one, say, and a setting
    ann = world.person()                # an account, with PASSWORD
    visitor = world.visitor()           # a client; world.browser() is one that takes pages
    visitor.logs_on(ann)                # "portal"
    world.clock.passes(1800)
    world.mails(ann)                    # what the worker has sent; the events stream is drained first
    world.fake.down = True              # what only the store in memory can do (tests/fakes/store.py)

A request takes the very way of a deployed one: proxy event, authorizer with its own event, verdict, the step's handler.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
from functools import cache
from typing import Any, cast

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import CanonicalAddress
from chalicelib.domain.delivery import Draft, send_message
from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.keys import Keyring, Use
from chalicelib.domain.ports import Store
from chalicelib.domain.sealing import Sealer
from chalicelib.mail.worker import Worker
from chalicelib.portal import Portal
from chalicelib.settings import read_settings
from chalicelib.steps.resume_mail import resume
from chalicelib.steps.send_mail import work
from infra.contract import read_contract
from infra.gateway.api import LocalApi
from infra.gateway.event_mapping import Mapping, sequence_of
from infra.gateway.messages import Request
from infra.gateway.roles import Roles
from infra.workers import STREAM_SETTINGS
from tests.fakes import looking
from tests.fakes.planting import plant
from tests.fakes.samples import DAY, an_account
from tests.fakes.store import FakeStore
from tests.world import contract
from tests.world.clock import Clock
from tests.world.mailer import FakeMailer, Sent
from tests.world.running import at_work, heard, run
from tests.world.settings import ENVIRONMENT, PORTAL_URL
from tests.world.stream import Record, Stream
from tests.world.visitors import PASSWORD, Reply, Visitor

CONTRACT = read_contract()
ROLES = Roles("")
MAPPING = Mapping.of(STREAM_SETTINGS)
_places = itertools.count(1)


@cache
def gateway() -> LocalApi:
    """Read from its files once a process; each world has a copy with functions of its own."""
    return LocalApi(CONTRACT)


class World:
    """One portal. `settings` are environment variables without their PORTAL_; `store` is one in memory by default."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        clock: Clock | None = None,
        mailer: FakeMailer | None = None,
        **settings: str,
    ) -> None:
        self.settings = read_settings(
            ENVIRONMENT | {f"PORTAL_{name}": value for name, value in settings.items()}
        )
        self.clock, self.mailer = clock or Clock(), mailer or FakeMailer()
        self.rings = Keyring.one_for_each_use(self.settings.keys)
        self.hasher = Argon2Hasher(self.rings["pepper"], memory_kib=8, time_cost=1, at_once=64)
        lock = {"threshold": self.settings.lock_threshold, "cap": self.settings.lock_seconds}
        self.portal = Portal(
            self.settings,
            store or FakeStore(**lock),
            self.keyring,
            lambda _: self.hasher,
            self.clock,
            os.urandom,
        )
        self.worker = Worker(self.portal, self.mailer)
        self.lines: list[str] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._api, self._stream = copy.copy(gateway()), Stream(self.portal.store)
        self._api._invoke, self._api._clock = self.invoke, self.clock

    @property
    def store(self) -> Store:
        """Whichever it is."""
        return self.portal.store

    @property
    def fake(self) -> FakeStore:
        """The store in memory, for tests that look into its tables or break it."""
        assert isinstance(self.portal.store, FakeStore)
        return self.portal.store

    @property
    def step(self) -> str:
        """The one that runs now, or ran last."""
        return self.events[-1][0]

    def invoke(self, step: str, event: dict[str, Any]) -> Any:
        """One Lambda, its event and answer through JSON as on the wire."""
        text = json.dumps(event)
        self.events.append((step, json.loads(text)))  # the gateway goes on writing in its own
        with heard(self.lines):
            return run(step, text, self.portal)

    def keyring(self, use: Use) -> Keyring:
        """The keys of one use, as Secrets Manager gives them: to a step whose NEEDS name it."""
        ROLES.before_keys(use)
        return self.rings[use]

    def answers(self, request: Request) -> Reply:
        """What the portal says to one request."""
        answer = self._api.handle(request)
        reply = Reply(answer.status, answer.headers, answer.body)
        contract.check(
            CONTRACT, request.method, request.path, reply.status, reply.header("Content-Type"), reply.body
        )
        return reply

    def visitor(self, source: str | None = None, **headers: str) -> Visitor:
        """A client that speaks JSON, from an address nobody came from yet."""
        return Visitor(self.answers, source or a_source(), {"Accept": "application/json", **headers})

    def browser(self, source: str | None = None) -> Visitor:
        """A browser: takes pages, keeps the cookie, says which site it is on."""
        headers = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Site": "same-origin", "Origin": PORTAL_URL}
        return Visitor(self.answers, source or a_source(), headers, keeps_cookies=True)

    def person(self, address: str | None = None, password: str | None = PASSWORD, **facts: Any) -> Account:
        """An account that is there already."""
        stored = self.hasher.hash(password) if password else None
        before = self.clock() - DAY  # no mail is about a time before its account (ADR 53)
        known = {"created_at": before, "password_changed_at": before if password else None}
        account = an_account(address, password_hash=stored, **known)._replace(**facts)
        plant(self.store, account)
        return account

    def stored(self, account: Account) -> Account:
        """The account as it is now."""
        return looking.stored(self.store, account)

    def sends(self, to: Account | str, subject: str = "Your statement", body: str = "Good day.") -> str:
        """A secure message; its id."""
        address = to.address if isinstance(to, Account) else cast(CanonicalAddress, to)
        draft = Draft("sender@bank.example", address, subject, body, 30 * 86400)
        sealer = Sealer(self.rings["bodies"], os.urandom)
        return send_message(self.store, sealer, draft, now=self.clock(), random=os.urandom).id

    def works(self, records: list[Record]) -> list[str]:
        """Let the mail worker go through one batch; the sequence numbers that it wants again."""
        answer = self._mails({"Records": records})
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def resumes(self) -> dict[str, int]:
        """What `resume_mail` does once a minute."""
        with heard(self.lines), at_work("resume_mail"):
            return resume(self.worker)

    def delivers(self) -> list[str]:
        """Let it go through all that is new in the events stream, its own notes included, in the batches and with the
        tries of the mapping in front of it; the sequence numbers that it gave up.
        """
        given_up: list[Record] = []
        while records := self._stream.records():
            given_up += MAPPING.deliver(records, self._mails, lambda _: None, self.clock)
        return [sequence_of(record) for record in given_up]

    def _mails(self, batch: dict[str, Any]) -> dict[str, Any]:
        with heard(self.lines), at_work("send_mail"):
            return work(batch, self.worker)

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
        return {name: dict(getattr(self.fake.tables, name)) for name in names}


def a_source() -> str:
    """An address that nobody came from yet, in any world of this process: worlds on one store share its counters."""
    place = next(_places)
    return f"10.{place // 65025}.{place // 255 % 255}.{1 + place % 255}"
