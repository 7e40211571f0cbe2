"""The example of each operation, asked as infra/openapi/answers.yaml says, in a portal of its own each time.

The same portal at the same time with the same chance, so that the same request is answered with the same bytes.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode

from chalicelib.domain.accounts import Kind, Policy
from chalicelib.domain.addresses import canonical_domain
from chalicelib.domain.canary import canary_address, canary_password
from infra.openapi.answers import Answers, read_answers
from infra.openapi.recorded import Example
from tests.fakes.planting import plant
from tests.world.canary import set_up
from tests.world.clock import Clock
from tests.world.phones import Phone
from tests.world.visitors import CHOSEN, PASSWORD, Reply, Visitor
from tests.world.world import World

NOW = 1_796_119_200.0  # a morning in December 2026
ANN, KIM, SAM = "ann@example.com", "kim@portal.example", "sam@portal.example"
NEW_ANN = "ann.new@example.com"
DOMAIN = "example.com"
PLACES = {"email": ANN, "domain": DOMAIN}
HERE, DESK = "198.51.100.7", "203.0.113.9"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LONGEST = 400  # of a text in an example: a picture is not told to its end


class Chance:
    """Bytes that look like chance, and are the same each time."""

    def __init__(self) -> None:
        self._drawn = random.Random(15)

    def __call__(self, size: int) -> bytes:
        return self._drawn.randbytes(size)


@contextmanager
def the_same_chance() -> Iterator[None]:
    """While this lasts, nothing is drawn by chance."""
    with patch.object(os, "urandom", Chance()):
        yield


class Scene:
    """A portal with Ann, whom a message waits for, with Kim who administers it and Sam of the support desk."""

    def __init__(self) -> None:
        self.world = World(clock=Clock(NOW - 3600))
        self.ann = self.world.person(ANN, created_at=NOW - 86400)
        plant(self.world.store, Policy(canonical_domain(DOMAIN)))
        self.message = self.world.sends(self.ann)
        self.world.clock.passes(600)
        self.visitor(HERE).post("/logon", {"email": ANN, "password": "guess after guess"})
        self.visitor(HERE).logs_on(self.ann)
        self.world.clock.passes(600)
        self.phone: Phone | None = None

    def visitor(self, source: str) -> Visitor:
        return self.world.visitor(source, **{"User-Agent": FIREFOX})

    def plain(self) -> Visitor:
        visitor = self.visitor(HERE)
        visitor.logs_on(self.ann)
        return visitor

    def half_done(self) -> Visitor:
        """Ann again, who has turned the second step on."""
        self.turns_it_on(self.plain())
        visitor = self.visitor(HERE)
        visitor.logs_on(self.ann)
        return visitor

    def enrolled(self) -> Visitor:
        visitor = self.half_done()
        visitor.goes_on(visitor.post("/logon/code", {"code": self.phoned()}))
        self.world.clock.passes(60)
        return visitor

    def enrolling(self) -> Visitor:
        visitor = self.plain()
        self.proposes(visitor)
        return visitor

    def proposes(self, visitor: Visitor) -> None:
        self.phone = Phone(visitor.post("/account/two-step").json()["secret"], self.world.clock)

    def turns_it_on(self, visitor: Visitor) -> None:
        self.proposes(visitor)
        visitor.post("/account/two-step/confirm", {"code": self.phoned()})
        self.world.clock.passes(60)

    def staff(self, kind: Kind, address: str) -> Visitor:
        account, visitor = self.world.person(address, kind=kind, created_at=NOW - 86400), self.visitor(DESK)
        visitor.logs_on(account)
        self.turns_it_on(visitor)
        visitor = self.visitor(DESK)
        visitor.logs_on(account)
        visitor.goes_on(visitor.post("/logon/code", {"code": self.phoned()}))
        self.world.clock.passes(60)
        return visitor

    def phoned(self) -> str:
        assert self.phone
        return self.phone.code()

    def mailed(self, path: str) -> str:
        return self.world.asks(self.ann).token(path)

    def noticed(self) -> str:
        """The link of the notice that a password was set."""
        token = self.mailed("/password/reset")
        fields = {"token": token, "new_password": CHOSEN, "confirm_password": CHOSEN}
        assert self.visitor(HERE).post("/password/reset", fields).status == 200
        return self.world.mails(self.ann)[-1].token("/not-me")

    def proof(self) -> str:
        """The link by which another address of Ann's proves itself."""
        fields = {"new_email": NEW_ANN, "reason": "Married last week"}
        self.staff(Kind.ADMINISTRATOR, KIM).post(f"/admin/users/{ANN}/address", fields)
        return self.world.mails(NEW_ANN)[-1].token("/address")

    def canary(self) -> Visitor:
        """The account that nobody is behind."""
        set_up(self.world)
        ring, visitor = self.world.rings["canary"], self.visitor(DESK)
        visitor.logs_on(canary_address(ring), canary_password(ring))
        return visitor

    def sending(self) -> Visitor:
        """A sending system, its key in the place of a session's token."""
        visitor = self.visitor(DESK)
        visitor.token = self.made(self.staff(Kind.ADMINISTRATOR, KIM))["key"]
        return visitor

    def made(self, desk: Visitor) -> dict[str, str]:
        """A sending system: its id and its key."""
        fields = {"name": "Mail gateway", "domains": ["example.org"]}
        told: dict[str, str] = desk.post("/admin/services", fields).json()
        return told

    def handed_in(self, caller: Visitor) -> str:
        """A message of this sending system."""
        fields = {"from": "desk@example.org", "to": ANN, "subject": "Your statement", "body": "Good day."}
        return str(caller.post("/service/messages", fields).json()["id"])

    def invited(self, caller: Visitor) -> str:
        caller.post("/admin/users", {"email": "eve@example.com", "kind": "recipient"})
        return "eve@example.com"

    def sent(self, caller: Visitor) -> str:
        fields = {"to": ANN, "subject": "Your statement", "body": "Good day."}
        return str(caller.post("/admin/messages", fields).json()["id"])

    def answerable(self) -> str:
        """A message of an administrator, who reads what is written back."""
        return self.sent(self.staff(Kind.ADMINISTRATOR, KIM))

    def answered(self, caller: Visitor) -> str:
        """The same, answered."""
        message = self.sent(caller)
        assert self.plain().post(f"/messages/{message}/reply", {"body": "Thank you."}).status == 201
        return message


