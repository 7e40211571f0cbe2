"""What AWS's translator makes of the service's template, for every stage that is checked, with and without a name.

Slow, and by two environments of their own, `.venv-emulator` and `.venv-checks`: `make check-templates`.
"""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.contract import read_contract
from infra.documents import read_yaml
from infra.drafts import drafted
from infra.edge import USUAL_BURST, USUAL_RATE, settle_name
from infra.stages import ROOT, Stage, stage_of
from infra.tables import DESCRIPTION
from infra.warm import snapped
from tests.infra.settling import missing, settled

pytestmark = pytest.mark.deployment

TRANSLATOR = [ROOT / ".venv-emulator" / "bin" / "python", ROOT / "infra" / "translate.py"]
LINT = ROOT / ".venv-checks" / "bin" / "cfn-lint"
CERTIFICATE = "arn:aws:acm:eu-west-1:000000000000:certificate/0"
MOST_BYTES, MOST_RESOURCES = 1_048_576, 500
METHODS = {"get", "head", "post", "put", "patch", "delete"}
ANY = "x-amazon-apigateway-any-method"
Translate = Callable[[str, bool], Any]


def stage_named(name: str) -> Stage:
    """As it is configured; `snapped` is one with what no stage has switched on."""
    return snapped(stage_of("staging"), "all") if name == "snapped" else stage_of(name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    made: Path = tmp_path_factory.mktemp("translated")
    return made


@pytest.fixture(scope="module")
def translate(folder: Path) -> Translate:
    @cache
    def draft(name: str) -> Any:
        return json.loads(drafted(stage_named(name), folder / name).read_text(encoding="utf-8"))

    @cache
    def translated(name: str, has_name: bool) -> Any:
        template = copy.deepcopy(draft(name))
        settle_name(template, has_name=has_name)
        source, target = folder / f"{name}-{has_name}.sam.json", folder / f"{name}-{has_name}.json"
        source.write_text(json.dumps(template), encoding="utf-8")
        subprocess.run([*TRANSLATOR, source, target], check=True, capture_output=True)
        return json.loads(target.read_text(encoding="utf-8"))

    return translated


@pytest.fixture(params=["dev", "prod", "snapped"])
def name(request: Any) -> str:
    return str(request.param)


@pytest.fixture(params=[True, False], ids=["named", "nameless"])
def has_name(request: Any) -> bool:
    return bool(request.param)


@pytest.fixture
def made(translate: Translate, name: str, has_name: bool) -> Any:
    return translate(name, has_name)


def of_type(template: Any, kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


def body_of(template: Any) -> Any:
    return template["Resources"]["RestAPI"]["Properties"]["Body"]


def test_there_is_one_stage_and_no_deployment_makes_another(made: Any) -> None:
    stages = of_type(made, "AWS::ApiGateway::Stage")
    deployments = of_type(made, "AWS::ApiGateway::Deployment")
    assert [one["StageName"] for one in stages.values()] == ["portal"]
    assert [one for one in deployments.values() if "StageName" in one] == []
    (stage,), (deployment,) = stages.values(), deployments
    assert stage["DeploymentId"] == {"Ref": deployment}


def test_the_stage_carries_firewall_rates_and_log_and_no_trace(made: Any) -> None:
    ((name, stage),) = of_type(made, "AWS::ApiGateway::Stage").items()
    (guarded,) = of_type(made, "AWS::WAFv2::WebACLAssociation").values()
    assert guarded["ResourceArn"]["Fn::Sub"].endswith(f"/restapis/${{RestAPI}}/stages/${{{name}}}")
    (usual,) = [one for one in stage["MethodSettings"] if one["ResourcePath"] == "/*"]
    assert (usual["HttpMethod"], usual["ThrottlingRateLimit"]) == ("*", USUAL_RATE)
    assert usual["ThrottlingBurstLimit"] == USUAL_BURST
    assert {one["DataTraceEnabled"] for one in stage["MethodSettings"]} == {False}
    assert json.loads(stage["AccessLogSetting"]["Format"])["route"] == "$context.resourcePath"
    assert not stage["TracingEnabled"]
    assert not stage.get("CacheClusterEnabled")
    assert {one["Stage"]["Ref"] for one in of_type(made, "AWS::ApiGateway::BasePathMapping").values()} == {
        name
    }


def test_functions_are_traced(made: Any) -> None:
    functions = of_type(made, "AWS::Lambda::Function").values()
    assert {one["TracingConfig"]["Mode"] for one in functions} == {"Active"}


def test_the_apis_own_address_is_closed_exactly_when_there_is_a_name(made: Any, has_name: bool) -> None:
    """Where API Gateway reads it in OpenAPI 3: under `servers`, and nowhere else."""
    (server,) = body_of(made)["servers"]
    assert server == {"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": has_name}}
    assert "x-amazon-apigateway-endpoint-configuration" not in body_of(made)


def test_a_certificate_that_comes_later_deploys_the_api_again(translate: Translate, name: str) -> None:
    with_name, without = (
        set(of_type(translate(name, one), "AWS::ApiGateway::Deployment")) for one in (True, False)
    )
    assert with_name != without


def test_every_route_has_the_gate_and_every_other_method_a_fixed_answer(made: Any) -> None:
    body, contract = body_of(made), read_contract()
    assert set(body["paths"]) == set(contract.paths)
    for path, item in body["paths"].items():
        assert {one.upper() for one in item if one in METHODS} == set(contract.paths[path])
        assert {json.dumps(item[one]["security"]) for one in item if one in METHODS} == {'[{"gate": []}]'}
        assert item[ANY]["x-amazon-apigateway-integration"]["type"] == "mock"
    (gate,) = body["components"]["securitySchemes"].values()
    assert gate["x-amazon-apigateway-authorizer"]["authorizerResultTtlInSeconds"] == 0


def test_nothing_refers_to_what_is_not_there(made: Any, has_name: bool) -> None:
    stack = settled(made, CertificateArn=CERTIFICATE if has_name else "")
    assert missing(made, stack) == set()
    assert ("Name" in stack["Resources"], "NameTarget" in stack["Outputs"]) == (has_name, has_name)


@pytest.mark.parametrize("identity", ["yes", "no"])
def test_data_stack_refers_to_nothing_that_is_not_there(identity: str) -> None:
    template = read_yaml(DESCRIPTION)
    stack = settled(template, MakeIdentity=identity)
    assert missing(template, stack) == set()
    made = {one["Type"] for one in stack["Resources"].values()}
    assert ("AWS::SES::EmailIdentity" in made) == (identity == "yes")


def test_it_is_small_enough_for_cloudformation(made: Any) -> None:
    """The largest is a stage whose functions are all snapshots: 466 of 500 resources; production has 350.

    Each function has seven, so four more fit: before that, the alarms want a stack of their own.
    """
    assert len(json.dumps(made).encode()) < MOST_BYTES * 0.9
    assert len(made["Resources"]) <= MOST_RESOURCES - 4 * 7


def test_it_keeps_to_the_schema_of_every_resource(made: Any, folder: Path, name: str, has_name: bool) -> None:
    told = subprocess.run(
        [LINT, folder / f"{name}-{has_name}.json"], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout) == (0, "")
