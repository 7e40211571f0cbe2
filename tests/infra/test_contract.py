"""The contract, the gateway's own answers and the tables are each told once and whole."""

import importlib
import json
from typing import Any

import pytest
import yaml

from infra.contract import API, path_parameters, read_contract
from infra.gateway_responses import JSON, fill_in, read_gateway_responses
from infra.tables import described_tables

OPERATIONS = read_contract().operations
DOCUMENT = yaml.safe_load(API.read_text(encoding="utf-8"))


def test_operation_ids_are_step_and_verb_and_each_stands_once() -> None:
    ids = [one.operation_id for one in OPERATIONS]
    assert len(ids) == len(set(ids))
    assert all(one.count(".") == 1 for one in ids)


@pytest.mark.parametrize("step", read_contract().steps)
def test_step_of_every_route_exists(step: Any) -> None:
    assert callable(getattr(importlib.import_module(f"chalicelib.steps.{step}"), step))


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["requestBodies"]))
def test_every_request_body_refuses_unknown_fields_and_limits_its_text(name: Any) -> None:
    for content in DOCUMENT["components"]["requestBodies"][name]["content"].values():
        schema = resolved(content["schema"])
        assert schema["additionalProperties"] is False
        for field in schema["properties"].values():
            described = resolved(field)
            assert described["type"] == "boolean" or described["maxLength"]


def resolved(schema: Any) -> Any:
    name = schema.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else schema


def test_encoded_slash_makes_no_segment() -> None:
    assert path_parameters("/messages/{id}", "/messages/a%2Fb") == {"id": "a/b"}
    assert path_parameters("/messages/{id}", "/messages/a/b") is None
    assert path_parameters("/messages/{id}", "/messages/") is None


@pytest.mark.parametrize("kind", sorted(read_gateway_responses()))
def test_every_gateway_response_is_a_whole_problem_with_security_headers(kind: Any) -> None:
    response = read_gateway_responses()[kind]
    told = json.loads(fill_in(response, JSON, "the-request-id"))
    assert told["reference"] == "the-request-id"
    assert told["status"] == response.status
    assert told["code"]
    assert {"Strict-Transport-Security", "Content-Security-Policy", "Cache-Control"} <= set(response.headers)
    assert ("Retry-After" in response.headers) == (response.status in {429, 503})


def test_tables_that_forget_do_so_by_expires_at_and_the_others_never() -> None:
    ttl = {
        table["TableName"]: table["TimeToLiveSpecification"]["AttributeName"]
        for table in described_tables("")
        if "TimeToLiveSpecification" in table
    }
    assert ttl == dict.fromkeys(["resets", "sessions", "throttles", "messages"], "expires_at")


def test_only_events_have_a_stream() -> None:
    assert [table["TableName"] for table in described_tables("") if "StreamSpecification" in table] == [
        "events"
    ]
