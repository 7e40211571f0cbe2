"""`python -m infra.adopt STAGE`: a data stack again for what a deleted one has left: tables, keys, all that holds data.

CloudFormation takes in what is there and changes nothing of it. `make deploy` makes the rest afterwards.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from infra.data_stack import DATA, Clients, Retained, data_parameters, retained
from infra.documents import read_yaml
from infra.stacks import Failed, at_rest, given, reached
from infra.stages import Stage, stage_of, usage
from infra.statuses import Answer

TAKEN_IN = frozenset({"IMPORT_COMPLETE"})
# Of each kind of resource CloudFormation wants a policy on deletion; of the stack, nothing that it does not take in.
SECTIONS = ("AWSTemplateFormatVersion", "Description", "Parameters", "Conditions")


def main(arguments: list[str]) -> int:
    """Take in what a stage has left."""
    if wrong := usage("adopt", arguments):
        print(wrong, file=sys.stderr)
        return 2
    try:
        adopt(stage_of(arguments[0]), cache(boto3.Session().client))
    except (ClientError, BotoCoreError, Failed) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1
    print(f"Now: make deploy STAGE={arguments[0]}")
    return 0


def adopt(stage: Stage, client: Clients, sleep: Callable[[float], None] = time.sleep) -> None:
    """A stack of what is there. Raises `Failed` where there is a stack, or nothing to take in."""
    stacks, name = client("cloudformation"), stage.data_stack
    there = at_rest(stacks, name, sleep)
    if there is not None and there["StackStatus"] != "REVIEW_IN_PROGRESS":
        raise Failed(
            f"{name} is there ({there['StackStatus']}): make deploy STAGE={stage.name} goes on with it"
        )
    left = [(one, one.found(client)) for one in retained(stage)]
    for one, identifier in left:
        print(
            f"  {one.logical} ({one.kind}): {'is there' if identifier else 'is gone; make deploy makes it anew'}"
        )
    found = [(one, identifier) for one, identifier in left if identifier]
    if "DataKey" not in {one.logical for one, _ in found}:
        raise Failed(
            "the key that the tables are under was not found: without it there is nothing to take in"
        )
    take_in(stacks, stage, found, sleep)


def take_in(
    stacks: Any,
    stage: Stage,
    found: list[tuple[Retained, dict[str, str]]],
    sleep: Callable[[float], None],
) -> None:
    """By a change set that imports: it can neither make nor change anything."""
    template, token = read_yaml(DATA), f"adopt-{secrets.token_hex(6)}"
    former = "yes" if "Keys" in {one.logical for one, _ in found} else None
    parameters = {**data_parameters(stage), "FormerKeys": former}
    body = {section: template[section] for section in SECTIONS}
    body["Resources"] = {one.logical: template["Resources"][one.logical] for one, _ in found}
    stacks.create_change_set(
        StackName=stage.data_stack,
        ChangeSetName=token,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(body),
        Parameters=list(given(parameters, None, Answer.MAKE)),
        ResourcesToImport=[
            {"ResourceType": one.kind, "LogicalResourceId": one.logical, "ResourceIdentifier": identifier}
            for one, identifier in found
        ],
    )
    try:
        stacks.get_waiter("change_set_create_complete").wait(
            StackName=stage.data_stack, ChangeSetName=token, WaiterConfig={"Delay": 2}
        )
    except WaiterError as error:
        told = stacks.describe_change_set(StackName=stage.data_stack, ChangeSetName=token)
        raise Failed(f"{stage.data_stack}: {told.get('StatusReason', '')}") from error
    stacks.execute_change_set(StackName=stage.data_stack, ChangeSetName=token, ClientRequestToken=token)
    reached(stacks, stage.data_stack, token, TAKEN_IN, sleep)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
