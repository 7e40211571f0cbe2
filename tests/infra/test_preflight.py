"""What `make deploy` asks of AWS before it begins: by boto3, as an operator's own programs do. It changes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.preflight import lacking
from infra.stages import Stage, stage_of

ROLE = "arn:aws:iam::123456789012:role/writes-logs"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """An operator with credentials, before an account in which nothing has been done yet."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr("infra.preflight.WANTED_PYTHON", f"{sys.version_info.major}.{sys.version_info.minor}")
    with mock_aws():
        yield boto3.Session("id", "secret", region_name="eu-west-1")


@pytest.fixture
def stage() -> Stage:
    """A stage with settings of its own."""
    own = json.dumps(stage_of("staging").configuration).replace("example.com", "bank.test")
    return Stage("staging", json.loads(own))


def with_log_role(session: boto3.Session) -> None:
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}
    session.client("apigateway").update_account(patchOperations=[change])


def test_a_region_without_a_role_for_logs_is_told(session: boto3.Session, stage: Stage) -> None:
    (told,) = lacking(stage, session)
    assert "API Gateway may write logs" in told
    with_log_role(session)
    assert lacking(stage, session) == []


def test_a_domain_that_ses_does_not_know_is_no_obstacle_and_is_told(
    session: boto3.Session, stage: Stage, capsys: Any
) -> None:
    with_log_role(session)
    assert lacking(stage, session) == []
    assert f"SES does not know {stage.mail_domain} yet" in capsys.readouterr().out


def test_a_sender_that_ses_still_verifies_is_told_with_the_records_to_publish(
    session: boto3.Session, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_log_role(session)
    session.client("sesv2").create_email_identity(EmailIdentity=stage.mail_domain)
    verified: dict[str, Any] = {"VerifiedForSendingStatus": False, "DkimAttributes": {"Tokens": ["abc"]}}
    monkeypatch.setattr(
        "moto.sesv2.responses.SESV2Response.get_email_identity", lambda _: json.dumps(verified)
    )
    (told,) = lacking(stage, session)
    assert f"abc._domainkey.{stage.mail_domain} CNAME abc.dkim.amazonses.com" in told
    verified["VerifiedForSendingStatus"] = True
    assert lacking(stage, session) == []


def test_credentials_that_do_not_work_are_told_and_nothing_more_is_asked(
    session: boto3.Session, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with mock_aws(config={"core": {"passthrough": {"urls": ["127.0.0.1"]}}}):
        (told,) = lacking(stage, session)
    assert told.startswith("credentials that work: AWS says")
