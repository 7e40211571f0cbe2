"""What moto's CloudFormation lacks for infra/data.yaml and for deployments that fail. Importing this adds it.

moto runs an operation inside the call that begins it and lets whatever a resource raises out of that call. Here an
operation ends in the status CloudFormation documents for it, with an event for each resource under the operation's
token, and refuses what CloudFormation refuses. It loads half of moto.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import (
    ChangeSet,
    CloudFormationBackend,
    Event,
    Stack,
    cloudformation_backends,
)
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult, EmptyResult

from tests.moto_resources import take_in

PAUSED = {"CREATE_FAILED", "UPDATE_FAILED"}
CHANGEABLE = PAUSED | {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}
PAGE = 100  # events in one answer of DescribeStackEvents


class ResourceFailed(Exception):
    """One resource could not be made or deleted."""

    def __init__(self, logical_id: str, reason: str) -> None:
        super().__init__(logical_id, reason)
        self.logical_id, self.reason = logical_id, reason


def name_the_resource_that_fails() -> None:
    """moto lets the service's own error out, which does not say whose it is."""
    make = parsing.parse_and_create_resource

    def named(logical_id: str, resource_json: Any, resources_map: Any, **where: Any) -> Any:
        try:
            return make(logical_id, resource_json, resources_map, **where)
        except ResourceFailed:
            raise  # something this one refers to
        except Exception as error:
            raise ResourceFailed(logical_id, str(error)) from error

    parsing.parse_and_create_resource = named  # type: ignore[assignment]


def remember_a_change_set() -> None:
    """moto knows a stack's outputs and parameters as they were before it."""
    apply = ChangeSet.apply

    def apply_and_tell(self: ChangeSet) -> None:
        apply(self)
        settle(self.stack, self.template, self.parameters)

    ChangeSet.apply = apply_and_tell  # type: ignore[method-assign]


def settle(stack: Stack, template: Any, parameters: dict[str, str]) -> None:
    """What a stack is told by, once it is as its template says."""
    stack.template = template
    # Also what had its default: a run that says it, or keeps it, changes nothing.
    stack.parameters = stack.resource_map.input_parameters = {
        **stack.resource_map.resolved_parameters,
        **parameters,
    }
    stack._parse_template()
    stack.output_map = stack._create_output_map()


def let_a_change_set_without_changes_fail_later() -> None:
    """AWS makes it and has it fail, moto refuses to make it, unlike one whose template comes from a bucket."""
    CloudFormationResponse._validate_different_update = lambda *_: None  # type: ignore[method-assign]


def known(name: str) -> Stack:
    """moto's own idea of a stack."""
    backend = cloudformation_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"]
    (found,) = [one for one in backend.stacks.values() if one.name == name]
    return found


def tell(stack: Stack, logical_id: str, status: str, reason: str | None = None) -> None:
    """An event, under the token of whatever is being done."""
    event = Event(stack.stack_id, stack.name, logical_id, logical_id, "", status, reason, None)
    event.client_request_token = getattr(stack, "token", None)
    stack.events.append(event)


def operate(stack: Stack, kind: str, token: str | None, stays: bool, act: Callable[[], None]) -> None:
    """One operation from its first event to its last."""
    made = stack.resource_map._parsed_resources
    before = set(made)
    stack.token = token  # type: ignore[attr-defined]
    tell(stack, stack.name, f"{kind}_IN_PROGRESS", "User Initiated")
    try:
        act()
    except ResourceFailed as failed:
        known = stack.resource_map._resource_json_map
        stack.resource_map._resource_json_map = {name: one for name, one in known.items() if name in made}
        tell(stack, failed.logical_id, f"{kind}_FAILED", failed.reason)
        stack.status = f"{kind}_FAILED" if stays else rolled_back(stack, kind, set(made) - before)
    else:
        for name in [one for one in made if one in stack.resource_map._resource_json_map]:
            tell(stack, name, f"{kind}_COMPLETE")
        stack.status = f"{kind}_COMPLETE"
    tell(stack, stack.name, stack.status)


def rolled_back(stack: Stack, kind: str, new: set[str]) -> str:
    """Delete what the operation made. After an update, what cannot be deleted is left behind and nobody told."""
    failed = False
    for name in new & set(stack.resource_map._resource_json_map):
        try:
            delete(stack, name)
        except ResourceFailed as error:
            failed = True
            tell(stack, name, "DELETE_FAILED", error.reason)
    if kind == "UPDATE":
        return "UPDATE_ROLLBACK_COMPLETE"
    return "ROLLBACK_FAILED" if failed else "ROLLBACK_COMPLETE"


def delete(stack: Stack, name: str) -> None:
    """One resource."""
    resources = stack.resource_map
    try:
        resources._delete_resource(resources._parsed_resources[name], resources._resource_json_map[name])
    except Exception as error:
        raise ResourceFailed(name, str(error)) from error
    del resources._parsed_resources[name]


