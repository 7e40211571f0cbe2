"""What a deployment was told once is kept: to forget it on a later run takes nothing away, REMOVE does, by name."""

from __future__ import annotations

import json
import uuid
from types import ModuleType
from typing import Any

import botocore.session
import pytest

from infra.account import certificate
from infra.choices import chosen, wrong_choices
from infra.data_stack import DATA, data_parameters
from infra.deploy import answers_at, uploaded
from infra.stacks import change, description, kept
from infra.stages import Stage, stage_of
from tests import moto_stacks

pytestmark = pytest.mark.slow

# What moto does not make of a stack, and nothing here asks for.
NOT_MADE = (
    "ignore:Tried to parse AWS..(SES..ConfigurationSetEvent|SNS..(TopicPolicy|Subscription)):UserWarning:moto"
)
API = {"Type": "AWS::Serverless::Api", "Properties": {}}
SERVICE = """
Parameters: {CertificateArn: {Type: String, Default: ""}}
Resources: {Topic: {Type: "AWS::SNS::Topic", Properties: {TopicName: {Ref: CertificateArn}}}}
"""


@pytest.fixture
def stacks(moto: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("CERTIFICATE_ARN", "ALARM_ADDRESS", "BREAK_GLASS_ROLE", "MAKE_IDENTITY", "REMOVE", "TRIAL"):
        monkeypatch.delenv(name, raising=False)
    assert moto_stacks.CHANGEABLE
    return botocore.session.get_session().create_client("cloudformation")


@pytest.fixture
def stage() -> Stage:
    """A stage of the test's own, as staging is."""
    name, configuration = f"t{uuid.uuid4().hex[:8]}", stage_of("staging").configuration
    renamed = json.loads(json.dumps(configuration["stages"]["staging"]).replace("staging", name))
    return Stage(name, {**configuration, "stages": {name: renamed}})


@pytest.mark.filterwarnings(NOT_MADE)
def test_an_address_and_a_sender_that_a_later_run_forgets_stay(
    stacks: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = {"TemplateBody": DATA.read_text(encoding="utf-8")}

    role = "arn:aws:iam::111122223333:role/break-glass"

    def told() -> tuple[str, str, str]:
        change(stacks, stage.data_stack, template, data_parameters(stage), keeps=True)
        found = kept(description(stacks, stage.data_stack))
        return found["AlarmAddress"], found["MakeIdentity"], found["BreakGlassRole"]

    monkeypatch.setenv("ALARM_ADDRESS", "ops@bank.test")
    monkeypatch.setenv("MAKE_IDENTITY", "no")
    monkeypatch.setenv("BREAK_GLASS_ROLE", role)
    assert told() == ("ops@bank.test", "no", role)
    for empty in (None, ""):  # a pipeline hands on what is not set as nothing
        for name in ("ALARM_ADDRESS", "MAKE_IDENTITY", "BREAK_GLASS_ROLE"):
            monkeypatch.delenv(name, raising=False)
            if empty is not None:
                monkeypatch.setenv(name, empty)
        assert told() == ("ops@bank.test", "no", role)
    monkeypatch.setenv("REMOVE", "ALARM_ADDRESS")
    assert told() == ("", "no", role)
    monkeypatch.setenv("REMOVE", "BREAK_GLASS_ROLE")
    assert told() == ("", "no", "")


def test_a_certificate_that_a_later_run_forgets_stays(
    stacks: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str:
        change(stacks, stage.stack, {"TemplateBody": SERVICE}, {"CertificateArn": chosen("CERTIFICATE_ARN")})
        return kept(description(stacks, stage.stack))["CertificateArn"]

    assert certificate(stage, stacks) == ""
    monkeypatch.setenv("CERTIFICATE_ARN", "arn-of-one")
    assert told() == certificate(stage, stacks) == "arn-of-one"
    monkeypatch.delenv("CERTIFICATE_ARN")
    assert told() == certificate(stage, stacks) == "arn-of-one"
    monkeypatch.setenv("CERTIFICATE_ARN", "arn-of-another")
    assert told() == certificate(stage, stacks) == "arn-of-another"
    monkeypatch.delenv("CERTIFICATE_ARN")
    monkeypatch.setenv("REMOVE", "ALARM_ADDRESS CERTIFICATE_ARN")
    assert list(wrong_choices()) == []
    assert certificate(stage, stacks) == ""


def test_a_template_is_named_by_the_address_of_its_region(moto: ModuleType, tmp_path: Any) -> None:
    """The address of no region redirects for a new bucket."""
    s3 = botocore.session.get_session().create_client("s3")
    s3.create_bucket(Bucket="of-packages", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    (tmp_path / "deployment.zip").write_bytes(b"zip")
    (tmp_path / "sam.json").write_text(json.dumps({"Resources": {"RestAPI": API}}))
    url = uploaded(s3, "of-packages", tmp_path, has_name=False)["TemplateURL"]
    assert url.startswith("https://s3.eu-west-1.amazonaws.com/of-packages/")
    assert s3.get_object(Bucket="of-packages", Key=url.rpartition("/")[2])["Body"].read()


def test_a_deployment_says_where_it_answers_and_that_a_trial_is_none() -> None:
    stage = stage_of("prod")
    named = answers_at(stage, {"Url": "https://id.execute-api", "NameTarget": "d-1.execute-api"})
    assert named.startswith(stage.shared["PORTAL_URL"])
    assert "point portal.example.com at d-1.execute-api" in named
    assert "https://id.execute-api" in named
    assert "nobody can log on" in answers_at(stage, {"Url": "https://id.execute-api"})
