"""What `make deploy` asks of AWS before it begins: by boto3, as an operator's own programs do. It changes nothing.

Every refusal is in one list, and a table here says in which account each is made.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID

import tests.moto_stacks
from infra.account import QUESTIONS, covers
from infra.choices import chosen
from infra.data_stack import DATA, data_parameters
from infra.preflight import lacking
from infra.stacks import change
from infra.stages import Stage, stage_of

ROLE = "arn:aws:iam::123456789012:role/writes-logs"
WANTED = 84 + 100  # what staging reserves, and what Lambda keeps for all others
# What moto does not make of a stack, and nothing here asks for.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore:Tried to parse AWS..(SES..ConfigurationSetEvent|SNS..TopicPolicy):UserWarning:moto"
    ),
]


@dataclass
class Account:
    """What moto does not tell of an account: of Lambda's quota and of SES's standing."""

    session: boto3.Session
    quota: int = 1000
    unreserved: int = 1000
    production: bool = True
    sending: bool = True
    forbidden: bool = False
    certificates: dict[str, dict[str, str]] = field(default_factory=dict)

    def limits(self, **_: object) -> Any:
        if self.forbidden:
            raise ClientError(
                {"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "GetAccountSettings"
            )
        limits = {"ConcurrentExecutions": self.quota, "UnreservedConcurrentExecutions": self.unreserved}
        return SimpleNamespace(status_code=200), {"AccountLimit": limits}

    def standing(self, **_: object) -> Any:
        told = {"ProductionAccessEnabled": self.production, "SendingEnabled": self.sending}
        return SimpleNamespace(status_code=200), told

    def certificate(self, host: str, status: str = "ISSUED", region: str = "eu-west-1") -> str:
        """One of ACM's; moto would make a key for each."""
        arn = f"arn:aws:acm:{region}:{DEFAULT_ACCOUNT_ID}:certificate/{len(self.certificates)}"
        self.certificates[arn] = {"Status": status, "DomainName": host}
        return arn

    def described(self, params: Any, **_: object) -> Any:
        found = self.certificates.get(json.loads(params["body"])["CertificateArn"])
        if found:
            return SimpleNamespace(status_code=200), {"Certificate": found}
        unknown = {"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}
        return SimpleNamespace(status_code=400), unknown


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> Iterator[Account]:
    """An operator with credentials, before an account that has what a stage needs."""
    for name in ("AWS_ENDPOINT_URL", "ALARM_ADDRESS", "BREAK_GLASS_ROLE", "MAKE_IDENTITY", "TRIAL", "REMOVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("infra.preflight.WANTED_PYTHON", f"{sys.version_info.major}.{sys.version_info.minor}")
    with mock_aws():
        account = Account(boto3.Session("id", "secret", region_name="eu-west-1"))
        account.session.events.register("before-call.lambda.GetAccountSettings", account.limits)
        account.session.events.register("before-call.acm.DescribeCertificate", account.described)
        account.session.events.register("before-call.sesv2.GetAccount", account.standing)
        monkeypatch.setenv("CERTIFICATE_ARN", account.certificate(stage.host))
        logs = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ROLE}
        account.session.client("apigateway").update_account(patchOperations=[logs])
        yield account


@pytest.fixture
def stage() -> Stage:
    """A stage with settings of its own, as staging is; in moto nobody else has its names."""
    name, configuration = f"t{uuid.uuid4().hex[:8]}", stage_of("staging").configuration
    written = json.dumps(configuration["stages"]["staging"]).replace("staging", name)
    own = json.loads(written.replace("example.com", "bank.test"))
    return Stage(name, {**configuration, "stages": {name: own}})


def in_sandbox(stage: Stage) -> Stage:
    """The same without reservations, and content with verified recipients, as dev is."""
    own = dict(stage.configuration["stages"][stage.name])
    own["lambda_functions"] = {
        step: {key: value for key, value in one.items() if key != "reserved_concurrency"}
        for step, one in own["lambda_functions"].items()
    }
    return Stage(stage.name, {**stage.configuration, "stages": {stage.name: {**own, "in_sandbox": True}}})


def test_an_account_that_has_everything_lacks_nothing(account: Account, stage: Stage, capsys: Any) -> None:
    assert lacking(stage, account.session) == []
    assert f"SES does not know {stage.mail_domain} yet" in capsys.readouterr().out


def no_log_role(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}
    account.session.client("apigateway").update_account(patchOperations=[change])
    return "API Gateway may write logs"


def a_new_account(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.quota = account.unreserved = 10
    return f"a quota of {WANTED} functions at once (it is 10)"


def one_too_few_at_once(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.unreserved = WANTED - 1
    return "a quota of 1001 functions at once"


def in_the_sandbox(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.production = False
    return "production access to SES"


def paused(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.sending = False
    return "paused or suspended"


def no_certificate(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.delenv("CERTIFICATE_ARN")
    return "without one no usable portal exists (TRIAL=yes"


def certificate_of_another_region(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("CERTIFICATE_ARN", account.certificate(stage.host, region="us-east-1"))
    return "a certificate of this region, eu-west-1"


def no_arn_at_all(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("CERTIFICATE_ARN", "portal.pem")
    return "portal.pem is not"


def certificate_that_is_gone(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("CERTIFICATE_ARN", f"arn:aws:acm:eu-west-1:{DEFAULT_ACCOUNT_ID}:certificate/gone")
    return "ACM does not know"


def certificate_not_issued(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("CERTIFICATE_ARN", account.certificate(stage.host, "PENDING_VALIDATION"))
    return "is PENDING_VALIDATION"


def certificate_of_another_host(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("CERTIFICATE_ARN", account.certificate("*.other.test"))
    return f"a certificate of {stage.host}"


def name_of_another_api(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.session.client("apigateway").create_domain_name(domainName=stage.host)
    return f"the name {stage.host} free"


def identity_of_somebody_else(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.session.client("sesv2").create_email_identity(EmailIdentity=stage.mail_domain)
    return "MAKE_IDENTITY=no: SES of this account knows"


def identity_that_is_not_there(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("MAKE_IDENTITY", "no")
    return "MAKE_IDENTITY=no says that it is verified"


def table_that_was_left_behind(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.session.client("dynamodb").create_table(
        TableName=f"portal-{stage.name}-accounts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return f"AWS::DynamoDB::Table portal-{stage.name}-accounts"


def topic_that_was_left_behind(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.session.client("sns").create_topic(Name=f"portal-{stage.name}-alarms")
    return f"AWS::SNS::Topic portal-{stage.name}-alarms"


def bus_that_was_left_behind(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.session.client("events").create_event_bus(Name=stage.event_bus)
    return f"AWS::Events::EventBus {stage.event_bus}"


def settings_that_were_left_behind(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.session.client("sesv2").create_configuration_set(ConfigurationSetName=stage.configuration_set)
    return f"AWS::SES::ConfigurationSet {stage.configuration_set}"


def stack_that_only_a_person_can_mend(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "some"}}
    change(account.session.client("cloudformation"), stage.stack, body({"Topic": topic}), {})
    tests.moto_stacks.known(stage.stack).status = "UPDATE_ROLLBACK_FAILED"
    return f"aws cloudformation continue-update-rollback --stack-name {stage.stack}"


def question_that_is_forbidden(account: Account, stage: Stage, _: pytest.MonkeyPatch) -> str:
    account.forbidden = True
    return "an answer from AWS (too few at once)"


def unknown_choice(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("MAKE_IDENTITY", "maybe")
    return "MAKE_IDENTITY as yes or no"


def unknown_removal(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("REMOVE", "EVERYTHING")
    return "not EVERYTHING"


def given_and_removed(account: Account, stage: Stage, env: pytest.MonkeyPatch) -> str:
    env.setenv("REMOVE", "ALARM_ADDRESS")
    env.setenv("ALARM_ADDRESS", "ops@bank.test")
    return "ALARM_ADDRESS to be given or removed"


REFUSED = [
    no_log_role,
    a_new_account,
    one_too_few_at_once,
    in_the_sandbox,
    paused,
    no_certificate,
    certificate_of_another_region,
    no_arn_at_all,
    certificate_that_is_gone,
    certificate_not_issued,
    certificate_of_another_host,
    name_of_another_api,
    identity_of_somebody_else,
    identity_that_is_not_there,
    table_that_was_left_behind,
    topic_that_was_left_behind,
    bus_that_was_left_behind,
    settings_that_were_left_behind,
    stack_that_only_a_person_can_mend,
    question_that_is_forbidden,
    unknown_choice,
    unknown_removal,
    given_and_removed,
]


def body(resources: dict[str, Any]) -> dict[str, str]:
    return {"TemplateBody": json.dumps({"Resources": resources})}


@pytest.mark.parametrize("lacks", REFUSED, ids=lambda one: one.__name__)
def test_what_is_certain_to_fail_is_refused_before_anything_is_made(
    account: Account, stage: Stage, monkeypatch: pytest.MonkeyPatch, lacks: Any
) -> None:
    words = lacks(account, stage, monkeypatch)
    told = [one for one in lacking(stage, account.session) if not one.startswith("a verified sender")]
    assert len(told) == 1
    assert words in told[0]


def test_everything_is_told_at_once(account: Account, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    together = (no_log_role, a_new_account, in_the_sandbox, no_certificate, bus_that_was_left_behind)
    words = [lacks(account, stage, monkeypatch) for lacks in together]
    told = lacking(stage, account.session)
    assert len(told) == len(together)
    assert all(any(one in sentence for sentence in told) for one in words)


def test_no_question_is_left_out_and_none_is_answered_by_the_program_s_fault(
    account: Account, stage: Stage
) -> None:
    for question in QUESTIONS:
        assert question(stage, account.session.client) == ""


def test_a_stage_without_reservations_fits_into_a_new_account(account: Account, stage: Stage) -> None:
    account.quota = account.unreserved = 10
    assert lacking(in_sandbox(stage), account.session) == []


def test_what_a_stage_has_reserved_already_is_counted_for_it(
    account: Account, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.unreserved = 100
    monkeypatch.setattr("infra.account.reserved_now", lambda _, name: 84 * name.endswith("-logon"))
    assert lacking(stage, account.session) == []


def test_a_stage_that_may_live_in_the_sandbox_is_told_what_that_means(
    account: Account, stage: Stage, capsys: Any
) -> None:
    account.production = False
    assert lacking(in_sandbox(stage), account.session) == []
    assert "verified identities of this account alone" in capsys.readouterr().out


def test_a_trial_needs_no_certificate(
    account: Account, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CERTIFICATE_ARN")
    monkeypatch.setenv("TRIAL", "yes")
    assert lacking(stage, account.session) == []


def test_a_certificate_and_an_identity_of_this_stage_are_known_from_its_stacks(
    account: Account, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = account.session.client("cloudformation")
    change(stacks, stage.data_stack, {"TemplateBody": DATA.read_text()}, data_parameters(stage), keeps=True)
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "some"}}
    template = {
        "Parameters": {"CertificateArn": {"Type": "String", "Default": ""}},
        "Resources": {"Topic": topic},
    }
    given = {"CertificateArn": chosen("CERTIFICATE_ARN")}
    change(stacks, stage.stack, {"TemplateBody": json.dumps(template)}, given)
    monkeypatch.delenv("CERTIFICATE_ARN")
    (told,) = lacking(stage, account.session)
    assert told.startswith("a verified sender")
    monkeypatch.setenv("REMOVE", "CERTIFICATE_ARN")
    assert any("CERTIFICATE_ARN, an ACM certificate" in one for one in lacking(stage, account.session))


@pytest.mark.parametrize(
    ("name", "host", "good"),
    [
        ("portal.bank.test", "portal.bank.test", True),
        ("*.bank.test", "portal.bank.test", True),
        ("*.bank.test", "a.portal.bank.test", False),
        ("*.bank.test", "bank.test", False),
        ("bank.test", "portal.bank.test", False),
        ("*", "portal", False),
    ],
)
def test_a_star_stands_for_one_label(name: str, host: str, good: bool) -> None:
    assert covers(name, host) is good


def test_a_sender_that_ses_still_verifies_is_told_with_the_records_to_publish(
    account: Account, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKE_IDENTITY", "no")
    account.session.client("sesv2").create_email_identity(EmailIdentity=stage.mail_domain)
    verified: dict[str, Any] = {"VerifiedForSendingStatus": False, "DkimAttributes": {"Tokens": ["abc"]}}
    monkeypatch.setattr(
        "moto.sesv2.responses.SESV2Response.get_email_identity", lambda _: json.dumps(verified)
    )
    (told,) = lacking(stage, account.session)
    domain = stage.mail_domain
    assert f"abc._domainkey.{domain} CNAME abc.dkim.amazonses.com" in told
    assert f"bounce.{domain} MX 10 feedback-smtp.eu-west-1.amazonses.com" in told
    assert f'bounce.{domain} TXT "v=spf1 include:amazonses.com ~all"' in told
    verified["VerifiedForSendingStatus"] = True
    assert lacking(stage, account.session) == []


def test_credentials_that_do_not_work_are_told_and_nothing_more_is_asked(
    account: Account, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with mock_aws(config={"core": {"passthrough": {"urls": ["127.0.0.1"]}}}):
        (told,) = lacking(stage, account.session)
    assert told.startswith("credentials that work: AWS says")
