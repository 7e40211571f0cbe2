"""Every status CloudFormation has for a stack, and what a deployment does about it, on moto as AWS would have it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.data_stack import DATA, data_parameters
from infra.stacks import Failed, change, description, why
from infra.stages import Stage, stage_of
from infra.statuses import ANSWERS, MENDED_BY, Answer
from tests import moto_stacks
from tests.moto_stacks import known

pytestmark = pytest.mark.slow

NAMED = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}
TEMPLATE = {
    "TemplateBody": json.dumps(
        {
            "Parameters": {"Name": {"Type": "String"}},
            "Resources": {"Topic": NAMED},
            "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
        }
    )
}
# Where what is being done to a stack ends, when nobody disturbs it.
ENDS_IN = {
    "CREATE_IN_PROGRESS": "CREATE_COMPLETE",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_COMPLETE",
    "DELETE_IN_PROGRESS": "DELETE_COMPLETE",
    "UPDATE_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_IN_PROGRESS": "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_IN_PROGRESS": "IMPORT_ROLLBACK_COMPLETE",
}


def every_status() -> list[str]:
    model = botocore.session.get_session().get_service_model("cloudformation")
    return list(model.shape_for("StackStatus").enum)


@pytest.fixture
def stacks(moto: ModuleType) -> Any:
    return botocore.session.get_session().create_client("cloudformation")


@pytest.fixture
def name() -> str:
    return f"stack-{uuid.uuid4().hex[:8]}"


def put(stacks: Any, name: str, status: str) -> Stack | None:
    """A stack in this status."""
    if status == "REVIEW_IN_PROGRESS":
        parameters = [{"ParameterKey": "Name", "ParameterValue": f"{name}-first"}]
        stacks.create_change_set(
            StackName=name,
            ChangeSetName="looked-at",
            ChangeSetType="CREATE",
            Parameters=parameters,
            **TEMPLATE,
        )
        return None
    change(stacks, name, TEMPLATE, {"Name": f"{name}-first"})
    stack = known(name)
    set_status(stack, status)
    return stack


def set_status(stack: Stack, status: str) -> None:
    stack.status = status
    if status == "DELETE_COMPLETE":
        cloudformation_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].delete_stack(stack.name)


def test_every_status_has_its_answer_and_each_that_only_a_person_can_mend_its_command() -> None:
    assert set(ANSWERS) == set(every_status())
    assert {status for status, answer in ANSWERS.items() if answer is Answer.TELL} == set(MENDED_BY)
    assert {status for status, answer in ANSWERS.items() if answer is Answer.WAIT} == set(ENDS_IN)


@pytest.mark.parametrize("status", every_status())
def test_deployment_goes_on_from_every_status_or_tells_the_command_that_mends_it(
    stacks: Any, name: str, status: str
) -> None:
    stack, waited = put(stacks, name, status), list[float]()

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        assert stack is not None
        if len(waited) == 2:
            set_status(stack, ENDS_IN[status])

    if status in MENDED_BY:
        with pytest.raises(Failed) as failed:
            change(stacks, name, TEMPLATE, {"Name": f"{name}-second"}, sleep=sleep)
        assert f"{name} is {status}." in str(failed.value)
        assert MENDED_BY[status].format(name=name) in str(failed.value)
        assert known(name).status == status
        return
    told = change(stacks, name, TEMPLATE, {"Name": f"{name}-second"}, sleep=sleep)
    assert told["Arn"].endswith(f":{name}-second")
    assert len(waited) == (2 if status in ENDS_IN else 0)
    found = description(stacks, name)
    assert found
    assert found["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_a_status_from_after_this_program_is_told_and_nothing_is_touched(stacks: Any, name: str) -> None:
    put(stacks, name, "HIBERNATED")
    with pytest.raises(Failed, match=r"is HIBERNATED"):
        change(stacks, name, TEMPLATE, {"Name": f"{name}-second"})


def test_a_stack_that_is_busy_for_more_than_an_hour_ends_the_wait() -> None:
    class Busy:
        def describe_stacks(self, **_: object) -> dict[str, Any]:
            return {"Stacks": [{"StackName": "some", "StackStatus": "UPDATE_IN_PROGRESS"}]}

    waited: list[float] = []
    with pytest.raises(Failed, match="still UPDATE_IN_PROGRESS after an hour"):
        change(Busy(), "some", TEMPLATE, {"Name": "x"}, sleep=waited.append)
    assert sum(waited) == 3600


def test_a_stack_that_one_may_not_look_at_is_not_taken_for_one_that_is_missing() -> None:
    class Hidden:
        def describe_stacks(self, **_: object) -> None:
            denied = {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}
            raise ClientError(denied, "DescribeStacks")

    with pytest.raises(ClientError, match="not authorized"):
        description(Hidden(), "some")


# What moto does not make of a stack, and nothing here asks for.
@pytest.mark.filterwarnings(
    "ignore:Tried to parse AWS..(SES..ConfigurationSetEvent|SNS..TopicPolicy):UserWarning:moto"
)
def test_a_first_creation_that_fails_half_way_goes_on_where_it_stopped(stacks: Any, name: str) -> None:
    """Tables are under deletion protection: a creation that rolled back would end in ROLLBACK_FAILED for ever."""
    stage, dynamodb = trial(name), botocore.session.get_session().create_client("dynamodb")
    template, parameters = {"TemplateBody": DATA.read_text()}, data_parameters(stage)
    taken = f"{stage.shared['PORTAL_TABLE_PREFIX']}messages"
    dynamodb.create_table(
        TableName=taken,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for _ in range(2):
        with pytest.raises(Failed, match=r"Messages: .*already exists.* run again, which goes on from here"):
            change(stacks, stage.data_stack, template, parameters, keeps=True)
        assert f"{stage.shared['PORTAL_TABLE_PREFIX']}accounts" in dynamodb.list_tables()["TableNames"]
    dynamodb.delete_table(TableName=taken)
    made = change(stacks, stage.data_stack, template, parameters, keeps=True)
    assert made["EventsStream"].startswith("arn:aws:dynamodb:")
    found = description(stacks, stage.data_stack)
    assert found
    assert found["StackStatus"] == "UPDATE_COMPLETE"
    assert change(stacks, stage.data_stack, template, parameters, keeps=True) == made


def trial(name: str) -> Stage:
    """A stage of the test's own, as staging is."""
    configuration = stage_of("staging").configuration
    renamed = json.loads(json.dumps(configuration["stages"]["staging"]).replace("staging", name))
    return Stage(name, {**configuration, "stages": {name: renamed}})


