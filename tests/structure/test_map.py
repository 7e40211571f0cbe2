"""`app.py` is the map: every step is on it, with its test, page, permissions, routes and their guards."""

from __future__ import annotations

import ast
import importlib
import re
from typing import Any

import pytest

from chalicelib.domain.access import ADMIN, ADMIN_FRESH, GUARDS
from chalicelib.web.request import Field
from infra.contract import API, Operation, read_contract
from infra.documents import read_yaml
from tests.structure.code import LIBRARY, ROOT, STEPS, asked_of_each, tree_of

# Behind a stream, a topic or an operator instead of a route; they answer nobody.
WITHOUT_ROUTES = {
    "authorizer",
    "send_mail",
    "resume_events",
    "resume_mail",
    "move_accounts",
    "setup",
    "erase_accounts",
    "sweep_mail",
    "publish_event",
    "record_delivery",
    "watch_trail",
    "walk_canary",
    "copy_trail",
    "seal_trail",
}
CONTRACT = read_contract()
WITH_ROUTES = [step for step in STEPS if step not in WITHOUT_ROUTES]
ROUTES = [f"{operation.method} {operation.path}" for operation in CONTRACT.operations]
SCHEMA_TYPES = {"string": str, "boolean": bool, "integer": int, "array": list}


def module(step: str) -> Any:
    return importlib.import_module(f"chalicelib.steps.{step}")


def registered() -> list[str]:
    source = (ROOT / "app.py").read_text(encoding="utf-8")
    return re.findall(r"^app\.register_blueprint\((\w+)\.step\)", source, re.MULTILINE)


def test_every_step_is_on_the_map_once_and_the_map_has_no_other() -> None:
    assert sorted(registered()) == STEPS


def test_every_line_of_the_map_says_what_the_step_is_for() -> None:
    lines = (ROOT / "app.py").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if "register_blueprint" in line and "  # " not in line] == []


@asked_of_each(STEPS)
def test_a_step_is_one_lambda_of_its_own_name(step: str) -> None:
    body = tree_of(LIBRARY / "steps" / f"{step}.py").body
    functions = [node for node in body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    decorated = {function.name: ast.unparse(function.decorator_list[0]) for function in functions}
    assert decorated == {step: f"step.lambda_function(name='{step}')"}


@asked_of_each(STEPS)
def test_a_step_has_its_test_file(step: str) -> None:
    assert (ROOT / "tests" / "steps" / f"test_{step}.py").is_file()


@asked_of_each(STEPS)
def test_a_step_has_its_row_of_permissions(step: str) -> None:
    assert step in read_yaml(ROOT / "infra" / "permissions.yaml")


def test_permissions_are_given_to_no_step_that_is_not_there() -> None:
    rows = read_yaml(ROOT / "infra" / "permissions.yaml")
    assert sorted(rows) == STEPS


@asked_of_each(WITH_ROUTES)
def test_a_step_that_renders_has_the_page_of_its_name(step: str) -> None:
    source = (LIBRARY / "steps" / f"{step}.py").read_text(encoding="utf-8")
    pages = set(re.findall(r'template="(\w+)"', source))
    missing = [
        page
        for page in pages
        if not (LIBRARY / "presentation" / "templates" / "pages" / f"{page}.html").is_file()
    ]
    assert missing == []
    assert not pages or step in pages


def test_every_page_belongs_to_a_step_or_to_every_step() -> None:
    pages = {page.stem for page in (LIBRARY / "presentation" / "templates" / "pages").glob("*.html")}
    used = {"refusal", "link_unusable"}
    for step in STEPS:
        source = (LIBRARY / "steps" / f"{step}.py").read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:template=|refusal, )"(\w+)"', source)) | {step}
    assert pages - used == set()


def test_every_operation_of_the_contract_names_a_step() -> None:
    assert sorted({operation.step for operation in CONTRACT.operations}) == sorted(WITH_ROUTES)


@asked_of_each(WITH_ROUTES)
def test_a_step_answers_exactly_its_operations(step: str) -> None:
    contract = {f"{one.method} {one.path}" for one in CONTRACT.operations if one.step == step}
    assert set(module(step).ROUTES) == contract


@asked_of_each(CONTRACT.operations, lambda one: str(one.operation_id))
def test_an_operation_is_called_after_its_step_and_its_function(operation: Operation) -> None:
    answer = module(operation.step).ROUTES[f"{operation.method} {operation.path}"].answer
    assert operation.operation_id == f"{operation.step}.{answer.__name__}"


def test_ad_01_every_route_has_its_guard_and_there_is_no_other_guard() -> None:
    assert sorted(GUARDS) == sorted(ROUTES)


# Why a write of the console does not ask for the password again.
NOT_FRESH = {
    "POST /admin/messages": "writing one can take longer than ten minutes, and its text would be thrown away",
    "POST /admin/messages/{id}/recall": "it takes back what the same session could send, and changes no account",
}
CONSOLE_WRITES = [
    route for route in ROUTES if route.startswith("POST /admin") and not route.endswith("/dry-run")
]


@asked_of_each(CONSOLE_WRITES)
def test_ad_06_every_write_of_the_console_asks_for_a_fresh_password(route: str) -> None:
    assert GUARDS[route] == (ADMIN if route in NOT_FRESH else ADMIN_FRESH)._replace(
        whole_portal=GUARDS[route].whole_portal
    )


DOCUMENT: dict[str, Any] = read_yaml(API)


def schema_of(route: str) -> dict[str, Any]:
    document = DOCUMENT
    method, path = route.split()
    body = document["paths"][path][method.lower()].get("requestBody")
    if body is None:
        return {"properties": {}}
    body = resolved(document, body)
    return resolved(document, body["content"]["application/json"]["schema"])


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target[part]
        node = target
    return node


def types_of(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, type]:
    found = {}
    for name, given in schema["properties"].items():
        kind = resolved(document, given).get("type")
        found[name] = SCHEMA_TYPES[str(kind)]
    return found


POSTS = [(step, route) for step in WITH_ROUTES for route in module(step).ROUTES if route.startswith("POST")]


@pytest.mark.parametrize(("step", "route"), POSTS, ids=[route for _, route in POSTS])
def test_wb_09_the_fields_of_a_route_are_those_of_its_schema(step: str, route: str) -> None:
    fields: dict[str, Field] = dict(module(step).ROUTES[route].fields)
    document, schema = DOCUMENT, schema_of(route)
    assert {name: spec.kind for name, spec in fields.items()} == types_of(document, schema)
    assert {name for name, spec in fields.items() if spec.required} == set(schema.get("required", []))
    assert schema.get("additionalProperties") is False
