"""What moto's CloudFormation lacks for infra/data.yaml. Importing this adds it, and loads half of moto with it."""

from __future__ import annotations

from typing import Any

from moto.cloudformation.models import ChangeSet
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.common_models import CloudFormationModel
from moto.secretsmanager.models import secretsmanager_backends

NOT_GIVEN = ("secret_string", "secret_binary", "description", "tags", "kms_key_id", "client_request_token")


class EmptySecret(CloudFormationModel):
    """A secret without a value, as a stack makes it."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> EmptySecret:
        more: dict[str, Any] = dict.fromkeys(NOT_GIVEN) | {"replica_regions": [], "force_overwrite": False}
        secretsmanager_backends[account_id][region_name].create_secret(resource_name, **more)
        return cls(resource_name)


def remember_a_change_set() -> None:
    """moto knows a stack's outputs and parameters as they were before it."""
    apply = ChangeSet.apply

    def apply_and_tell(self: ChangeSet) -> None:
        apply(self)
        self.stack.template, self.stack.parameters = self.template, self.parameters
        self.stack._parse_template()
        self.stack.output_map = self.stack._create_output_map()

    ChangeSet.apply = apply_and_tell  # type: ignore[method-assign]


def let_a_change_set_without_changes_fail_later() -> None:
    """AWS makes it and has it fail, moto refuses to make it, unlike one whose template comes from a bucket."""
    CloudFormationResponse._validate_different_update = lambda *_: None  # type: ignore[method-assign]


remember_a_change_set()
let_a_change_set_without_changes_fail_later()
