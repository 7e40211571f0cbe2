"""Every handler: one doorway, and closed to an event that never met the authorizer (IP-07)."""

from __future__ import annotations

import copy
import importlib
import json
from typing import Any

import pytest

from chalicelib.web.serve import serve
from tests.structure.test_map import WITH_ROUTES
from tests.world.running import heard
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


def nobodys(step: str) -> list[dict[str, Any]]:
    """Events of nobody the authorizer let pass: of no shape, of a foreign method, one of each of the step's routes."""
    routes = [route for of, route in ROUTES if of == step]
    foreign = event_of(f"DELETE {routes[0].split()[1]}", None)
    return [
        {},
        {"requestContext": None},
        foreign,
        *[event_of(route, {"verdict": "pass"}) for route in routes],
    ]


@pytest.mark.parametrize("step", WITH_ROUTES)
def test_a_handler_brings_whatever_comes_to_the_doorway_and_gives_back_its_answer(step: str) -> None:
    """It reads, asks and adds nothing of its own: whatever it did would not have met the verdict."""
    routes = importlib.import_module(f"chalicelib.steps.{step}").ROUTES
    by_handler, by_doorway = with_references_alike(), with_references_alike()
    for event in nobodys(step):
        with heard([]):
            expected = serve(copy.deepcopy(event), None, by_doorway.portal, routes)
        assert by_handler.invoke(step, event) == expected
    assert by_handler.fake.acts == by_doorway.fake.acts


def with_references_alike() -> World:
    world = World()
    world.portal = world.portal._replace(random=bytes)
    return world


@pytest.mark.parametrize(("step", "route"), ROUTES, ids=[route for _, route in ROUTES])
def test_ip_07_an_event_without_a_verdict_is_refused(world: World, step: str, route: str) -> None:
    for authorizer in (None, {}, {"verdict": "PASS"}, {"verdict": ""}, {"caller": "{}"}, "pass"):
        answer = world.invoke(step, event_of(route, authorizer))
        assert answer["statusCode"] in {401, 503}, authorizer
        assert json.loads(answer["body"])["code"] in {"session_required", "unavailable"}, authorizer
        assert world.fake.acts == [], authorizer


@pytest.mark.parametrize("route", ["GET /messages", "POST /password/change"])
def test_ip_07_a_pass_without_a_caller_is_nobodys(world: World, route: str) -> None:
    step = {"GET /messages": "messages", "POST /password/change": "password_change"}[route]
    event = event_of(route, {"verdict": "pass"})
    event["body"] = (
        json.dumps({"new_password": "x", "confirm_password": "x"}) if route.startswith("POST") else None
    )
    answer = world.invoke(step, event)
    assert answer["statusCode"] == 401
