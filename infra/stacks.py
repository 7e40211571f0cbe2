"""One CloudFormation stack, made or changed by a change set; what fails rolls itself back and says why."""

from __future__ import annotations

import secrets
from typing import Any

from botocore.exceptions import ClientError, WaiterError

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


class Failed(Exception):
    """A stack did not reach the state it should; it has rolled itself back."""


def change(stacks: Any, name: str, template: dict[str, str], parameters: dict[str, str]) -> dict[str, str]:
    """Make or change a stack by a change set, and wait; its outputs. A change set without changes is fine."""
    there = description(stacks, name)
    kind = "UPDATE" if there else "CREATE"
    wanted = f"deploy-{secrets.token_hex(6)}"
    stacks.create_change_set(
        StackName=name,
        ChangeSetName=wanted,
        ChangeSetType=kind,
        Capabilities=CAPABILITIES,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        **template,
    )
    try:
        stacks.get_waiter("change_set_create_complete").wait(
            StackName=name, ChangeSetName=wanted, WaiterConfig={"Delay": 2}
        )
    except WaiterError as error:
        return unchanged(stacks, name, wanted, error)
    stacks.execute_change_set(StackName=name, ChangeSetName=wanted)
    try:
        waiter = f"stack_{kind.lower()}_complete"
        stacks.get_waiter(waiter).wait(StackName=name, WaiterConfig={"Delay": 5, "MaxAttempts": 360})
    except WaiterError as error:
        raise Failed(f"{name}: {why(stacks, name)}") from error
    return outputs(stacks, name)


def unchanged(stacks: Any, name: str, change_set: str, error: Exception) -> dict[str, str]:
    """CloudFormation calls a change set without changes a failure."""
    reason = stacks.describe_change_set(StackName=name, ChangeSetName=change_set).get("StatusReason", "")
    stacks.delete_change_set(StackName=name, ChangeSetName=change_set)
    if "didn't contain changes" not in reason and "No updates" not in reason:
        raise Failed(f"{name}: {reason}") from error
    print("      as it was")
    return outputs(stacks, name)


def description(stacks: Any, name: str) -> dict[str, Any] | None:
    """The stack, if it is there and more than an empty shell of a change set."""
    try:
        found: dict[str, Any] = stacks.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError:
        return None
    if (
        found["StackStatus"] == "ROLLBACK_COMPLETE"
    ):  # its first creation failed: nothing is in it, nothing can change it
        stacks.delete_stack(StackName=name)
        stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 5})
        return None
    return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found


def outputs(stacks: Any, name: str) -> dict[str, str]:
    """What a stack tells."""
    found = stacks.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
    return {one["OutputKey"]: one["OutputValue"] for one in found}


def why(stacks: Any, name: str) -> str:
    """The first thing that failed: everything after it is a consequence."""
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"].endswith("FAILED")]
    if not failed:
        return "see its events"
    first = failed[-1]
    return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', 'no reason given')}"
