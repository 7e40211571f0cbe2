"""`make deploy`: says what is missing before it begins, makes the data stack, never touches keys that are there."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from chalicelib.domain.keys import USES, Keyring
from infra.data_stack import DATA, data_parameters
from infra.deploy import main, uploaded
from infra.documents import read_yaml
from infra.keys import first_keys, former_is_there, value_of
from infra.preflight import lacking, placeholders, unworkable, wrong_python
from infra.sender import sends
from infra.stacks import change, imported
from infra.stages import Stage, stage_of
from tests.engine import Engine

pytestmark = pytest.mark.slow

TEMPLATE = {"TemplateBody": DATA.read_text(encoding="utf-8")}


@pytest.fixture
def stage() -> Stage:
    """A stage of the test's own, as staging is."""
    configuration = stage_of("staging").configuration
    renamed = json.loads(json.dumps(configuration["stages"]["staging"]).replace("staging", "trial"))
    return Stage("trial", {**configuration, "stages": {"trial": renamed}})


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No account, no region, no emulator."""
    names = ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE")
    for name in (*names, "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")


def test_everything_that_is_missing_is_said_at_once(nowhere: None, stage: Stage) -> None:
    told = "\n".join(lacking(stage, boto3.Session()))
    assert "AWS_DEFAULT_REGION" in told
    assert "AWS_PROFILE" in told
    assert "PORTAL_ADMIN_EMAIL" in told


def test_nothing_is_begun_while_something_is_missing(nowhere: None, capsys: Any) -> None:
    assert main(["dev"]) == 2
    assert "Nothing was begun" in capsys.readouterr().err


def test_unknown_stage_is_refused(capsys: Any) -> None:
    assert main(["nowhere"]) == 2
    assert "STAGE=dev" in capsys.readouterr().err


def test_wrong_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.preflight.WANTED_PYTHON", "3.99")
    assert "3.99" in wrong_python()


def test_settings_of_ones_own_are_no_placeholders(nowhere: None, stage: Stage) -> None:
    assert "PORTAL_URL" in placeholders(stage)
    own = json.loads(json.dumps(stage.configuration).replace("example.com", "bank.test"))
    assert placeholders(Stage("trial", own)) == ""


def test_settings_that_no_function_would_start_on_are_told_before_anything_is_begun(stage: Stage) -> None:
    assert unworkable(stage) == ""
    pale = json.loads(json.dumps(stage.configuration))
    pale["stages"]["trial"]["environment_variables"]["PORTAL_COLOUR"] = "#ffff00"
    assert "PORTAL_COLOUR" in unworkable(Stage("trial", pale))


def test_a_setting_that_nothing_reads_is_told_before_anything_is_begun(stage: Stage) -> None:
    misspelt = json.loads(json.dumps(stage.configuration))
    misspelt["stages"]["trial"]["environment_variables"]["PORTAL_LOKC_SECONDS"] = "60"
    assert "PORTAL_LOKC_SECONDS" in unworkable(Stage("trial", misspelt))


def test_an_option_of_packaging_that_is_wrong_is_told_before_anything_is_begun(
    nowhere: None, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGON2", "nonsense")
    assert "ARGON2" in "\n".join(lacking(stage, boto3.Session()))


# What moto does not make of a stack, and nothing here asks for.
@pytest.mark.filterwarnings("ignore:Tried to parse AWS..(SES..|SNS..TopicPolicy):UserWarning:moto")
def test_data_stack_is_made_once_and_holds_first_keys_for_good(engine: Engine, stage: Stage) -> None:
    stacks, manager = engine.client("cloudformation"), engine.client("secretsmanager")
    made = change(stacks, stage.data_stack, TEMPLATE, data_parameters(stage))
    assert {
        "EventImages",
        "EventsStream",
        "DataKeyArn",
        "DeliveriesTopic",
        "AlarmsTopic",
        "PackagesBucket",
    } <= set(made)
    assert change(stacks, stage.data_stack, TEMPLATE, data_parameters(stage)) == made
    name = stage.shared["PORTAL_KEYS_SECRET"]
    assert not former_is_there(manager, name)
    assert first_keys(manager, name)
    kept = {use: value_of(manager, f"{name}/{use}") for use in USES}
    assert {Keyring.from_json(one).current for one in kept.values()} == {"k1"}
    assert not first_keys(manager, name)
    assert {use: value_of(manager, f"{name}/{use}") for use in USES} == kept


def importing(export: str) -> dict[str, str]:
    """A service stack as former versions had it."""
    named = {"TopicName": export, "DisplayName": {"Fn::ImportValue": export}}
    topic = {"Type": "AWS::SNS::Topic", "Properties": named}
    return {"TemplateBody": json.dumps({"Resources": {"Topic": topic}})}


@pytest.mark.filterwarnings("ignore:Tried to parse AWS..(SES..|SNS..TopicPolicy):UserWarning:moto")
def test_tr_10_stream_that_a_former_service_stack_imports_keeps_its_name_until_nobody_does(
    engine: Engine, stage: Stage
) -> None:
    """TR-10: the new kind of stream is another stream, and CloudFormation changes no export that is imported."""
    renamed = json.loads(json.dumps(stage.configuration).replace("trial", "former"))
    stage, stacks = Stage("former", renamed), engine.client("cloudformation")
    export = f"{stage.data_stack}-events-stream"
    assert imported(stacks, stage.data_stack, export) == ""
    # Of the former version: without the second name, and with a stream that shows new rows only.
    template = read_yaml(DATA)
    template["Resources"]["Events"]["Properties"]["StreamSpecification"]["StreamViewType"] = "NEW_IMAGE"
    del template["Outputs"]["EventImages"]
    change(stacks, stage.data_stack, {"TemplateBody": json.dumps(template)}, data_parameters(stage))
    assert imported(stacks, stage.data_stack, export) == ""
    change(stacks, stage.stack, importing(export), {})
    former = imported(stacks, stage.data_stack, export)
    assert former.startswith("arn:aws:dynamodb:")
    parameters = data_parameters(stage) | {"FormerStream": former}
    made = change(stacks, stage.data_stack, TEMPLATE, parameters)
    assert made["EventsStream"] == former
    change(stacks, stage.stack, importing(f"{stage.data_stack}-event-images"), {})
    assert imported(stacks, stage.data_stack, export) == ""


def test_sender_that_ses_does_not_know_stops_the_deployment_and_says_what_to_do(capsys: Any) -> None:
    ses = boto3.client("sesv2", region_name="eu-west-1")
    verified: dict[str, Any] = {"DkimAttributes": {"Tokens": ["abc"]}, "VerifiedForSendingStatus": False}

    class Ses:
        exceptions, meta = ses.exceptions, ses.meta

        def get_email_identity(self, *, EmailIdentity: str) -> dict[str, Any]:  # noqa: N803 - AWS's spelling
            if "@" in EmailIdentity:
                raise self.exceptions.NotFoundException({"Error": {}}, "GetEmailIdentity")
            return verified

    stage = stage_of("dev")
    assert not sends(Ses(), stage)
    assert "abc._domainkey.dev.example.com CNAME abc.dkim.amazonses.com" in capsys.readouterr().out
    verified["VerifiedForSendingStatus"] = True
    assert sends(Ses(), stage)
    told = capsys.readouterr().out
    assert "put-email-identity-mail-from-attributes --email-identity dev.example.com" in told
    verified["MailFromAttributes"] = {
        "MailFromDomain": "bounce.dev.example.com",
        "MailFromDomainStatus": "FAILED",
    }
    assert sends(Ses(), stage)
    told = capsys.readouterr().out
    assert "until then SPF is not aligned" in told
    assert "bounce.dev.example.com MX 10 feedback-smtp.eu-west-1.amazonses.com" in told
    verified["MailFromAttributes"]["MailFromDomainStatus"] = "SUCCESS"
    assert sends(Ses(), stage)
    assert capsys.readouterr().out == ""


def test_package_and_template_are_kept_under_their_digests(engine: Engine, tmp_path: Any) -> None:
    s3 = engine.client("s3")
    s3.create_bucket(Bucket="packages", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    (tmp_path / "deployment.zip").write_bytes(b"zip")
    function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./deployment.zip"}}
    api = {"Type": "AWS::Serverless::Api", "Properties": {}}
    (tmp_path / "sam.json").write_text(json.dumps({"Resources": {"Logon": function, "RestAPI": api}}))
    first = uploaded(s3, "packages", tmp_path, has_name=False)
    assert uploaded(s3, "packages", tmp_path, has_name=False) == first
    listed = [one["Key"] for one in s3.list_objects_v2(Bucket="packages")["Contents"]]
    assert sorted(key.rpartition(".")[2] for key in listed) == ["json", "zip"]
    assert uploaded(s3, "packages", tmp_path, has_name=True) != first  # the API is deployed again