CALLERS: Mapping[str, Callable[[Scene], Visitor]] = {
    "nobody": lambda scene: scene.visitor(HERE),
    "recipient": Scene.plain,
    "half-done": Scene.half_done,
    "enrolling": Scene.enrolling,
    "enrolled": Scene.enrolled,
    "canary": Scene.canary,
    "service": Scene.sending,
    "support": lambda scene: scene.staff(Kind.SUPPORT, SAM),
    "administrator": lambda scene: scene.staff(Kind.ADMINISTRATOR, KIM),
}
THINGS: Mapping[str, Callable[[Scene, Visitor], str]] = {
    "ann": lambda *_: ANN,
    "password": lambda *_: PASSWORD,
    "new_password": lambda *_: CHOSEN,
    "code": lambda scene, _: scene.phoned(),
    "reset": lambda scene, _: scene.mailed("/password/reset"),
    "not_me": lambda scene, _: scene.noticed(),
    "proof": lambda scene, _: scene.proof(),
    "message": lambda scene, _: scene.message,
    "invited": lambda scene, caller: scene.invited(caller),
    "sent": lambda scene, caller: scene.sent(caller),
    "answerable": lambda scene, _: scene.answerable(),
    "answered": lambda scene, caller: scene.answered(caller),
    "service": lambda scene, caller: scene.made(caller)["id"],
    "service_message": lambda scene, caller: scene.handed_in(caller),
}


def examples() -> dict[str, Example]:
    """Of every operation, by its name."""
    return {name: asked(one) for name, one in read_answers().items()}


def asked(answers: Answers) -> Example:
    """One of them, asked now."""
    method, told, has_body = answers.operation.method, answers.asked, answers.operation.method == "POST"
    with the_same_chance():
        scene = Scene()
        caller = CALLERS[told["by"]](scene)
        path, query, body, cookie = (
            filled(one, scene, caller)
            for one in (
                PLACES | told.get("path", {}),
                told.get("query", {}),
                told.get("body"),
                told.get("cookie"),
            )
        )
        headers = {"Content-Type": "application/json" if body is not None else ""}
        cookies = cookie if isinstance(cookie, dict) else {"reset": cookie} if cookie else {}
        if cookies:
            headers["Cookie"] = "; ".join(f"__Host-portal-{name}={value}" for name, value in cookies.items())
        sent = json.dumps(body).encode() if body is not None else b""
        where = place(answers.operation.path, path) + (f"?{urlencode(query)}" if query else "")
        reply = caller.sends(method, where, sent if has_body else b"", headers)
    used = {name: value for name, value in path.items() if f"{{{name}}}" in answers.operation.path}
    media = reply.header("Content-Type").partition(";")[0] if reply.body else ""
    return Example(told["by"], used, query, body, reply.status, media, document(reply, media))


def filled(written: Any, scene: Scene, caller: Visitor) -> Any:
    """With what somebody really has in the place of each $NAME."""
    if isinstance(written, dict):
        return {name: filled(one, scene, caller) for name, one in written.items()}
    if isinstance(written, str) and written.startswith("$"):
        return THINGS[written[1:]](scene, caller)
    return written


def place(path: str, parameters: Mapping[str, str]) -> str:
    """A path of the contract with its parameters."""
    for name, value in parameters.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="@"))
    return path


def document(reply: Reply, media: str) -> Any:
    """What was answered, its long texts cut."""
    if not reply.body:
        return None
    return shortened(reply.json()) if media == "application/json" else reply.text


def shortened(told: Any) -> Any:
    """A picture or a key is not told to its end."""
    if isinstance(told, dict):
        return {name: shortened(one) for name, one in told.items()}
    if isinstance(told, list):
        return [shortened(one) for one in told]
    return told[:LONGEST] if isinstance(told, str) else told
