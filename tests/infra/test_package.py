"""`chalice package` makes what the design says: one function a step, its own role, the gate before every route."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from chalice.cli.factory import CLIFactory
from chalice.deploy.appgraph import ApplicationGraphBuilder
from chalice.deploy.models import LambdaFunction

from app import app
from infra.contract import read_contract
from infra.drafts import drafted
from infra.gateway_responses import read_gateway_responses
from infra.package import main
from infra.permissions import STREAM_ACTIONS, logical, read_permissions
from infra.stages import ROOT, stage_of
from infra.tables import described_tables
from tests.structure.code import MAILING, NEEDS

pytestmark = pytest.mark.slow

WITHOUT_ROUTE = {
    "authorizer",
    "send_mail",
    "resume_events",
    "resume_mail",
    "move_accounts",
    "publish_event",
    "record_delivery",
    "setup",
    "erase_accounts",
    "sweep_mail",
    "watch_trail",
    "copy_trail",
    "seal_trail",
    "walk_canary",
}
# What AWS lets no resource be named for.
WITHOUT_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "dynamodb:ListStreams",
    "ses:DeleteSuppressedDestination",
    "ses:GetAccount",
    "secretsmanager:BatchGetSecretValue",  # each secret of the batch needs GetSecretValue besides
}
WORKERS = {"SendMail", "ResumeMail", "SweepMail", "PublishEvent", "WatchTrail", "RecordDelivery"}
WORKERS |= {"EraseAccounts", "CopyTrail", "SealTrail", "ResumeEvents", "WalkCanary", "MoveAccounts"}
STEPS = {one.name for one in app.pure_lambda_functions}


@pytest.fixture(scope="module")
def template(tmp_path_factory: Any) -> Any:
    return json.loads(drafted(stage_of("dev"), tmp_path_factory.mktemp("build")).read_text())["Resources"]


def functions(template: Any) -> Any:
    return {name: one for name, one in template.items() if one["Type"] == "AWS::Serverless::Function"}


def actions_of(template: Any, step: str) -> list[tuple[str, Any]]:
    role = template[f"{logical(step)}Role"]["Properties"]
    statements = [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
    return [(action, one["Resource"]) for one in statements for action in one["Action"]]


def test_every_step_is_one_function_whose_handler_is_its_own_module(template: Any) -> None:
    handlers = {one["Properties"]["Handler"] for one in functions(template).values()}
    assert handlers == {f"chalicelib.steps.{step}.{step}" for step in STEPS}
    assert len(functions(template)) == len(STEPS)


def test_every_step_has_a_row_of_permissions_and_every_row_a_step() -> None:
    assert set(read_permissions()) == STEPS


def test_every_step_with_a_page_has_a_route() -> None:
    assert set(read_contract().steps) == STEPS - WITHOUT_ROUTE


def test_ip_06_every_route_has_the_request_authorizer_without_a_cache(template: Any) -> None:
    body = template["RestAPI"]["Properties"]["DefinitionBody"]
    gate = body["components"]["securitySchemes"]["gate"]["x-amazon-apigateway-authorizer"]
    assert (gate["type"], gate["authorizerResultTtlInSeconds"]) == ("request", 0)
    assert "identitySource" not in gate
    methods = [
        one
        for path in body["paths"].values()
        for verb, one in path.items()
        if verb in {"get", "head", "post", "put", "patch", "delete"}
    ]
    assert len(methods) >= len(read_contract().operations)
    assert all(one["security"] == [{"gate": []}] for one in methods)


def test_every_route_calls_the_step_its_operation_names(template: Any) -> None:
    paths = template["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for operation in read_contract().operations:
        integration = paths[operation.path][operation.method.lower()]["x-amazon-apigateway-integration"]
        assert f"${{{logical(operation.step)}.Arn}}" in integration["uri"]["Fn::Sub"]
        assert integration["type"] == "aws_proxy"


def test_every_get_has_its_head(template: Any) -> None:
    paths = template["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    assert all(("get" in path) == ("head" in path) for path in paths.values())


def test_wb_05_gateway_answers_carry_the_security_headers(template: Any) -> None:
    body = template["RestAPI"]["Properties"]["DefinitionBody"]
    refused = [one["x-amazon-apigateway-any-method"] for one in body["paths"].values()]
    answers = list(body["x-amazon-apigateway-gateway-responses"].values())
    answers += [one["x-amazon-apigateway-integration"]["responses"]["default"] for one in refused]
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= set(body["x-amazon-apigateway-gateway-responses"])
    for answer in answers:
        headers = {name.rpartition("header.")[2] for name in answer["responseParameters"]}
        assert {"Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"} <= headers


@pytest.mark.parametrize("step", sorted(STEPS))
def test_lo_05_no_function_may_scan_and_every_table_is_named(template: Any, step: str) -> None:
    for action, resource in actions_of(template, step):
        service, _, name = action.partition(":")
        assert "*" not in action
        assert name not in {"Scan", "PartiQLSelect", "BatchWriteItem"}
        if resource == "*":
            assert action in WITHOUT_RESOURCE
        elif service == "secretsmanager":
            assert all("*" not in one["Fn::Sub"] for one in resource)
        elif service == "dynamodb":
            table, _, rest = resource["Fn::Sub"].partition(":table/portal-dev-")[2].partition("/")
            assert table in {one["TableName"] for one in described_tables("")}
            assert "*" not in rest or (rest == "stream/*" and name in STREAM_ACTIONS)


def test_lo_05_only_the_two_mail_workers_may_send_mail(template: Any) -> None:
    assert {step for step in STEPS if "ses:SendEmail" in dict(actions_of(template, step))} == MAILING


@pytest.mark.parametrize("step", sorted(STEPS))
def test_lo_06_a_role_may_read_the_keys_that_its_step_names_and_no_others(template: Any, step: str) -> None:
    """And their names are those under which the step asks: the environment's, and the use."""
    may = {
        action: where for action, where in actions_of(template, step) if action.startswith("secretsmanager:")
    }
    variables = template[logical(step)]["Properties"]["Environment"]["Variables"]
    begin = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"
    own = [{"Fn::Sub": f"{begin}{variables['PORTAL_KEYS_SECRET']}/{use}-??????"} for use in NEEDS[step].keys]
    reading = {"secretsmanager:GetSecretValue": own} if own else {}
    assert may == reading | ({"secretsmanager:BatchGetSecretValue": "*"} if len(own) > 1 else {})


