"""Who walks: people with sessions, mails, phones and passwords, and what somebody may try next."""

from __future__ import annotations

import random
import re
from typing import Any

import pyotp

from chalicelib.domain.accounts import Kind
from chalicelib.domain.addresses import AccountId
from infra.contract import Operation
from tests.walk.model import Asked, Model
from tests.web.routes import fields_of
from tests.world.phones import enrolled
from tests.world.settings import PORTAL_URL
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import CONTRACT, World

TEMPORARY = re.compile(r"^[0-9a-z]{5}(?:-[0-9a-z]{5}){4}$", re.MULTILINE)
LINK = re.compile(rf"^{re.escape(PORTAL_URL)}/(?:password/reset|not-me)/([A-Za-z0-9_-]{{43}})$", re.MULTILINE)
JUNK: tuple[Any, ...] = ("", None, True, [], {}, ["x"], 0, "A" * 43, "000000", "x" * 300)
PASSWORDS = (PASSWORD, CHOSEN, "copper lantern under the bridge", "violet umbrella seven rivers")
LIKELY = [
    "logon.submit",
    "logon_code.submit",
    "password_change.submit",
    "password_reset.submit",
    "password_forgot.submit",
    "not_me.submit",
    "account_two_step.propose",
    "account_two_step.confirm",
    "reauthenticate.submit",
    "admin_password.submit",
    "admin_contain.submit",
    "admin_two_step.reset",
]
OWN = (
    "password_change.submit",
    "account_two_step.propose",
    "messages.show",
    "account.show",
    "account_sessions.revoke",
)
CONSOLE = [one for one in CONTRACT.operations if one.path.startswith("/admin")]
BY_ID = {one.operation_id: one for one in CONTRACT.operations}


