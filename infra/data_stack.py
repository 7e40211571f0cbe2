"""The data stack: what infra/data.yaml asks for, and what of it is there before the stack is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from infra.choices import chosen
from infra.documents import read_yaml
from infra.stages import ROOT, Stage

DATA: Path = ROOT / "infra" / "data.yaml"
Clients = Callable[[str], Any]
# How services say that they do not have it.
MISSING = frozenset({"ResourceNotFoundException", "NotFoundException", "NotFound"})


def data_parameters(stage: Stage) -> dict[str, str | None]:
    """What infra/data.yaml asks for. None: as the stack has it."""
    return {
        "Stage": stage.name,
        "TablePrefix": stage.shared["PORTAL_TABLE_PREFIX"],
        "KeysSecret": stage.shared["PORTAL_KEYS_SECRET"],
        "MailDomain": stage.mail_domain,
        "MakeIdentity": chosen("MAKE_IDENTITY"),
        "ConfigurationSet": stage.configuration_set,
        "EventBus": stage.event_bus,
        "BreakGlassRole": chosen("BREAK_GLASS_ROLE"),
        "AlarmAddress": chosen("ALARM_ADDRESS"),
    }


class Retained(NamedTuple):
    """Something the stack keeps when it is deleted. Without a `name` of ours CloudFormation has chosen one."""

    logical: str
    kind: str
    name: str
    stage: Stage

    def found(self, client: Clients) -> dict[str, str] | None:
        """What CloudFormation identifies it by, if the account has it."""
        try:
            return FOUND[self.kind](self, client)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise


def retained(stage: Stage) -> Iterator[Retained]:
    """Everything of the template that outlives the stack, as the stage has it."""
    template = read_yaml(DATA)
    known = {key: one.get("Default") for key, one in template["Parameters"].items()}
    known |= {key: value for key, value in data_parameters(stage).items() if value is not None}
    known["FormerKeys"] = "yes"  # whether there are any, is found out
    for logical, one in template["Resources"].items():
        if "DeletionPolicy" in one and holds(template, one.get("Condition"), known):
            yield Retained(logical, one["Type"], name_of(one["Properties"], known), stage)


def holds(template: dict[str, Any], condition: str | None, known: Mapping[str, Any]) -> bool:
    """Whether a resource's condition is met; those of this template compare one parameter with one word."""
    if condition is None:
        return True
    parameter, value = template["Conditions"][condition]["Fn::Equals"]
    return bool(known[parameter["Ref"]] == value)


def name_of(properties: dict[str, Any], known: Mapping[str, Any]) -> str:
    """The name that the template gives, with the parameters put in."""
    given: Any = next((properties[key] for key in NAMES if key in properties), "")
    if isinstance(given, dict) and "Ref" in given:
        return str(known[given["Ref"]])
    text = str(given["Fn::Sub"]) if isinstance(given, dict) else str(given)
    for key, value in known.items():
        text = text.replace(f"${{{key}}}", str(value))
    return text


NAMES = ("TableName", "TopicName", "EmailIdentity", "Name")


def table(one: Retained, client: Clients) -> dict[str, str]:
    """A table."""
    client("dynamodb").describe_table(TableName=one.name)
    return {"TableName": one.name}


def key(one: Retained, client: Clients) -> dict[str, str] | None:
    """The key has no name of its own once its alias is gone; the tables say which it is."""
    accounts = f"{one.stage.shared['PORTAL_TABLE_PREFIX']}accounts"
    told = client("dynamodb").describe_table(TableName=accounts)["Table"].get("SSEDescription", {})
    arn = told.get("KMSMasterKeyArn")
    return {"KeyId": arn.rpartition("/")[2]} if arn else None


def secret(one: Retained, client: Clients) -> dict[str, str] | None:
    """A secret; also one that waits for its deletion, which has the name until then, but not of former versions."""
    told = client("secretsmanager").describe_secret(SecretId=one.name)
    former = one.logical == "Keys" and "DeletedDate" in told
    return None if former else {"Id": told["ARN"]}


def bus(one: Retained, client: Clients) -> dict[str, str]:
    """An event bus."""
    client("events").describe_event_bus(Name=one.name)
    return {"Name": one.name}


def mail_identity(one: Retained, client: Clients) -> dict[str, str]:
    """A sender."""
    client("sesv2").get_email_identity(EmailIdentity=one.name)
    return {"EmailIdentity": one.name}


def mail_settings(one: Retained, client: Clients) -> dict[str, str]:
    """A configuration set."""
    client("sesv2").get_configuration_set(ConfigurationSetName=one.name)
    return {"Name": one.name}


def topic(one: Retained, client: Clients) -> dict[str, str] | None:
    """A topic."""
    pages = client("sns").get_paginator("list_topics").paginate()
    arns = [found["TopicArn"] for page in pages for found in page.get("Topics", [])]
    return next(({"TopicArn": arn} for arn in arns if arn.rpartition(":")[2] == one.name), None)


def bucket(one: Retained, client: Clients) -> dict[str, str] | None:
    """The bucket of packages, by the name CloudFormation makes; of several the newest."""
    begins = f"{one.stage.data_stack}-{one.logical}-".lower()
    buckets = [found for found in client("s3").list_buckets()["Buckets"] if found["Name"].startswith(begins)]
    newest = max(buckets, key=lambda found: found["CreationDate"], default=None)
    return {"BucketName": newest["Name"]} if newest else None


FOUND: Mapping[str, Callable[[Retained, Clients], dict[str, str] | None]] = MappingProxyType(
    {
        "AWS::DynamoDB::Table": table,
        "AWS::KMS::Key": key,
        "AWS::SecretsManager::Secret": secret,
        "AWS::Events::EventBus": bus,
        "AWS::SES::EmailIdentity": mail_identity,
        "AWS::SES::ConfigurationSet": mail_settings,
        "AWS::SNS::Topic": topic,
        "AWS::S3::Bucket": bucket,
    }
)
