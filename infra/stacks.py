"""One CloudFormation stack, made or changed. What can be done with it, its status says; a failure says why."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.statuses import ANSWERS, MENDED_BY, WHAT_NOW, Answer

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
DELAY, PATIENCE = 5, 720  # seconds, and how many times: a whole hour
LATEST = object()
Stack = dict[str, Any]
Values = Mapping[str, str | None]


class Failed(Exception):
    """A stack did not reach the state it should; the sentence says what failed and what to do."""


DONE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


def change(
    stacks: Any,
    name: str,
    template: dict[str, str],
    parameters: Values,
    *,
    keeps: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, str]:
    """Make or change a stack and wait; its outputs. A parameter that is None stays as the stack has it.

    `keeps`: what is made stays when something else fails, and the next run goes on from there. A stack with tables
    under deletion protection could not be rolled back: its first failure would be for ever.
    """
    found = at_rest(stacks, name, sleep)
    answer = answer_to(stacks, found)
    if answer is Answer.MAKE_ANEW:
        stacks.delete_stack(StackName=name)
        left = at_rest(stacks, name, sleep)
        if left is not None:
            raise Failed(sentence(stacks, left, None))
    token = f"deploy-{secrets.token_hex(6)}"
    wanted = {"Capabilities": CAPABILITIES, "Parameters": list(given(parameters, found, answer)), **template}
    if answer is Answer.GO_ON:
        # As CloudFormation's own "retry": it takes up what failed even where the template is the same.
        stacks.update_stack(StackName=name, DisableRollback=True, ClientRequestToken=token, **wanted)
    else:
        wanted["ChangeSetType"] = "UPDATE" if answer is Answer.CHANGE else "CREATE"
        if not by_change_set(stacks, name, token, wanted, keeps=keeps):
            return outputs(stacks, name)
    return reached(stacks, name, token, DONE, sleep)


def reached(
    stacks: Any, name: str, token: str, done: frozenset[str], sleep: Callable[[float], None]
) -> dict[str, str]:
    """The outputs of a stack once the operation of this token is over and well. Raises `Failed` with its reason."""
    found = at_rest(stacks, name, sleep, begun=True)
    if found is None or found["StackStatus"] not in done:
        raise Failed(sentence(stacks, found or {"StackName": name, "StackStatus": "gone"}, token))
    return outputs(stacks, name)


def by_change_set(stacks: Any, name: str, token: str, wanted: dict[str, Any], *, keeps: bool) -> bool:
    """Begin an operation; whether there was anything to do.

    That what is made stays is said when the change set is executed. Said when it is created (`OnStackFailure`), it was
    seen to stay with the stack for good, and a stack with it cannot be updated out of CREATE_FAILED.
    """
    stacks.create_change_set(StackName=name, ChangeSetName=token, **wanted)
    try:
        stacks.get_waiter("change_set_create_complete").wait(
            StackName=name, ChangeSetName=token, WaiterConfig={"Delay": 2}
        )
    except WaiterError as error:
        unchanged(stacks, name, token, error)
        return False
    stacks.execute_change_set(
        StackName=name, ChangeSetName=token, DisableRollback=keeps, ClientRequestToken=token
    )
    return True


def unchanged(stacks: Any, name: str, change_set: str, error: Exception) -> None:
    """CloudFormation calls a change set without changes a failure."""
    reason = stacks.describe_change_set(StackName=name, ChangeSetName=change_set).get("StatusReason", "")
    stacks.delete_change_set(StackName=name, ChangeSetName=change_set)
    if "didn't contain changes" not in reason and "No updates" not in reason:
        raise Failed(f"{name}: {reason}") from error
    print("      as it was")


def given(parameters: Values, found: Stack | None, answer: Answer) -> Iterator[dict[str, Any]]:
    """Each parameter as CloudFormation is told it; one that nobody has said keeps its value, or has its default."""
    known = kept(found)
    for key, value in parameters.items():
        if value is not None:
            yield {"ParameterKey": key, "ParameterValue": value}
        elif key in known and answer in {Answer.CHANGE, Answer.GO_ON}:
            yield {"ParameterKey": key, "UsePreviousValue": True}
        elif key in known:
            yield {"ParameterKey": key, "ParameterValue": known[key]}


def kept(found: Stack | None) -> dict[str, str]:
    """The parameters a stack was last told."""
    return {one["ParameterKey"]: one["ParameterValue"] for one in (found or {}).get("Parameters", [])}


def answer_to(stacks: Any, found: Stack | None) -> Answer:
    """What is to be done. Raises `Failed` where only a person can say, and for a status from after this program."""
    if found is None:
        return Answer.MAKE
    answer = ANSWERS.get(found["StackStatus"], Answer.TELL)
    if answer is Answer.TELL:
        raise Failed(sentence(stacks, found, None))
    return answer


def at_rest(
    stacks: Any, name: str, sleep: Callable[[float], None] = time.sleep, *, begun: bool = False
) -> Stack | None:
    """The stack, once nothing is being done to it. `begun`: REVIEW_IN_PROGRESS is an operation about to start."""
    status = ""
    for _ in range(PATIENCE):
        found = description(stacks, name)
        if found is None:
            return None
        status = found["StackStatus"]
        review = begun and status == "REVIEW_IN_PROGRESS"
        if not review and ANSWERS.get(status) is not Answer.WAIT:
            return found
        sleep(DELAY)
    raise Failed(f"{name} is still {status} after an hour: run again later")


def description(stacks: Any, name: str) -> Stack | None:
    """The stack, if it is there. Whoever may not look is told so: a stack that is hidden is not one that is missing."""
    try:
        found: Stack = stacks.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    return found


def outputs(stacks: Any, name: str) -> dict[str, str]:
    """What a stack tells."""
    return {one["OutputKey"]: one["OutputValue"] for one in described_outputs(stacks, name)}


def described_outputs(stacks: Any, name: str) -> list[dict[str, str]]:
    """The same, as CloudFormation describes it."""
    found: list[dict[str, str]] = stacks.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
    return found


def imported(stacks: Any, name: str, export: str) -> str:
    """What a stack exports under this name, as long as another one imports it; else "".

    CloudFormation changes no export that is imported, nor the stack that would.
    """
    if description(stacks, name) is None:
        return ""
    found = {one.get("ExportName"): one["OutputValue"] for one in described_outputs(stacks, name)}
    try:
        users = stacks.list_imports(ExportName=export)["Imports"] if export in found else []
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError" and "not imported" in str(error):
            return ""
        raise
    return found[export] if users else ""


def sentence(stacks: Any, found: Stack, token: str | None) -> str:
    """The state of a stack, what failed, and what to do about it."""
    name, status = found["StackName"], found["StackStatus"]
    answer = ANSWERS.get(status, Answer.TELL)
    command = MENDED_BY.get(status, "").format(name=name)
    now = WHAT_NOW.get(answer, f"Then: {command}; then run again" if command else "See docs/operations.md")
    cause = why(stacks, str(found.get("StackId", name)), token)
    return f"{name} is {status}. {cause}. {now}"


def why(stacks: Any, name: str, token: str | None = None) -> str:
    """The first thing that failed in one operation, the last one by default: everything after it is a consequence."""
    first = "See its events"
    for event in events(stacks, name, token):
        if event["ResourceStatus"].endswith("FAILED"):
            first = f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
    return first


def events(stacks: Any, name: str, token: str | None) -> Iterator[dict[str, Any]]:
    """The events of one operation, latest first, from as many pages as it fills. Its token is on each of them."""
    wanted: Any = token or LATEST
    begun = False
    for page in stacks.get_paginator("describe_stack_events").paginate(StackName=name):
        for event in page["StackEvents"]:
            mark = event.get("ClientRequestToken")
            wanted = mark if wanted is LATEST else wanted
            if mark == wanted:
                begun = True
                yield event
            elif begun:  # an earlier operation: its failures are not why this one failed
                return
