"""Every route that takes a body, what its fields are, and somebody who may call it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

from chalicelib.domain.accounts import Kind, TwoStep
from chalicelib.web.request import Field
from infra.contract import Operation
from tests.world.phones import enrolled
from tests.world.systems import planted_system
from tests.world.visitors import Visitor
from tests.world.world import CONTRACT, World

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
EVERY_TABLE = ("accounts", "resets", "sessions", "events", "policies", "throttles", "messages")
POSTS = [one for one in CONTRACT.operations if one.method == "POST" and not one.path.startswith("/admin")]
GETS = [one for one in CONTRACT.operations if one.method == "GET" and not one.path.startswith("/admin")]
ADDRESS = "nobody@nowhere.test"
GOOD: Mapping[str, Any] = {
    "email": ADDRESS,
    "password": "guess after guess after guess",
    "code": "000000",
    "form": "0123456789abcdef",
    "token": "A" * 43,
    "new_password": "seven lanterns over a harbour",
    "confirm_password": "seven lanterns over a harbour",
    "current_password": "guess after guess after guess",
    "number": "472",
    "handle": "a" * 16,
    "link": "a" * 16,
    "forgot": "",
    "cookies": "",
    "others": True,
    "strength": True,
    "language": "de",
    "time_zone": "Europe/Berlin",
    "from": "desk@sender.test",
    "to": ADDRESS,
    "subject": "Hello",
    "body": "Good day.",
    "expires_in_days": 30,
}
TWO_STEP_ON = {"/account/two-step/remove", "/account/two-step/recovery-codes", "/account/two-step/move"}


def fields_of(operation: Operation) -> Mapping[str, Field]:
    """The fields the step itself declares."""
    routes = importlib.import_module(f"chalicelib.steps.{operation.step}").ROUTES
    declared: Mapping[str, Field] = routes[f"{operation.method} {operation.path}"].fields
    return declared


def good_body(operation: Operation) -> dict[str, Any]:
    """A body with every field as it should be."""
    return {name: GOOD[name] for name in fields_of(operation)}


def entitled(world: World, operation: Operation) -> Visitor:
    """Somebody who may call it."""
    visitor = world.visitor()
    if operation.path == "/logon/code":
        visitor.logs_on(enrolled(world)[0])
    elif operation.path in TWO_STEP_ON:
        account, phone = enrolled(world)
        visitor.logs_on(account)
        visitor.goes_on(visitor.post("/logon/code", {"code": phone.code()}))
    elif operation.path.startswith(("/account", "/reauthenticate", "/password/c", "/messages", "/logoff")):
        visitor.logs_on(world.person(kind=Kind.RECIPIENT, two_step=TwoStep()))
    elif operation.path.startswith("/service/"):
        visitor.headers["Authorization"] = f"Bearer {planted_system(world).key}"
    return visitor


def encoded(body: object) -> bytes:
    """As JSON, lone surrogates and all."""
    return json.dumps(body).encode()
