"""The runtime of the rehearsal fails where Lambda would: a rehearsal that forgives proves nothing."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from chalicelib.domain.keys import USES
from infra.contract import read_contract
from infra.gateway_responses import read_gateway_responses
from infra.permissions import logical, policy
from infra.rehearsal import stack
from infra.rehearsal.runtime import Configuration, Function, FunctionFailed, runtime_client
from infra.stages import Stage, stage_of
from infra.template import merge_template

pytestmark = pytest.mark.deployment

CODE = """
import os, sys, time
def answers(event, context):
    return {"got": event, "left": context.get_remaining_time_in_millis() > 0, "seen": sorted(os.environ)}
def raises(event, context):
    raise ValueError("no")
def ends(event, context):
    os._exit(3)
def sleeps(event, context):
    time.sleep(9)
def imports(event, context):
    import requests
ran = []
if os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"] == "snap-start":
    import snapshot_restore_py
    snapshot_restore_py.register_before_snapshot(ran.append, "before")
    snapshot_restore_py.register_after_restore(ran.append, "after")
def tells(event, context):
    return [*ran, os.environ["AWS_LAMBDA_FUNCTION_VERSION"]]
"""
Started = Callable[..., Function]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """Starts functions from a package of one file."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PORTAL_NOT_IN_THE_TEMPLATE", "x")
    package = tmp_path / "package"
    package.mkdir()
    (package / "step.py").write_text(CODE)
    runtime, running = runtime_client(tmp_path / "runtime"), []

    def started(
        handler: str,
        timeout: float = 10,
        version: str = "$LATEST",
        started_by: str = "on-demand",
        **variables: str,
    ) -> Function:
        made = Configuration("portal-dev-step", handler, variables, timeout, 512, version, started_by)
        running.append(Function(made, package, runtime, tmp_path / "log"))
        return running[-1]

    yield started
    for one in running:
        one.stop()


def test_function_gets_its_event_and_the_variables_of_the_template_alone(start: Started) -> None:
    function = start("step.answers", PORTAL_URL="https://portal.example")
    told = function.invoke({"a": 1})
    assert (told["got"], told["left"]) == ({"a": 1}, True)
    assert "PORTAL_URL" in told["seen"]
    assert "PORTAL_NOT_IN_THE_TEMPLATE" not in told["seen"]
    assert set(os.environ) - set(told["seen"])
    assert function.invoke({"a": 2})["got"] == {"a": 2}


@pytest.mark.parametrize(
    ("handler", "kind", "words"),
    [
        ("step.raises", "Runtime.Error", "no"),
        ("step.ends", "Runtime.ExitError", "exited"),
        ("step.nothing", "Runtime.Error", "nothing"),
        ("gone.answers", "Runtime.Error", "gone"),
        ("step.imports", "Runtime.Error", "requests"),
        ("step.sleeps", "Sandbox.Timedout", "timed out"),
    ],
)
def test_function_fails_as_on_lambda(start: Started, handler: str, kind: str, words: str) -> None:
    with pytest.raises(FunctionFailed, match=words) as failed:
        start(handler, timeout=3).invoke({})
    assert failed.value.kind == kind


def test_function_with_a_snapshot_runs_its_hooks_before_the_first_event(start: Started) -> None:
    assert start("step.tells").invoke({}) == ["$LATEST"]
    snapped = start("step.tells", version="3", started_by="snap-start")
    assert snapped.invoke({}) == ["before", "after", "3"]
    assert snapped.invoke({}) == ["before", "after", "3"]


@pytest.fixture
def template() -> Any:
    merged = merge_template(stage_of("dev"), read_contract(), read_gateway_responses({}))
    return copy.deepcopy(merged)


def test_routes_of_the_template_are_those_of_the_contract(template: Any) -> None:
    routed = stack.contract_of(template)
    assert {(one.method, one.path, one.step) for one in routed.operations} == {
        (one.method, one.path, logical(one.step)) for one in read_contract().operations
    }
    assert stack.authorizer_of(template) == "Authorizer"
    assert sorted(stack.mappings(template)) == ["CopyTrail", "PublishEvent", "SendMail", "WatchTrail"]


def test_method_without_the_gate_is_not_rehearsed(template: Any) -> None:
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    paths["/account"]["get"]["security"] = []
    with pytest.raises(stack.NotAsDeclared, match="/account"):
        stack.contract_of(template)


@pytest.mark.parametrize(
    ("named", "value"), [("passthroughBehavior", "when_no_match"), ("requestTemplates", {})]
)
def test_method_whose_405_would_be_a_fault_is_not_rehearsed(template: Any, named: str, value: Any) -> None:
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    paths["/account"][stack.ANY]["x-amazon-apigateway-integration"][named] = value
    with pytest.raises(stack.NotAsDeclared, match="/account"):
        stack.contract_of(template)


def test_verdict_that_would_be_remembered_is_not_rehearsed(template: Any) -> None:
    body = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    gate = body["components"]["securitySchemes"]["gate"]["x-amazon-apigateway-authorizer"]
    gate["authorizerResultTtlInSeconds"] = 300
    with pytest.raises(stack.NotAsDeclared):
        stack.authorizer_of(template)


def test_lo_06_function_finds_the_keys_that_its_role_may_read_and_no_others(moto: ModuleType) -> None:
    manager = boto3.client("secretsmanager")
    for use in USES:
        manager.create_secret(Name=f"rehearsed/keys/{use}", SecretString=use)
    configuration = json.dumps(stage_of("dev").configuration).replace("portal/dev/keys", "rehearsed/keys")
    may = policy({"keys": ["seeds", "devices"]}, Stage("dev", json.loads(configuration)), "logon_code")
    role = {"Properties": {"Policies": [{"PolicyDocument": may}]}}
    function = Configuration("logon_code", "step.answers", {"PORTAL_KEYS_SECRET": "rehearsed/keys"}, 10, 256)
    for _ in range(2):  # at a second deployment the copies are there already
        own = stack.permitted(function, manager, role).variables["PORTAL_KEYS_SECRET"]
    found = {}
    for use in USES:
        with suppress(manager.exceptions.ResourceNotFoundException):
            found[use] = manager.get_secret_value(SecretId=f"{own}/{use}")["SecretString"]
    assert found == {"seeds": "seeds", "devices": "devices"}
    assert stack.readable({"Properties": {}}) == []