def begin(stack: Stack, stays: bool) -> None:
    """What CloudFormation refuses before it does anything."""
    if stack.status in PAUSED and not stays:
        message = f"This stack is currently in a non-terminal [{stack.status}] state. To update the stack from this "
        raise ValidationError(message=f"{message}state, please use the disable-rollback parameter")
    if stack.status in PAUSED and getattr(stack, "on_failure", None):
        message = (
            f"This stack cannot be updated from [{stack.status}] state because it contains [on-failure: "
        )
        raise ValidationError(message=f"{message}{stack.on_failure}]")  # type: ignore[attr-defined]


def changeable(stack: Stack) -> None:
    """Whether a stack can be changed in this status at all."""
    if stack.status not in CHANGEABLE:
        message = f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        raise ValidationError(message=message)


def create_change_set(self: CloudFormationResponse) -> ActionResult:
    """Of a stack that it can be made for."""
    backend, name = self.cloudformation_backend, self._get_param("StackName")
    kind = self._get_param("ChangeSetType", "CREATE")
    there = [one for one in backend.stacks.values() if one.name == name]
    if kind == "UPDATE":
        changeable(backend.get_stack(name))
    elif there and there[0].status != "REVIEW_IN_PROGRESS":
        raise ValidationError(message=f"Stack [{name}] already exists and cannot be created again")
    elif there:
        del backend.stacks[there[0].stack_id]
    answer = _create_change_set(self)
    backend.get_stack(name).on_failure = self._get_param("OnStackFailure")  # type: ignore[attr-defined]
    if kind == "IMPORT":
        change_set: Any = backend.describe_change_set(self._get_param("ChangeSetName"))
        change_set.imported = self._get_param("ResourcesToImport", [])
    return answer


def execute_change_set(self: CloudFormationResponse) -> ActionResult:
    """As an operation."""
    change_set = self.cloudformation_backend.describe_change_set(self._get_param("ChangeSetName"))
    assert change_set
    stack, stays = change_set.stack, self._get_bool_param("DisableRollback", False)
    begin(stack, stays)
    stays = stays or getattr(stack, "on_failure", None) == "DO_NOTHING"
    token, imported = self._get_param("ClientRequestToken"), getattr(change_set, "imported", [])
    act = partial(take_in, change_set, imported) if imported else change_set.apply
    operate(stack, change_set.change_set_type, token, stays, act)
    return EmptyResult()


def update_stack(self: CloudFormationResponse) -> ActionResult:
    """As an operation; a parameter may keep its value, and the template come from a bucket."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stays, url = self._get_bool_param("DisableRollback", False), self._get_param("TemplateURL")
    changeable(stack)
    begin(stack, stays)
    body = self._get_stack_from_s3_url(url) if url else self._get_param("TemplateBody")
    asked = self._get_param("Parameters", [])
    known = stack.stack_parameters  # also what had its default
    parameters = {
        one["ParameterKey"]: known[one["ParameterKey"]]
        if one.get("UsePreviousValue")
        else one["ParameterValue"]
        for one in asked
    }

    def act() -> None:
        stack.resource_map.update(Stack.parse_template(body), parameters)
        settle(stack, body, parameters)

    operate(stack, "UPDATE", self._get_param("ClientRequestToken"), stays, act)
    return ActionResult({"StackId": stack.stack_id})


def describe_stack_events(self: CloudFormationResponse) -> ActionResult:
    """Page by page, latest first."""
    events = self.cloudformation_backend.describe_stack_events(self._get_param("StackName"))[::-1]
    start = int(self._get_param("NextToken") or 0)
    more = str(start + PAGE) if len(events) > start + PAGE else None
    return ActionResult({"StackEvents": events[start : start + PAGE], "NextToken": more})


def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
    """Without what the template retains; where something cannot be deleted, the stack stays."""
    found = [one for one in self.stacks.values() if name_or_stack_id in {one.name, one.stack_id}]
    for stack in found:
        declared = stack.resource_map._resource_json_map
        stack.token = None  # type: ignore[attr-defined]
        tell(stack, stack.name, "DELETE_IN_PROGRESS", "User Initiated")
        try:
            for name in [one for one in stack.resource_map._parsed_resources if one in declared]:
                if not str(declared[name].get("DeletionPolicy", "")).startswith("Retain"):
                    delete(stack, name)
        except ResourceFailed as failed:
            tell(stack, failed.logical_id, "DELETE_FAILED", failed.reason)
            stack.status = "DELETE_FAILED"
            continue
        stack.status = "DELETE_COMPLETE"
        for name in [one for one, each in self.exports.items() if each.exporting_stack_id == stack.stack_id]:
            del self.exports[name]
        self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)


name_the_resource_that_fails()
remember_a_change_set()
let_a_change_set_without_changes_fail_later()
_create_change_set = CloudFormationResponse.create_change_set
for answering in (create_change_set, execute_change_set, update_stack, describe_stack_events):
    setattr(CloudFormationResponse, answering.__name__, answering)
CloudFormationBackend.delete_stack = delete_stack  # type: ignore[method-assign]
