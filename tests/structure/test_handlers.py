"""Every handler: one doorway, and closed to an event that never met the authorizer (IP-07)."""

from __future__ import annotations

import ast
import importlib
import json
from typing import Any

import pytest

from tests.structure.code import LIBRARY, tree_of
from tests.structure.test_map import WITH_ROUTES
from tests.world.world import World

ROUTES = [
    (step, route)
    for step in WITH_ROUTES
    for route in importlib.import_module(f"chalicelib.steps.{step}").ROUTES
]


def event_of(route: str, authorizer: Any) -> dict[str, Any]:
    method, path = route.split()
    context = {"resourcePath": path, "identity": {"sourceIp": "192.0.2.1"}, "httpMethod": method}
    return {
        "httpMethod": method,
        "resource": path,
        "path": path,
        "headers": {"Accept": "application/json", "Content-Type": "application/json"},
        "multiValueQueryStringParameters": None,
        "pathParameters": {"token": "x", "id": "x", "email": "a@b.test", "domain": "b.test"},
        "stageVariables": None,
        "requestContext": context if authorizer is None else context | {"authorizer": authorizer},
        "body": "{}" if method == "POST" else None,
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("step", WITH_ROUTES)
def test_a_handler_only_opens_the_doorway(step: str) -> None:
    functions = [
        node for node in tree_of(LIBRARY / "steps" / f"{step}.py").body if isinstance(node, ast.FunctionDef)
    ]
    handler = next(function for function in functions if function.name == step)
    assert ast.unparse(handler.body[-1]) == "return serve(event, portal(), ROUTES)"
    assert len(handler.body) == 2


@pytest.mark.parametrize(
    "authorizer", [None, {}, {"verdict": "PASS"}, {"verdict": ""}, {"caller": "{}"}, "pass"]
)
@pytest.mark.parametrize(("step", "route"), ROUTES, ids=[route for _, route in ROUTES])
def test_ip_07_an_event_without_a_verdict_is_refused(
    premises: World, step: str, route: str, authorizer: Any
) -> None:
    answer = premises.invoke(step, event_of(route, authorizer))
    assert answer["statusCode"] in {401, 503}
    assert json.loads(answer["body"])["code"] in {"session_required", "unavailable"}
    assert premises.fake.acts == []


@pytest.mark.parametrize("route", ["GET /messages", "POST /password/change"])
def test_ip_07_a_pass_without_a_caller_is_nobodys(premises: World, route: str) -> None:
    step = {"GET /messages": "messages", "POST /password/change": "password_change"}[route]
    event = event_of(route, {"verdict": "pass"})
    event["body"] = (
        json.dumps({"new_password": "x", "confirm_password": "x"}) if route.startswith("POST") else None
    )
    answer = premises.invoke(step, event)
    assert answer["statusCode"] == 401