def template_of(*topics: str) -> dict[str, str]:
    resources = {
        one: {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": one}}
        for one in topics
        if one != "Broken"
    }
    if "Broken" in topics:
        resources["Broken"] = {"Type": "AWS::SSM::Parameter", "Properties": {}}  # moto refuses it
    return {"TemplateBody": json.dumps({"Resources": resources})}


def test_a_stack_that_keeps_nothing_is_rolled_back_and_made_anew(stacks: Any, name: str) -> None:
    with pytest.raises(Failed, match=r"is ROLLBACK_COMPLETE. Broken: .* Nothing of it is left"):
        change(stacks, name, template_of("Topic", "Broken"), {})
    change(stacks, name, template_of("Topic"), {})
    with pytest.raises(Failed, match=r"is UPDATE_ROLLBACK_COMPLETE. Broken: .* It is again as it was"):
        change(stacks, name, template_of("Topic", "Broken"), {})
    change(stacks, name, template_of("Topic", "Other"), {})


def test_the_first_failure_of_this_run_is_named_whatever_failed_before_and_however_much_followed(
    stacks: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(stacks, name, template_of("Topic"), {})
    tell: Callable[..., None] = moto_stacks.tell
    stack = known(name)
    for token, failed in (("former", "Former"), ("ours", "First"), ("ours", "Second"), ("later", "Later")):
        stack.token = token  # type: ignore[attr-defined]
        tell(stack, failed, "CREATE_FAILED", f"{failed} is broken")
        for number in range(150):
            tell(stack, f"Other{number}", "CREATE_COMPLETE")
    assert why(stacks, name, "ours") == "First: First is broken"
    assert why(stacks, name) == "Later: Later is broken"
    assert why(stacks, name, "none of them") == "See its events"


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_FAILED", "ROLLBACK_COMPLETE"])
def test_a_parameter_that_nobody_says_again_stays(stacks: Any, name: str, status: str) -> None:
    put(stacks, name, status)
    assert change(stacks, name, TEMPLATE, {"Name": None})["Arn"].endswith(f":{name}-first")
    assert change(stacks, name, TEMPLATE, {"Name": f"{name}-third"})["Arn"].endswith(f":{name}-third")
