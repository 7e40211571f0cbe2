"""The calls of a deployment against an AWS that checks them: CloudFormation on the engine, SES on moto."""

from __future__ import annotations

import json
import uuid
from types import ModuleType
from typing import Any

import botocore.session

from infra.account import identity
from infra.sender import sends
from infra.stacks import change, description
from infra.stages import stage_of
from tests.engine import Engine

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}
TEMPLATE = {
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {"Topic": TOPIC},
    "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
}


def test_stack_is_made_then_changed_and_tells_each_time_what_it_has_now(engine: Engine, capsys: Any) -> None:
    stacks, name = engine.client("cloudformation"), f"stack-{uuid.uuid4().hex[:8]}"
    assert description(stacks, name) is None
    for topic, said in (("first", ""), ("second", ""), ("second", "as it was")):
        told = change(stacks, name, {"TemplateBody": json.dumps(TEMPLATE)}, {"Name": topic})
        assert told["Arn"].endswith(f":{topic}")
        assert said == capsys.readouterr().out.strip()
    found = description(stacks, name)
    assert found
    assert found["StackStatus"] == "UPDATE_COMPLETE"


def test_domain_that_ses_does_not_know_is_told_from_one_that_is_not_verified(
    moto: ModuleType, capsys: Any
) -> None:
    ses, stage = botocore.session.get_session().create_client("sesv2"), stage_of("dev")
    assert identity(ses, stage.mail_domain) is None
    assert not sends(ses, stage)
    assert f"verify {stage.mail_domain} in SES first" in capsys.readouterr().out
    ses.create_email_identity(EmailIdentity=stage.mail_domain)
    known = identity(ses, stage.mail_domain)
    assert known
    assert known["VerifiedForSendingStatus"] is False
    assert not sends(ses, stage)
    ses.delete_email_identity(EmailIdentity=stage.mail_domain)
