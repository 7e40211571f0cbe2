"""The data stack deleted, made again and taken in: what docs/operations.md says of it, step by step."""

from __future__ import annotations

import json
import uuid
from functools import cache
from types import ModuleType
from typing import Any

import botocore.session
import pytest

import tests.moto_stacks
from infra.account import names_that_are_taken
from infra.adopt import adopt, main
from infra.data_stack import DATA, FOUND, data_parameters, retained
from infra.documents import read_yaml
from infra.stacks import Failed, change, description
from infra.stages import Stage, stage_of
from tests.moto_stacks import known

TEMPLATE = {"TemplateBody": DATA.read_text(encoding="utf-8")}
# What moto does not make of a stack, and nothing here asks for.
NOT_MADE = "ignore:Tried to parse AWS..(SES..ConfigurationSetEvent|SNS..TopicPolicy):UserWarning:moto"
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings(NOT_MADE)]


@pytest.fixture
def client(moto: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("ALARM_ADDRESS", "BREAK_GLASS_ROLE", "MAKE_IDENTITY", "REMOVE"):
        monkeypatch.delenv(name, raising=False)
    return cache(botocore.session.get_session().create_client)


@pytest.fixture
def stage() -> Stage:
    """A stage of the test's own, as staging is."""
    name, configuration = f"t{uuid.uuid4().hex[:8]}", stage_of("staging").configuration
    renamed = json.loads(json.dumps(configuration["stages"]["staging"]).replace("staging", name))
    return Stage(name, {**configuration, "stages": {name: renamed}})


def deployed(client: Any, stage: Stage) -> dict[str, str]:
    return change(client("cloudformation"), stage.data_stack, TEMPLATE, data_parameters(stage), keeps=True)


def rows(client: Any, stage: Stage) -> list[Any]:
    found = client("dynamodb").scan(TableName=f"{stage.shared['PORTAL_TABLE_PREFIX']}accounts")["Items"]
    return list(found)


def test_a_deleted_stack_keeps_its_data_and_is_made_again_around_it(client: Any, stage: Stage) -> None:
    made, stacks = deployed(client, stage), client("cloudformation")
    table = f"{stage.shared['PORTAL_TABLE_PREFIX']}accounts"
    client("dynamodb").put_item(TableName=table, Item={"id": {"S": "ann"}})
    # 1. Delete it: what holds data stays.
    stacks.delete_stack(StackName=stage.data_stack)
    assert description(stacks, stage.data_stack) is None
    assert rows(client, stage) == [{"id": {"S": "ann"}}]
    # 2. A deployment would stop at the names: it says so, and what to do, before it begins.
    told = names_that_are_taken(stage, client)
    assert table in told
    assert f"make adopt STAGE={stage.name}" in told
    # 3. Take it in, and deploy.
    adopt(stage, client)
    found = description(stacks, stage.data_stack)
    assert found
    assert found["StackStatus"] == "IMPORT_COMPLETE"
    assert names_that_are_taken(stage, client) == ""
    assert deployed(client, stage) == made
    assert rows(client, stage) == [{"id": {"S": "ann"}}]
    # 4. And the same once more: it is a stack like any other.
    assert deployed(client, stage) == made


def test_what_is_gone_is_left_to_the_deployment(client: Any, stage: Stage, capsys: Any) -> None:
    deployed(client, stage)
    client("cloudformation").delete_stack(StackName=stage.data_stack)
    client("events").delete_event_bus(Name=stage.event_bus)
    adopt(stage, client)
    assert "EventBusForOthers (AWS::Events::EventBus): is gone" in capsys.readouterr().out
    deployed(client, stage)
    assert client("events").describe_event_bus(Name=stage.event_bus)["Name"] == stage.event_bus


def test_a_stack_that_is_there_is_left_alone(client: Any, stage: Stage) -> None:
    deployed(client, stage)
    with pytest.raises(Failed, match="is there"):
        adopt(stage, client)


def test_where_nothing_was_left_nothing_is_begun(client: Any, stage: Stage) -> None:
    with pytest.raises(Failed, match="nothing to take in"):
        adopt(stage, client)
    assert description(client("cloudformation"), stage.data_stack) is None


def test_a_domain_that_is_not_this_stacks_is_not_taken_in(
    client: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "MailIdentity" in {one.logical for one in retained(stage)}
    monkeypatch.setenv("MAKE_IDENTITY", "no")
    assert "MailIdentity" not in {one.logical for one in retained(stage)}


def test_everything_that_is_retained_can_be_found_again() -> None:
    kinds = {one["Type"] for one in read_yaml(DATA)["Resources"].values() if "DeletionPolicy" in one}
    assert kinds == set(FOUND) == set(tests.moto_resources.IDENTIFIED)


def test_deletion_protection_stops_who_deletes_a_table_by_hand(client: Any, stage: Stage) -> None:
    deployed(client, stage)
    with pytest.raises(client("dynamodb").exceptions.ClientError, match="DeletionProtectionEnabled"):
        client("dynamodb").delete_table(TableName=f"{stage.shared['PORTAL_TABLE_PREFIX']}accounts")
    assert known(stage.data_stack).status == "CREATE_COMPLETE"


def test_unknown_stage_is_refused(capsys: Any) -> None:
    assert main(["nowhere"]) == 2
    assert "make adopt STAGE=" in capsys.readouterr().err