@pytest.mark.parametrize("worker", ["SendMail", "PublishEvent", "WatchTrail"])
def test_worker_is_behind_the_stream_and_reports_single_failures(template: Any, worker: str) -> None:
    mapping = template[f"{worker}Stream"]["Properties"]
    assert mapping["FunctionName"] == {"Ref": worker}
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_functions_that_hash_have_the_memory_for_it_and_all_end_before_the_gateway_gives_up(
    template: Any,
) -> None:
    made = {name: one["Properties"] for name, one in functions(template).items()}
    assert made["Logon"]["MemorySize"] == made["PasswordReset"]["MemorySize"] == 1769
    assert made["Home"]["MemorySize"] == 256
    assert {one["Timeout"] for name, one in made.items() if name not in WORKERS} == {10, 30}
    assert made["Setup"]["Timeout"] == 30


def test_stage_that_is_unknown_is_refused(capsys: Any) -> None:
    assert main(["nowhere"]) == 2
    assert "STAGE=dev" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ARGON2", "ARGON2 must be avx2 or wheel, or not set"),
        ("SNAP_START", "SNAP_START must be `all` or names of functions; nonsense is none"),
    ],
)
def test_an_option_that_is_wrong_is_one_sentence_before_anything_is_made(
    name: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.package.package_stage", pytest.fail)
    monkeypatch.setenv(name, "nonsense")
    assert main(["dev"]) == 1
    assert capsys.readouterr() == ("", f"{sentence}\n")


def test_packaging_uses_this_python() -> None:
    assert Path(sys.executable).with_name("chalice").exists()


def test_gateway_answers_are_the_same_bytes_here_and_deployed(template: Any) -> None:
    body = template["RestAPI"]["Properties"]["DefinitionBody"]
    deployed = body["x-amazon-apigateway-gateway-responses"]
    mocked = body["paths"]["/logon"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]
    deployed["METHOD_NOT_ALLOWED"] = mocked["responses"]["default"]
    for kind, response in read_gateway_responses(stage_of("dev").shared).items():
        assert response.bodies.items() <= deployed[kind]["responseTemplates"].items()
        sent = {
            name.partition(".header.")[2]: value[1:-1]
            for name, value in deployed[kind]["responseParameters"].items()
        }
        assert response.headers.items() <= sent.items()


def test_a_plain_chalice_deploy_opens_nothing() -> None:
    """What it would make by itself: functions that may write logs, and nothing in front of them."""
    settings = CLIFactory(str(ROOT)).create_config_obj(chalice_stage_name="dev")
    made: list[Any] = ApplicationGraphBuilder().build(settings, "dev").resources
    assert {type(one) for one in made} == {LambdaFunction}
    assert {one.resource_name for one in made} == STEPS
    assert {one.role.policy.filename for one in made} == {str(ROOT / ".chalice" / "policy-logs-only.json")}
    policy = json.loads((ROOT / ".chalice" / "policy-logs-only.json").read_text(encoding="utf-8"))
    (statement,) = policy["Statement"]
    assert all(action.startswith("logs:") for action in statement["Action"])
    # IAM itself reads this one: CloudFormation's functions would be an error half way.
    assert statement["Resource"].startswith("arn:aws:logs:")
