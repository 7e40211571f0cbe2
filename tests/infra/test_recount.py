"""`make recount`: what was counted of the last days is forgotten, nothing else is, and the sweep counts the same."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.events import EventKind
from chalicelib.domain.overview import last_days
from chalicelib.steps.sweep_mail import count
from chalicelib.storage.overview import day_key
from chalicelib.storage.store import DynamoStore
from infra import recount
from infra.stages import Stage
from tests.engine import Engine
from tests.fakes.samples import DAY, an_event
from tests.world.world import World

pytestmark = pytest.mark.slow
STAGE = "prod"


@pytest.fixture
def world(table_prefix: str) -> World:
    return World(DynamoStore(botocore.session.get_session(), "eu-west-1", table_prefix, threshold=5, cap=900))


@pytest.fixture
def client(world: World, engine: Engine, table_prefix: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """DynamoDB as the command asks it, on the day of the world's clock."""
    settings = {"environment_variables": {"PORTAL_TABLE_PREFIX": table_prefix}}
    made = engine.client("dynamodb")
    monkeypatch.setattr(recount, "stage_of", lambda name: Stage(name, {"stages": {name: settings}}))
    monkeypatch.setattr("infra.recount.boto3.client", lambda _: made)
    monkeypatch.setattr("infra.recount.time.time", world.clock)
    return made


def rows(client: Any, prefix: str) -> dict[str, Any]:
    found = client.scan(TableName=f"{prefix}throttles", ConsistentRead=True)["Items"]
    return {row["key"]["S"]: row for row in found}


def test_days_that_are_wrong_are_counted_anew_from_the_trail(
    world: World, client: Any, table_prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = world.person()
    for ago in (200, DAY, 13 * DAY):
        refused = an_event(ann.id, EventKind.LOGON_REFUSED, world.clock() - ago, reason="locked")
        world.store.events.record(refused)
    world.visitor().logon(ann.address, "not the password at all")  # its source's counter is no day's
    count(world.portal)
    right = rows(client, table_prefix)
    days = [day_key(day) for day in last_days(world.clock())]
    assert set(days) < set(right)
    wrong = right[days[0]] | {"done": {"S": json.dumps({"day": days[0][4:], "logons": 7, "locked": []})}}
    client.put_item(TableName=f"{table_prefix}throttles", Item=wrong)
    assert recount.main([STAGE]) == 0
    assert "within the hour" in capsys.readouterr().out
    assert rows(client, table_prefix) == {key: row for key, row in right.items() if key not in days}
    assert recount.main([STAGE]) == 0  # what is gone is no failure
    count(world.portal)
    assert rows(client, table_prefix) == right


def test_what_stops_it_is_said_and_so_is_how_it_is_called(
    client: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def denied(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "DeleteItem")

    monkeypatch.setattr(client, "delete_item", denied)
    assert recount.main([STAGE]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "AccessDenied" in told.err
    assert "run again" in told.err
    assert recount.main([]) == recount.main(["no such stage"]) == 2
    assert "usage: make recount STAGE=" in capsys.readouterr().err
