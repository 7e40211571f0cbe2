"""A running portal whose tables a test can see and fill: accounts that would take an administrator to make.

It runs as a process of its own, like any; only its DynamoDB and SES are the test run's engine.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import time
from typing import Any, ClassVar

import botocore.session

from chalicelib.domain.accounts import Account
from chalicelib.domain.addresses import account_id, canonical_address
from chalicelib.domain.delivery import Draft, send_message
from chalicelib.domain.hashing import Argon2Hasher
from chalicelib.domain.keys import USES, Keyring
from chalicelib.domain.sealing import Sealer
from chalicelib.storage.rows import account_of
from chalicelib.storage.store import DynamoStore
from chalicelib.storage.tables import AccountRow
from infra.gateway.mailbox import read_ministack
from infra.keys import new_ring, split_former
from tests.engine import CREDENTIALS, Engine
from tests.fakes.planting import plant
from tests.gateway import Gateway
from tests.journeys.people import Browser, Client
from tests.world.visitors import PASSWORD

TABLES = ("accounts", "resets", "sessions", "events", "domains", "throttles", "messages")
_sources = itertools.count(2)
_names = itertools.count(1)


def new_source() -> str:
    """An address nobody has come from yet, so that no test is throttled for another."""
    number = next(_sources)
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


class Town:
    """One portal with settings of its own, its people and their mail."""

    inhabited: ClassVar[list[Town]] = []

    def __init__(self, engine: Engine, **settings: str) -> None:
        self.prefix = f"town-{secrets.token_hex(4)}-"
        keys = settings.get("PORTAL_KEYS") or json.dumps({use: new_ring() for use in USES})
        self.rings = Keyring.one_for_each_use(split_former(keys))
        self.hasher = Argon2Hasher(self.rings["pepper"])
        self.engine = engine
        self._settings = {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": engine.url,
            "PORTAL_TABLE_PREFIX": self.prefix,
            "PORTAL_KEYS": keys,
            "PORTAL_ADMIN_EMAIL": f"admin@{self.prefix.strip('-')}.test",
            **settings,
        }
        self.gateway = Gateway(**self._settings)
        self.url = self.gateway.url
        self._session = botocore.session.get_session()
        self._store: DynamoStore | None = None
        self._read_mails = read_ministack(engine.url)
        self.inhabited.append(self)

    @property
    def store(self) -> DynamoStore:
        """The portal's tables. PynamoDB's models are one a process: whoever was bound last is heard."""
        if self._store is None or vars(AccountRow.Meta)["table_name"] != self.prefix + "accounts":
            self._store = DynamoStore(self._session, "eu-west-1", self.prefix, threshold=5, cap=900)
        return self._store

    def client(self, source: str | None = None) -> Client:
        return Client(self.url, source or new_source())

    def browser(self, source: str | None = None) -> Browser:
        return Browser(self.url, source or new_source())

    def new_address(self, name: str = "ann") -> str:
        """An address no other test uses."""
        return f"{name}{next(_names)}@{self.prefix.strip('-')}.example"

    def person(self, name: str = "ann", password: str | None = PASSWORD, **facts: Any) -> str:
        """An account that exists already, its password chosen; its address."""
        address = canonical_address(self.new_address(name))
        stored = self.hasher.hash(password) if password else None
        changed = time.time() if password else None
        account = Account(
            account_id(address),
            address,
            password_hash=stored,
            password_changed_at=changed,
            created_at=time.time(),
        )
        plant(self.store, account._replace(**facts))
        return address

    def account(self, address: str) -> Account:
        """The stored account."""
        return account_of(AccountRow.get(account_id(canonical_address(address)), consistent_read=True))

    def sends(
        self, to: str, subject: str = "Your statement", body: str = "Good day.", days: float = 30
    ) -> str:
        """A secure message; who is new is invited by it. Its id."""
        draft = Draft("sender@bank.example", canonical_address(to), subject, body, int(days * 86400))
        sealer = Sealer(self.rings["bodies"], os.urandom)
        message = send_message(self.store, sealer, draft, now=time.time(), random=os.urandom)
        return message.id

    def mails(self, to: str) -> list[dict[str, Any]]:
        """Everything that was mailed to somebody, oldest first."""
        return [mail for mail in self._read_mails() if mail["to"] == to]

    def mail(self, to: str, subject: str, count: int = 1, seconds: float = 8.0) -> dict[str, Any]:
        """The newest mail whose subject has these words, once there are so many of them."""
        deadline = time.monotonic() + seconds
        while (begun := time.monotonic()) < deadline:
            found = [mail for mail in self.mails(to) if subject.lower() in mail["subject"].lower()]
            if len(found) >= count:
                return found[-1]
            # The whole mailbox is read each time: whoever only looked would leave the portal no time to write the mail.
            time.sleep(max(0.03, time.monotonic() - begun))
        subjects = [mail["subject"] for mail in self.mails(to)]
        message = f"no mail {subject!r} to {to}: {subjects}\n{self.gateway.log[-3000:]}"
        raise AssertionError(message)

    def dump(self, *tables: str) -> dict[str, list[str]]:
        """Every row of these tables (all of them by default), for comparing before with after."""
        client = self.engine.client("dynamodb")
        pages = {
            name: client.scan(TableName=self.prefix + name, ConsistentRead=True) for name in tables or TABLES
        }
        return {
            name: sorted(json.dumps(row, sort_keys=True) for row in page["Items"])
            for name, page in pages.items()
        }

    def moves(self, **settings: str) -> None:
        """To a new version, with these settings: the program ends and another one starts over the same tables.

        Behind `make rehearse` that is a second deployment of the stage: both stacks by a change set.
        """
        self.gateway.stop()
        self.gateway = Gateway(**self._settings, **settings)
        self.url = self.gateway.url

    def stop(self) -> None:
        """Nobody lives here any more."""
        self.inhabited.remove(self)
        self.gateway.stop()
