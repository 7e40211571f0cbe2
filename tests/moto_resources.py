"""What moto makes none of in a stack, of what infra/data.yaml asks for, and how a stack takes in what is there."""

from __future__ import annotations

from typing import Any, Self

from moto.cloudformation.models import ChangeSet
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.events.models import events_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sesv2.models import sesv2_backends
from moto.sns.models import sns_backends

NOT_GIVEN = ("secret_string", "secret_binary", "description", "tags", "kms_key_id", "client_request_token")
SETTINGS = ("tracking_options", "delivery_options", "reputation_options", "sending_options", "vdm_options")


class Known:
    """Something known by the name the template gives it; moto sees only who inherits from its model directly."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @staticmethod
    def make(name: str, account_id: str, region: str) -> None:
        """Have the service make it."""
        raise NotImplementedError

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> Self:
        cls.make(resource_name, account_id, region_name)
        return cls(resource_name)


class EmptySecret(Known, CloudFormationModel):
    """A secret without a value, as a stack makes it."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @staticmethod
    def make(name: str, account_id: str, region: str) -> None:
        more: dict[str, Any] = dict.fromkeys(NOT_GIVEN) | {"replica_regions": [], "force_overwrite": False}
        secretsmanager_backends[account_id][region].create_secret(name, **more)


class MailIdentity(Known, CloudFormationModel):
    """A sender."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "EmailIdentity"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SES::EmailIdentity"

    @staticmethod
    def make(name: str, account_id: str, region: str) -> None:
        sesv2_backends[account_id][region].create_email_identity(name, None, None, None)


class MailSettings(Known, CloudFormationModel):
    """A configuration set."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SES::ConfigurationSet"

    @staticmethod
    def make(name: str, account_id: str, region: str) -> None:
        given: dict[str, Any] = {one: {} for one in SETTINGS}
        sesv2_backends[account_id][region].create_configuration_set(
            name, **given, tags=[], suppression_options={"SuppressedReasons": []}
        )


def encrypt_as_the_template_says() -> None:
    """CloudFormation spells it SSEEnabled, DynamoDB Enabled; moto hands the one on for the other."""
    create = Table.create_from_cloudformation_json

    def encrypted(resource_name: str, cloudformation_json: Any, *where: Any, **more: Any) -> Table:
        told = cloudformation_json["Properties"].get("SSESpecification", {})
        told["Enabled"] = told.get("SSEEnabled", False)
        return create(resource_name, cloudformation_json, *where, **more)

    Table.create_from_cloudformation_json = staticmethod(encrypted)  # type: ignore[method-assign]


def keep_a_table_that_is_changed() -> None:
    """moto forgets a table of which anything changes. What changes here is its policy, on which moto does not act."""

    def unchanged(original_resource: Table, **_: Any) -> Table:
        return original_resource

    Table.update_from_cloudformation_json = staticmethod(unchanged)  # type: ignore[method-assign, assignment]


encrypt_as_the_template_says()
keep_a_table_that_is_changed()
# By what CloudFormation identifies what is taken in (its schema's primary identifier), and moto's own of it.
IDENTIFIED: dict[str, tuple[str, Any]] = {
    "AWS::DynamoDB::Table": ("TableName", lambda a, r, one: dynamodb_backends[a][r].get_table(one)),
    "AWS::KMS::Key": ("KeyId", lambda a, r, one: kms_backends[a][r].keys[one]),
    "AWS::S3::Bucket": ("BucketName", lambda a, _, one: s3_backends[a]["aws"].buckets[one]),
    "AWS::SNS::Topic": ("TopicArn", lambda a, r, one: sns_backends[a][r].topics[one]),
    "AWS::Events::EventBus": ("Name", lambda a, r, one: events_backends[a][r].event_buses[one]),
    "AWS::SecretsManager::Secret": ("Id", lambda a, r, one: EmptySecret(secret_name(a, r, one))),  # type: ignore[abstract]
    "AWS::SES::EmailIdentity": ("EmailIdentity", lambda a, r, one: MailIdentity(one)),  # type: ignore[abstract]
    "AWS::SES::ConfigurationSet": ("Name", lambda a, r, one: MailSettings(one)),  # type: ignore[abstract]
}


def secret_name(account_id: str, region: str, arn: str) -> str:
    """A secret that is there, by its ARN."""
    return str(secretsmanager_backends[account_id][region].describe_secret(arn).name)


def take_in(change_set: ChangeSet, imported: list[dict[str, Any]]) -> None:
    """An import: everything that the template names must be there and named; nothing is made or changed."""
    stack, template = change_set.stack, change_set.template_dict
    assert set(template["Resources"]) == {one["LogicalResourceId"] for one in imported}
    assert "Outputs" not in template
    resources = stack.resource_map
    resources._template, resources.input_parameters = template, change_set.parameters
    resources.load()
    resources._resource_json_map = template["Resources"]
    for one in imported:
        logical, kind = one["LogicalResourceId"], one["ResourceType"]
        assert "DeletionPolicy" in template["Resources"][logical]
        (key, found) = IDENTIFIED[kind]
        ((given, identifier),) = one["ResourceIdentifier"].items()
        assert given == key
        resource = found(stack.account_id, stack.region_name, identifier)
        resource.logical_resource_id, resource.cf_resource_type = logical, kind
        resources._parsed_resources[logical] = resource
    stack.template, stack.parameters = change_set.template, change_set.parameters
    stack._parse_template()
    stack.output_map = stack._create_output_map()
