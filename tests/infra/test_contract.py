"""The contract, the gateway's own answers and the tables are each told once and whole."""

import base64
import hashlib
import importlib
import json
import re
from typing import Any

import botocore.session
import pytest

from infra.contract import API, Operation, path_parameters, read_contract
from infra.documents import read_yaml
from infra.gateway_responses import HTML, JSON, fill_in, read_gateway_responses, with_pages
from infra.tables import described_tables

JSON_TYPES = {str: "string", bool: "boolean", int: "integer", list: "array"}
OPERATIONS = read_contract().operations
DOCUMENT = read_yaml(API)


def test_operation_ids_are_step_and_verb_and_each_stands_once() -> None:
    ids = [one.operation_id for one in OPERATIONS]
    assert len(ids) == len(set(ids))
    assert all(one.count(".") == 1 for one in ids)


@pytest.mark.parametrize("step", read_contract().steps)
def test_step_of_every_route_exists(step: Any) -> None:
    assert callable(getattr(importlib.import_module(f"chalicelib.steps.{step}"), step))


def resolved(schema: dict[str, Any]) -> Any:
    """What a reference stands for, wherever it points to."""
    found: Any = DOCUMENT
    for part in schema.get("$ref", "").removeprefix("#/").split("/"):
        found = found[part] if part else schema
    return found


def described_fields(operation: Operation) -> dict[str, Any]:
    """The fields of a body as the contract has them: type, required, limit."""
    body = resolved(DOCUMENT["paths"][operation.path][operation.method.lower()].get("requestBody", {}))
    contents = [resolved(one["schema"]) for one in body.get("content", {}).values()]
    if not contents:
        return {}
    assert contents[0] == contents[1], "JSON and form have the same fields"
    assert contents[0]["additionalProperties"] is False
    fields = {name: resolved(one) for name, one in contents[0]["properties"].items()}
    required = contents[0].get("required", [])
    return {name: (one["type"], name in required, limit(one)) for name, one in fields.items()}


def limit(schema: dict[str, Any]) -> int | None:
    return schema["maxItems"] if schema["type"] == "array" else schema.get("maxLength")


def checked_fields(operation: Operation) -> dict[str, Any]:
    """The fields of a body as its step checks them."""
    step = importlib.import_module(f"chalicelib.steps.{operation.step}")
    fields = step.ROUTES[f"{operation.method} {operation.path}"].fields
    limited = {str, list}
    return {
        name: (JSON_TYPES[one.kind], one.required, one.most if one.kind in limited else None)
        for name, one in fields.items()
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: str(one.operation_id))
def test_step_checks_the_fields_that_the_contract_describes(operation: Operation) -> None:
    assert checked_fields(operation) == described_fields(operation)


@pytest.mark.parametrize("step", read_contract().steps)
def test_step_answers_the_routes_of_the_contract_and_no_others(step: str) -> None:
    routes = importlib.import_module(f"chalicelib.steps.{step}").ROUTES
    assert set(routes) == {f"{one.method} {one.path}" for one in OPERATIONS if one.step == step}


def test_encoded_slash_makes_no_segment() -> None:
    assert path_parameters("/messages/{id}", "/messages/a%2Fb") == {"id": "a%2Fb"}
    assert path_parameters("/messages/{id}", "/messages/a/b") is None
    assert path_parameters("/messages/{id}", "/messages/") is None


def test_every_answer_that_api_gateway_gives_by_itself_is_ours() -> None:
    """A kind without a row would answer 400 "could not understand" to what was understood and blocked, or not found."""
    known = (
        botocore.session.get_session().get_service_model("apigateway").shape_for("GatewayResponseType").enum
    )
    assert set(read_gateway_responses({})) == {*known, "METHOD_NOT_ALLOWED"}


def test_what_the_firewall_blocks_is_told_so() -> None:
    response = read_gateway_responses({})["WAF_FILTERED"]
    told = json.loads(fill_in(response, JSON, "the-request-id"))
    assert (response.status, told["code"]) == (403, "blocked")
    assert "firewall has blocked" in told["detail"]


@pytest.mark.parametrize("kind", sorted(read_gateway_responses({})))
def test_every_gateway_response_is_a_whole_problem_with_security_headers(kind: Any) -> None:
    response = read_gateway_responses({})[kind]
    # Where the authorizer refuses, it has written down what happened, under a reference of its own (IP-09).
    own = {"reference": "K7MW-3FQ9"} if kind == "ACCESS_DENIED" else {}
    told = json.loads(fill_in(response, JSON, "the-request-id", own))
    assert told["reference"] == own.get("reference", "the-request-id")
    assert told["status"] == response.status
    assert told["code"]
    assert {"Strict-Transport-Security", "Content-Security-Policy", "Cache-Control"} <= set(response.headers)
    assert ("Retry-After" in response.headers) == (response.status in {429, 503})


@pytest.mark.parametrize("kind", sorted(with_pages({})))
def test_wb_04_own_page_lets_its_one_style_through_and_nothing_else(kind: Any) -> None:
    response = read_gateway_responses({})[kind]
    page = fill_in(response, HTML, "the-request-id").decode()
    (style,) = re.findall("<style>(.*?)</style>", page)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in response.headers["Content-Security-Policy"]
    assert "<script" not in page
    assert "style=" not in page
    # Velocity reads the 405's body: nothing in it may look like one of its directives or variables.
    assert "#" not in page
    assert "$" not in page
    assert {'href="/"', 'href="/help"'} <= set(re.findall('href="[^"]*"', page))


@pytest.mark.parametrize("kind", sorted(with_pages({})))
@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("support@example.com", '<a href="mailto:support@example.com">support@<wbr>example.<wbr>com</a>'),
        ('Desk #7 $context.requestId & "co"', "Desk &num;7 &dollar;context.requestId &amp; &quot;co&quot;"),
        ("", ""),
    ],
)
def test_every_page_of_the_gateway_names_whom_to_ask(kind: Any, contact: str, link: str) -> None:
    response = read_gateway_responses({"PORTAL_SUPPORT_CONTACT": contact})[kind]
    page = fill_in(response, HTML, "the-request-id").decode()
    assert ("<bdi>" in page) == bool(contact)
    assert link in page
    assert "#" not in page
    assert "$" not in page


def test_tables_that_forget_do_so_by_expires_at_and_the_others_never() -> None:
    ttl = {
        table["TableName"]: table["TimeToLiveSpecification"]["AttributeName"]
        for table in described_tables("")
        if "TimeToLiveSpecification" in table
    }
    assert ttl == dict.fromkeys(["resets", "sessions", "events", "throttles", "messages"], "expires_at")


def test_only_events_have_a_stream() -> None:
    assert [table["TableName"] for table in described_tables("") if "StreamSpecification" in table] == [
        "events"
    ]