class Walk:
    """Five people, and a stranger who holds all that was ever seen: old tokens, links, codes and passwords."""

    def __init__(self, seed: int) -> None:
        self.chance, self.world = random.Random(seed), World()
        self.model = Model(self.world)
        self.tokens: list[str | None] = [None]
        self.links, self.temporaries, self.recovery = ["A" * 43], ["aaaaa-bbbbb-ccccc-ddddd-eeeee"], [""]
        self.people: dict[AccountId, str] = {}
        for kind in (Kind.RECIPIENT, Kind.RECIPIENT, Kind.RECIPIENT):
            account = self.world.person(kind=kind)
            self.people[account.id] = account.address
        for kind in (Kind.ADMINISTRATOR, Kind.ADMINISTRATOR, Kind.SUPPORT):
            account, phone = enrolled(self.world, kind=kind)
            self.people[account.id] = account.address
            self.model.seeds[account.id] = phone._codes.secret
            self.recovery += phone.recovery
            visitor = self.world.visitor()
            visitor.logs_on(account)
            visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
            self.tokens.append(visitor.token)
        self._read = 0

    def asks(self) -> Asked:
        """A request: what a person would do next, or anything with anything that was ever seen."""
        token = self.chance.choice(self.tokens[-10:] if self.chance.random() < 0.9 else self.tokens)
        about = self.chance.choice(list(self.people))
        if self.chance.random() < 0.5:
            operation, fitting = self._next(token, about)
        else:
            likely = self.chance.random() < 0.6
            operation = (
                BY_ID[self.chance.choice(LIKELY)] if likely else self.chance.choice(CONTRACT.operations)
            )
            fitting = {}
        body = self._body(operation, token, fitting) if operation.method == "POST" else {}
        cookie = self.chance.choice(self.links[-6:]) if self.chance.random() < 0.3 else None
        return Asked(operation, token, body, cookie, about)

    def _next(  # noqa: PLR0911 - one line for each stage
        self, token: str | None, about: AccountId
    ) -> tuple[Operation, dict[str, Any]]:
        """The request that leads on from where this session stands, and what it takes."""
        session = self.model.session(token)
        if session is None:
            return BY_ID["logon.submit"], {"email": self.people[about], "password": self._right(about)}
        who, stage = session.account_id, self.model.stage(session)
        code = self._shown(self.model.seeds.get(who))
        if stage == "code":
            return BY_ID["logon_code.submit"], {"code": code}
        if stage == "change":
            return BY_ID["password_change.submit"], {}
        if stage == "enrol" and who not in self.model.proposed:
            return BY_ID["account_two_step.propose"], {}
        if stage == "enrol":
            return BY_ID["account_two_step.confirm"], {"code": self._shown(self.model.proposed[who])}
        if self.model.account(who).kind is Kind.RECIPIENT:
            return BY_ID[self.chance.choice(OWN)], {"current_password": self._right(who)}
        if self.model.now >= session.reauthenticated_at + 600 and self.chance.random() < 0.5:
            return BY_ID["reauthenticate.submit"], {"password": self._right(who), "code": code}
        return self.chance.choice(CONSOLE), {}

    def _right(self, who: AccountId) -> str:
        """The password this person has, or the temporary one from their mail."""
        return next(
            (word for word in PASSWORDS if self.model._password(who, word)),
            next(
                (word for word in reversed(self.temporaries) if self.model._temporary(who, word)), "forgotten"
            ),
        )

    def _shown(self, seed: str | None) -> str:
        """What a phone shows now, or one step later for whoever used that one."""
        step = int(self.world.clock() // 30) + self.chance.choice((0, 0, 1))
        return pyotp.TOTP(seed).generate_otp(step) if seed else "000000"

    def sends(self, asked: Asked) -> Reply:
        """Through gateway and authorizer; what comes back is kept."""
        visitor = Visitor(
            self.world.answers, self._source(), {"Accept": "application/json"}, token=asked.token
        )
        headers = {"Cookie": f"__Host-portal-reset={asked.cookie}"} if asked.cookie else {}
        path = asked.operation.path.replace("{email}", self.people[asked.about]) if asked.about else ""
        path = (
            path.replace("{token}", self.links[-1]).replace("{id}", "0-0").replace("{domain}", "people.test")
        )
        if asked.operation.method == "GET":
            reply = visitor.get(path, **headers)
        else:
            reply = visitor.post(path, asked.body, **headers)
        self._keep(asked, reply)
        return reply

    def passes(self) -> None:
        """Time, mostly little; and the mail worker runs."""
        self.world.clock.passes(self.chance.choice((1, 1, 5, 31, 31, 61, 301, 700)))
        self.world.delivers()
        for mail in self.world.mailer.sent[self._read :]:
            self.temporaries += TEMPORARY.findall(mail.text)
            self.links += LINK.findall(mail.text)
        self._read = len(self.world.mailer.sent)

    def _body(self, operation: Operation, token: str | None, fitting: dict[str, Any]) -> dict[str, Any]:
        who = AccountId((token or ".").partition(".")[0])
        new = self.chance.choice(PASSWORDS)
        body: dict[str, Any] = {
            "email": self.chance.choice(list(self.people.values())),
            "password": self._password(),
            "current_password": self.chance.choice(PASSWORDS),
            "new_password": new,
            "confirm_password": new,
            "code": self._code(who),
            "token": self.chance.choice(self.links[-8:]),
            "reason": "a walk",
            "required": self.chance.random() < 0.5,
            "disable": self.chance.random() < 0.2,
            "force_change": self.chance.random() < 0.5,
            "ranges": None,
            "kind": "recipient",
        }
        names = set(fields_of(operation))
        body = {name: value for name, value in (body | fitting).items() if name in names}
        if body and self.chance.random() < 0.15:
            body[self.chance.choice(list(body))] = self.chance.choice(JUNK)
        if body and self.chance.random() < 0.1:
            del body[self.chance.choice(list(body))]
        return body

    def _password(self) -> str:
        return self.chance.choice(self.temporaries[-5:] if self.chance.random() < 0.3 else PASSWORDS)

    def _code(self, who: AccountId) -> str:
        drawn = self.chance.random()
        if drawn < 0.1:
            return self.chance.choice(self.recovery)
        seeds = self.model.proposed if drawn < 0.4 else self.model.seeds
        seed = seeds.get(who) or self.chance.choice(list(self.model.seeds.values()))
        step = int(self.world.clock() // 30) + self.chance.choice((-2, -1, 0, 0, 1))
        return pyotp.TOTP(seed).generate_otp(step)

    def _keep(self, asked: Asked, reply: Reply) -> None:
        if reply.status not in {200, 201} or "json" not in reply.header("Content-Type"):
            return
        told, session = reply.json(), self.model.session(asked.token)
        if "secret" in told and session:
            self.model.proposed[session.account_id] = told["secret"]
            self.model.proposed_in[session.account_id] = session.logon
        if "session" in told:
            self.tokens.append(told["session"]["token"])
        if "recovery_codes" in told:
            who = AccountId(told["session"]["token"].partition(".")[0])
            self.recovery += told["recovery_codes"]
            if asked.operation.operation_id == "account_two_step.confirm":
                self.model.seeds[who] = self.model.proposed.pop(who)

    def _source(self) -> str:
        return f"10.{self.chance.randrange(250)}.{self.chance.randrange(250)}.1"
